"""Answers spoilt in every way that a source was ever seen to spoil one, and some more."""

import csv
import gzip
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from tilannekuva.sources.fetch import Fetch

Pages = tuple[bytes, ...]
N_CUTS, N_MUTANTS = 200, 60
BINARY = ("sheet", "gtfs-rt")
EVENTS = ("vehicles-csv", "counters-csv", "gtfs-rt")  # each line or entity an event that is counted
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
YEAR = re.compile(r"20[0-2]\d(?!\d)")
_TAGGED = re.compile(r">([^<>]*\d[^<>]*)<")
_ELEMENT = re.compile(r"<(\w[\w:.-]*)(?:\s[^<>]*)?>[^<>]*</\1>")
_RAW = "\ue000"  # marks what stands in the JSON as it is, not as a text
CELLS: tuple[Any, ...] = (
    *("abc", "NaN", "", "1.000", "-1", "1e400", "99999999999999999999", "<5", "..", "1 000", "0x10", "٣"),
    *(None, True, [], {}, [1], {"a": 1}, -1, 10**30, 0.5, f"{_RAW}NaN{_RAW}", f"{_RAW}1e400{_RAW}"),
    *(f"{_RAW}-Infinity{_RAW}", f"{_RAW}{'9' * 5000}{_RAW}", "x" * 100_000),
)
TEXTS = tuple(str(one) for one in CELLS if isinstance(one, str) and _RAW not in one)


class Mutant(NamedTuple):
    """An answer that is not what the source meant.

    `law`: `same` says nothing that the whole does not say; `row` may say otherwise of as much as its row
    speaks of, which `without` lacks; `any` is another answer, and says what it says.
    """

    name: str
    pages: Pages
    law: str = "same"
    without: Pages | None = None


def cuts(pages: Pages, fetch: Fetch) -> Iterator[Mutant]:
    """Yield the answer broken off at places spread over its length.

    Files of events, cut between two of them, are shorter files of events: nothing within tells. That no
    such answer comes is for the transport, which knows how long it was to be.
    """
    total, law = sum(map(len, pages)), "any" if fetch.format in EVENTS else "same"
    spread = {total * nth // N_CUTS for nth in range(N_CUTS)}
    for place in sorted(spread | {max(0, total - back) for back in range(1, 7)}):  # the last digits, too
        nth, at = 0, place
        while at >= len(pages[nth]):
            at -= len(pages[nth])
            nth += 1
        cut = (*pages[:nth], pages[nth][:at], *pages[nth + 1 :])
        yield Mutant(f"cut at byte {at} of page {nth + 1}", cut, law)


def mutants(pages: Pages, fetch: Fetch, name: str) -> Iterator[Mutant]:
    """Yield spoilt answers, the same ones each time: those of any format, then those of its own."""
    dice = random.Random(name)  # noqa: S311 - dice, no secret
    nth = dice.randrange(len(pages))
    own = {"json": _json, "csv": _csv, "xml": _xml, "binary": _binary}[_kind(fetch.format, pages[nth])]

    def within(one: Pages | None) -> Pages | None:
        return one and (*pages[:nth], *one, *pages[nth + 1 :])

    for one in [*_any(pages[nth], fetch), *own(pages[nth], dice, fetch)][:N_MUTANTS]:
        yield one._replace(pages=within(one.pages) or (), without=within(one.without))


def _kind(form: str, page: bytes) -> str:
    if form in BINARY or page.startswith(b"PK"):
        return "binary"
    if "csv" in form:
        return "csv"
    return "json" if page.lstrip()[:1] in b"[{" else "xml"


def _any(page: bytes, fetch: Fetch) -> Iterator[Mutant]:
    """Yield what may come instead of any answer."""
    law = "any" if fetch.format in EVENTS else "same"  # twice as many events, or a few fewer
    yield Mutant("nothing", (b"",))
    yield Mutant("blanks", (b" \r\n\t\n",))
    for lang, title in (("fi", "Huoltokatko"), ("sv", "Serviceavbrott"), ("en", "Down for maintenance")):
        text = (
            f"<!doctype html>\n<html lang={lang}><head><title>{title}</title></head><body>503</body></html>\n"
        )
        yield Mutant(f"web page in {lang}", (text.encode(),))
    yield Mutant("an error as JSON", (b'{"error": {"code": 429, "message": "Too many requests"}}\n',))
    yield Mutant(
        "an error as XML", (b'<?xml version="1.0"?>\n<ExceptionReport><Exception/></ExceptionReport>\n',)
    )
    yield Mutant("byte order mark", (b"\xef\xbb\xbf" + page,))
    yield Mutant("UTF-16", (_recoded(page, "utf-16"),))
    yield Mutant("Latin-1", (_recoded(page, "latin-1"),))
    yield Mutant("packed", (gzip.compress(page, mtime=0),))
    yield Mutant("twice in a row", (page + page,), law)
    yield Mutant(
        "zeros in the middle", (page[: len(page) // 2] + bytes(40) + page[len(page) // 2 + 40 :],), law
    )
    yield Mutant("other bytes behind", (page + b"\xff\xfe\x00garbage",))


def _recoded(page: bytes, encoding: str) -> bytes:
    try:
        return page.decode("utf-8").encode(encoding, "replace")
    except UnicodeDecodeError:
        return page.decode("latin-1").encode("utf-16")


# JSON


def _json(page: bytes, dice: random.Random, fetch: Fetch) -> Iterator[Mutant]:
    text = page.decode("utf-8-sig")
    tree = json.loads(text)
    paths = [*_paths(tree)]
    objects = [path for path in paths if isinstance(_at(tree, path), dict) and _at(tree, path)]
    lists = [path for path in paths if isinstance(_at(tree, path), list) and len(_at(tree, path)) > 1]
    leaves = [path for path in paths if path and not isinstance(_at(tree, path), list | dict)]
    cells = [path for path in leaves if NUMBER.fullmatch(str(_at(tree, path)))] or leaves
    yield from _years(text, "utf-8")
    yield Mutant("within a list", (b"[" + page + b"]",))
    yield Mutant("deep", (b"[" * 200_000 + page + b"]" * 200_000,))
    for path in lists[:2]:
        law = "any" if fetch.format == "json-stat" else "same"  # in a cube the order is the meaning
        without = (_with(tree, path, lambda node: node.pop()),)
        again = _with(tree, path, lambda node: node.append(node[-1]))
        yield Mutant(f"{path} backwards", (_with(tree, path, lambda node: node.reverse()),), law)
        yield Mutant(f"{path} its last again", (again,), "row", without)
    for path in (dice.choice(lists) for _ in range(2 if lists else 0)):
        half = _with(tree, path, lambda node: node.__delitem__(slice(len(node) // 2, None)))
        yield Mutant(f"{path} half", (half,), "any")
    for key in _keys(tree, objects, fetch)[:6]:
        yield Mutant(f"no {key} anywhere", (_everywhere(tree, key, None),))
        yield Mutant(f"{key} renamed everywhere", (_everywhere(tree, key, f"{key}_new"),))
    for path in (dice.choice(objects) for _ in range(3)):
        key = dice.choice([*_at(tree, path)])
        twice = _with(tree, path, lambda node, key=key: node.update({f"{key}{_RAW}": 123456}))
        yield Mutant(f"{key} twice in {path}", (twice.replace(_RAW.encode(), b""),))
    for cell in CELLS:
        path = dice.choice(cells)
        without = _dropped(tree, path)
        yield Mutant(f"{path} is {str(cell)[:20]!r}", (_changed(tree, path, cell),), "row", without)


def _keys(tree: Any, objects: Sequence[Sequence[Any]], fetch: Fetch) -> list[str]:  # noqa: ANN401 - any JSON
    """Give the keys of an answer, those that the recipe reads first.

    Keys that are numbers are the places of a cube's cells: one that is not there is an empty cell.
    """
    found = {key for path in objects for key in _at(tree, path) if len(key) < 40 and not key.isdecimal()}
    return sorted(found, key=lambda key: (key not in fetch.columns, key not in fetch.optional, key))


def _years(text: str, encoding: str) -> Iterator[Mutant]:
    for by, said in ((1, "later"), (-1, "earlier")):
        moved = YEAR.sub(lambda found, by=by: str(int(found[0]) + by), text)
        yield Mutant(f"a year {said}", (moved.encode(encoding, "replace"),), "any")


def _paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    yield path
    for key, inner in (
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    ):
        yield from _paths(inner, (*path, key))


def _at(tree: Any, path: Sequence[Any]) -> Any:  # noqa: ANN401 - any JSON
    for step in path:
        tree = tree[step]
    return tree


def _with(tree: Any, path: Sequence[Any], change: Callable[[Any], Any]) -> bytes:  # noqa: ANN401 - any JSON
    copy = deepcopy(tree)
    change(_at(copy, path))
    return _dumped(copy)


def _changed(tree: Any, path: Sequence[Any], cell: Any) -> bytes:  # noqa: ANN401 - any JSON
    return _with(tree, path[:-1], lambda node: node.__setitem__(path[-1], cell))


def _dropped(tree: Any, path: Sequence[Any]) -> Pages | None:  # noqa: ANN401 - any JSON
    """Give the answer without the innermost entry of a list that a cell stands in, or without its key."""
    entry = next((at for at in range(len(path) - 1, -1, -1) if isinstance(path[at], int)), None)
    if entry is None:
        return None
    return (_with(tree, path[:entry], lambda node: node.pop(path[entry])),)


def _everywhere(tree: Any, key: str, name: str | None) -> bytes:  # noqa: ANN401 - any JSON
    def walked(node: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(node, dict):
            return {
                (name or "") if one == key else one: walked(inner)
                for one, inner in node.items()
                if name or one != key
            }
        return [walked(inner) for inner in node] if isinstance(node, list) else node

    return _dumped(walked(tree))


def _dumped(tree: Any) -> bytes:  # noqa: ANN401 - any JSON
    return json.dumps(tree, ensure_ascii=False).replace(f'"{_RAW}', "").replace(f'{_RAW}"', "").encode()


# CSV


def _csv(page: bytes, dice: random.Random, fetch: Fetch) -> Iterator[Mutant]:
    delimiter, headed = fetch.delimiter, not fetch.header and fetch.format != "vehicles-csv"
    law = "any" if fetch.keep or not headed else "same"  # in a wide table a column is a thing that may go
    encoding = "utf-8" if _is_utf8(page) else "latin-1"
    rows = [*csv.reader(io.StringIO(page.decode(encoding), newline=""), delimiter=delimiter)]

    def written(changed: Sequence[Sequence[str]], by: str = delimiter, end: str = "\n") -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=by, lineterminator=end).writerows(changed)
        return out.getvalue().encode(encoding, "replace")

    first = min(fetch.skip + headed, len(rows) - 1)
    head, body, width = rows[:first], rows[first:], len(rows[first])
    every = [(row, column) for row, cells in enumerate(body) for column, _ in enumerate(cells)]
    cells = [(row, column) for row, column in every if NUMBER.fullmatch(body[row][column])] or every
    yield from _years(page.decode(encoding), encoding)
    yield Mutant("lines end as on Windows", (written(rows, end="\r\n"),))
    yield Mutant("lines end as on an old Macintosh", (written(rows, end="\r"),))
    yield Mutant("rows backwards", (written(head + body[::-1]),))
    yield Mutant("no header", (written(body),))
    yield Mutant("only the header", (written(head),))
    yield Mutant("no last line break", (page.rstrip(b"\r\n"),))
    for by in sorted({",", ";", "\t"} - {delimiter}):
        yield Mutant(f"parted by {by!r}", (written(rows, by),))
    for column in range(min(width, 8)):
        renamed = [[f"{cell}_new" if at == column else cell for at, cell in enumerate(row)] for row in head]
        fewer = [[*row[:column], *row[column + 1 :]] for row in rows]
        yield Mutant(f"no column {column + 1}", (written(fewer),), law)
        yield Mutant(f"column {column + 1} renamed", (written(renamed + body),), law)
    yield Mutant("a column twice", (written([[*row, *row[-1:]] for row in rows]),))
    if headed:
        moved = [[*row[1:], *row[:1]] if len(row) == width else row for row in rows]
        yield Mutant("columns moved", (written(moved),))
    row = dice.randrange(len(body))
    before, mine, after = [*head, *body[:row]], body[row], body[row + 1 :]
    without = (written(before + after),)
    yield Mutant("a blank line", (written([*before, [""], mine, *after]),))
    yield Mutant("the header again", (written([*before, *head[-1:], mine, *after]),))
    for name, spoilt in {
        "a row without its end": [mine[:-1]],
        "a row too long": [[*mine, "7"]],
        "a row twice": [mine, mine],
        "a row and the next in one": [[*mine, *after[0]]] if after else [],
    }.items():
        yield Mutant(name, (written(before + spoilt + after),), "row", without)
    quoted = (written(before) + b'"' + written([mine, *after]),)
    yield Mutant("an open quote", quoted, "row", without)
    for text in TEXTS:
        row, column = dice.choice(cells)
        changed = [*body[row][:column], text, *body[row][column + 1 :]]
        name = f"row {row + 1}, cell {column + 1} is {text[:20]!r}"
        without = (written(head + body[:row] + body[row + 1 :]),)
        yield Mutant(name, (written([*head, *body[:row], changed, *body[row + 1 :]]),), "row", without)


def _is_utf8(page: bytes) -> bool:
    try:
        page.decode()
    except UnicodeDecodeError:
        return False
    return True


# XML and HTML


def _xml(page: bytes, dice: random.Random, _: Fetch) -> Iterator[Mutant]:
    encoding = "utf-8-sig" if _is_utf8(page) else "latin-1"
    text = page.decode(encoding)
    cells = [found.span(1) for found in _TAGGED.finditer(text)]
    elements = [found.span() for found in _ELEMENT.finditer(text)]
    tags = sorted(set(re.findall(r"<(\w[\w:.-]*)", text)))
    names = sorted(set(re.findall(r"\s(\w[\w:.-]*)=", text)))

    def written(changed: str) -> Pages:
        return (changed.encode(encoding.removesuffix("-sig"), "replace"),)

    yield from _years(text, encoding.removesuffix("-sig"))
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    yield Mutant("an entity of its own", written(re.sub(r"^(<\?xml[^>]*\?>)?", rf"\1{bomb}", text, count=1)))
    for tag in dice.sample(tags, min(8, len(tags))):
        yield Mutant(
            f"<{tag}> renamed", written(re.sub(rf"(</?){re.escape(tag)}\b", rf"\1{tag}New", text)), "any"
        )
    for name in dice.sample(names, min(5, len(names))):
        yield Mutant(
            f"no {name}=", written(re.sub(rf"""\s{re.escape(name)}=("[^"]*"|'[^']*')""", "", text)), "any"
        )
    for begin, end in dice.sample(elements, min(6, len(elements))):
        yield Mutant(f"no element at {begin}", written(text[:begin] + text[end:]), "row")
        yield Mutant(f"element at {begin} twice", written(text[:end] + text[begin:]), "row")
    for cell in TEXTS:
        begin, end = dice.choice(cells)
        changed = written(text[:begin] + cell.replace("<", "&lt;") + text[end:])
        yield Mutant(f"text at {begin} is {cell[:20]!r}", changed, "row")


# Workbooks, archives, protobuf


def _binary(page: bytes, dice: random.Random, _: Fetch) -> Iterator[Mutant]:
    for nth in range(36):
        at, bit = (len(page) * nth // 36 + dice.randrange(8)) % len(page), 1 << dice.randrange(8)
        yield Mutant(
            f"bit {bit} of byte {at}", (page[:at] + bytes([page[at] ^ bit]) + page[at + 1 :],), "any"
        )
    for nth in range(10):
        at = len(page) * nth // 10
        yield Mutant(f"20 bytes from {at} gone", (page[:at] + page[at + 20 :],), "any")
