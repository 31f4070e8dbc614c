"""From the bytes of an answer to one flat table of typed columns, whatever the format."""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources import csvrows, jsonrows
from tilannekuva.sources.cells import KINDS, Cell, is_suppressed
from tilannekuva.sources.recipe import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

# Spreadsheets drop what does not fit; an answer of just such a length has probably lost its end.
FORMAT_LIMITS = (65_536, 1_048_576)
_COLUMNS_TOLD = 12
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_READERS: dict[str, Callable[[str, Fetch], Iterable[dict[str, Any]]]] = {
    "json": lambda text, fetch: jsonrows.rows(text, fetch.rows),
    "csv": lambda text, fetch: csvrows.rows(text, fetch.delimiter),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name: SQL type and cells; `faults` are rows that were left out, and why."""

    columns: dict[str, tuple[str, list[Cell]]]
    n_rows: int
    faults: list[str]


def table(body: bytes, fetch: Fetch) -> Table:
    """Read an answer; raises NotUnderstood with the difference to what was agreed."""
    text = decoded(body, fetch.format)
    columns: dict[str, tuple[str, list[Cell]]] = {
        name: (KINDS[kind][1], []) for name, kind in fetch.columns.items()
    }
    measured = [name for name, kind in fetch.columns.items() if kind in ("count", "number")]
    columns |= {f"{name}_status": ("VARCHAR", []) for name in measured}
    faults: list[str] = []
    n_rows = 0
    for n_rows, row in enumerate(_READERS[fetch.format](text, fetch), 1):
        _agreed(row, fetch)
        try:
            cells = _typed(row, fetch)
        except ValueError as error:
            faults.append(f"row {n_rows}: {error}")
            continue
        for name, cell in cells.items():
            columns[name][1].append(cell)
        for name in measured:
            columns[f"{name}_status"][1].append(_status(row.get(name), cells[name]))
    if n_rows in FORMAT_LIMITS or n_rows + 1 in FORMAT_LIMITS:
        raise NotUnderstood(
            f"exactly {n_rows} rows: a spreadsheet's limit, so the end is probably lost{AGAIN}"
        )
    return Table(columns, n_rows, faults)


def joined(pages: Sequence[Table]) -> Table:
    """Give the table of an answer that came in pages."""
    first = pages[0]
    if len(pages) == 1:
        return first
    columns = {
        name: (kind, [cell for page in pages for cell in page.columns[name][1]])
        for name, (kind, _) in first.columns.items()
    }
    faults = [fault for page in pages for fault in page.faults]
    return Table(columns, sum(page.n_rows for page in pages), faults)


def decoded(body: bytes, form: str) -> str:
    """Give the text of an answer; NotUnderstood when it is empty, no UTF-8 or a web page."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUnderstood(f"the answer is not UTF-8 at byte {error.start}{CHANGED}") from None
    if not text.strip():
        raise NotUnderstood(f"the answer is empty{AGAIN}")
    if text.lstrip().startswith("<"):
        title = _TITLE.search(text)
        said = quoted(" ".join((title[1] if title else text)[:240].split()))
        raise NotUnderstood(f"expected {form.upper()}, got a web page: {said}{AGAIN}")
    return text


def _agreed(row: dict[str, Any], fetch: Fetch) -> None:
    missing = [name for name in fetch.columns if name not in row and name not in fetch.optional]
    if missing:
        near = difflib.get_close_matches(missing[0], list(row), 1, 0.5)
        hint = f"; did '{missing[0]}' become {quoted(near[0])}?" if near else ""
        has = ", ".join(quoted(name) for name in list(row)[:_COLUMNS_TOLD])
        raise NotUnderstood(f"the column '{missing[0]}' is missing; the answer has {has}{hint}{CHANGED}")


def _typed(row: dict[str, Any], fetch: Fetch) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, kind in fetch.columns.items():
        if name not in row:
            cells[name] = None
            continue
        try:
            cells[name] = KINDS[kind][0](row[name])
        except (ValueError, OverflowError):
            raise ValueError(f"{quoted(row[name])} in column '{name}' is no {kind}") from None
    return cells


def _status(raw: Any, cell: Cell) -> str:  # noqa: ANN401 - whatever the source wrote
    if cell is not None:
        return "normal"
    return "suppressed" if is_suppressed(raw) else "missing"
