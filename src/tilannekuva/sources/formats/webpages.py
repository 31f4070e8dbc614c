"""HTML answers: the rows of one table of a page, or the things of a list on it.

The recipe's `rows` is an XPath, `//table[@id='weeks']` or `//ul[@class='hits']/li`; `*` means the only
table of the page. Nothing that the page names is fetched, no script of it is run.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped] # the library tells no types

from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.sources.decoding import characters
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

Row = dict[str, Any]
_INLINE = {"a", "abbr", "b", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "time", "u"}
_SILENT = {"script", "style", "template", "noscript"}  # elements whose texts nobody sees
_MAX_SPAN = 1000  # as browsers have it
_TOLD = 6


def rows(body: bytes, fetch: Fetch) -> Iterator[Row]:
    """Yield the rows below a table's header, or the things along the path; raises NotUnderstood.

    A table's cell is named by its header, its first link by `<header>@href`. A thing gives `text`, `href`
    and `time` (of its first `<time>`), and each element in it that bears a class gives `class:<name>`.
    """
    page = _page(characters(body, fetch.encoding))
    found = _tables(page) if fetch.rows == "*" else _along(page, fetch.rows)
    if fetch.rows == "*" and len(found) != 1:
        raise NotUnderstood(f"the page has {len(found)} tables: say in `rows` which is meant")
    if found[0].tag != "table":
        return map(_thing, found)
    if len(found) > 1:
        raise NotUnderstood(f"{quoted(fetch.rows)} leads to {len(found)} tables, not to one{CHANGED}")
    return _rows_of(found[0], fetch.header)


def _page(text: str) -> html.HtmlElement:
    """Give the page as a tree; NotUnderstood when it is no page, or not the whole of one."""
    if not text.lstrip().startswith("<"):
        raise NotUnderstood(f"expected HTML, got {quoted(text.strip())}{AGAIN}")
    lower = text.casefold()
    for name in ("html", "table"):
        opened = len(re.findall(rf"<{name}[\s>]", lower))
        if opened > lower.count(f"</{name}"):
            raise NotUnderstood(f"the page breaks off: a <{name}> is not closed{AGAIN}")
    if "\0" in text:
        raise NotUnderstood(f"the page holds a null character, which is no text{AGAIN}")
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        page = html.document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotUnderstood(f"the page cannot be read: {quoted(error)}{AGAIN}") from None
    fatal = [entry.message for entry in parser.error_log if entry.level_name == "FATAL"]
    if fatal:  # the parser stopped there, and the rest of the page would be missing
        raise NotUnderstood(f"the page cannot be read to its end: {quoted(fatal[0])}{AGAIN}")
    return page


def _tables(page: html.HtmlElement) -> list[html.HtmlElement]:
    return list(page.iter("table"))


def _along(page: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    """Give the elements along an XPath; BadDefinition when it is none, NotUnderstood when it finds none."""
    try:
        found = page.xpath(path)
    except etree.XPathError as error:
        raise BadDefinition(f"`rows` is no XPath ({error}): {path[:80]}") from None
    if not isinstance(found, list) or not all(isinstance(one, html.HtmlElement) for one in found):
        raise BadDefinition(f"`rows` leads to texts or numbers, it must lead to elements: {path[:80]}")
    if not found:
        there = ", ".join(map(_named, _tables(page)[:_TOLD])) or "no table"
        raise NotUnderstood(f"the page has no {quoted(path)}; it has {there}{CHANGED}")
    return found


def _named(table: html.HtmlElement) -> str:
    """Name a table so that a recipe can be mended: by its id, its class or its first words."""
    for key in ("id", "class"):
        if table.get(key):
            return f"table[@{key}={quoted(table.get(key))}]"
    return f"a table that begins {quoted(_text(table))}"


def _text(element: html.HtmlElement) -> str:
    """Give the words of an element with single blanks between them; soft hyphens are no letters."""
    said: list[str] = []
    silent = 0
    for event, one in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        begins, ends = event == "start", event == "end"
        silent += (one.tag in _SILENT) * (begins - ends)
        if one.tag not in _INLINE and (begins or ends):
            said.append(" ")
        told = one.text if begins else None if one is element else one.tail
        said.append("" if silent else told or "")
    return " ".join("".join(said).replace("\u00ad", "").split())


def _thing(element: html.HtmlElement) -> Row:
    """Give what a thing of a list says; of several elements of one class the first is heard."""
    row: Row = {"text": _text(element), "href": _href(element), "time": None}
    for part in element.iterdescendants(etree.Element):
        if part.tag == "time" and row["time"] is None:
            row["time"] = part.get("datetime") or _text(part)
        for name in part.get("class", "").split():
            if f"class:{name}" not in row:
                row[f"class:{name}"] = _text(part)
    return row


def _href(element: html.HtmlElement) -> str | None:
    """Give the address of an element's first link, as it stands on the page."""
    return next((str(one.get("href")) for one in element.iter("a") if one.get("href")), None)


def _rows_of(table: html.HtmlElement, given: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of a table below its header line; or all of them, where the recipe names the columns."""
    if next(table.iterdescendants("table"), None) is not None:
        raise NotUnderstood(f"the table holds another table: let `rows` lead to the inner one{CHANGED}")
    lines = [list(part) for _, part in groupby(_lines(table), key=lambda line: line.getparent())]
    grids = [_grid(part) for part in lines]
    head, below = ([], grids) if tuple(given) else _parted(lines, grids)
    names = list(given) or _header(head)
    for number, cells in enumerate((line for grid in below for line in grid), 1):
        if len(cells) != len(names):
            counts = f"{len(cells)} cells where the header has {len(names)}"
            raise NotUnderstood(f"row {number} of the table has {counts}{CHANGED}")
        texts = {name: _text(cell) for name, cell in zip(names, cells, strict=True)}
        links = {f"{name}@href": _href(cell) for name, cell in zip(names, cells, strict=True)}
        yield links | texts


def _lines(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the lines of a table that hold cells, without those of its foot: they are sums."""
    for line in table.iter("tr"):
        if line.getparent().tag != "tfoot" and _cells(line):
            yield line


def _cells(line: html.HtmlElement) -> list[html.HtmlElement]:
    return [one for one in line if one.tag in ("td", "th")]


Grid = list[list[html.HtmlElement]]


def _parted(lines: list[list[html.HtmlElement]], grids: list[Grid]) -> tuple[Grid, list[Grid]]:
    """Part the header from the rows: a `<thead>`, or else the first line."""
    if not grids:
        raise NotUnderstood(f"the table has no rows{AGAIN}")
    if lines[0][0].getparent().tag == "thead":
        return grids[0], grids[1:]
    return grids[0][:1], [grids[0][1:], *grids[1:]]


def _grid(lines: list[html.HtmlElement]) -> Grid:
    """Lay the cells of lines out so that a cell stands wherever it spans."""
    grid: Grid = []
    above: dict[int, tuple[html.HtmlElement, int]] = {}  # by column: a cell from above, lines still to come
    for line in lines:
        below: dict[int, tuple[html.HtmlElement, int]] = {}
        laid: list[html.HtmlElement] = []
        cells = deque(_cells(line))
        while cells or len(laid) in above:
            spanned = above.get(len(laid))
            cell, n_lines = spanned or (cells[0], _span(cells.popleft(), "rowspan"))
            for _ in range(1 if spanned else _span(cell, "colspan")):
                below |= {len(laid): (cell, n_lines - 1)} if n_lines > 1 else {}
                laid.append(cell)
            if len(laid) > _MAX_SPAN:
                raise NotUnderstood(f"a line of the table is wider than {_MAX_SPAN} columns{AGAIN}")
        grid.append(laid)
        above = below
    return grid


def _span(cell: html.HtmlElement, name: str) -> int:
    """Give how many columns or lines a cell spans; a span of 0 lines reaches to the end."""
    text = cell.get(name, "1").strip()
    number = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 1
    return min(number or (_MAX_SPAN if name == "rowspan" else 1), _MAX_SPAN)


def _header(lines: Grid) -> list[str]:
    """Name the columns: what stands above each, joined; an empty heading becomes `column <n>`."""
    if len({len(line) for line in lines}) > 1:
        raise NotUnderstood(f"the lines of the table's header differ in length{CHANGED}")
    columns = [list(dict.fromkeys(above)) for above in zip(*lines, strict=True)]
    names = [
        " ".join(filter(None, map(_text, above))) or f"column {number}"
        for number, above in enumerate(columns, 1)
    ]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise NotUnderstood(f"the column {quoted(twice[0])} stands twice in the header{CHANGED}")
    return names
