"""From the bytes of an answer to one flat table of typed columns, whatever the format."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, cast

from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.sources.agreement import agreed, named
from tilannekuva.sources.cells import KINDS, Cell, is_starred, is_suppressed
from tilannekuva.sources.fetch import FORMATS, PLUG_INS, Fetch
from tilannekuva.sources.wording import AGAIN, quoted

# Spreadsheets drop what does not fit; an answer of just such a length has probably lost its end.
FORMAT_LIMITS = (65_536, 1_048_576)
_MARKED = ("count", "number", "month", "year")  # a star beside these means that they will change
_FORMATS = "tilannekuva.sources.formats"
Reader = Callable[[bytes, Fetch], Iterable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name: SQL type and cells; `faults` are rows that were left out, and why."""

    columns: dict[str, tuple[str, list[Cell]]]
    n_rows: int
    faults: list[str]


def table(body: bytes, fetch: Fetch, *, read: Reader | None = None) -> Table:
    """Read an answer; raises NotUnderstood with the difference to what was agreed.

    `read` takes the place of the format's own reader, when the rows are read already.
    """
    columns: dict[str, tuple[str, list[Cell]]] = {
        name: (KINDS[kind][1], []) for name, kind in fetch.columns.items()
    }
    measured = [name for name, kind in fetch.columns.items() if kind in _MARKED]
    columns |= {f"{name}_status": ("VARCHAR", []) for name in measured}
    faults: list[str] = []
    n_rows = 0
    for n_rows, row in enumerate(_rows(body, fetch, read or reader(fetch.format)), 1):
        agreed(row, fetch)
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


def reader(name: str) -> Reader:
    """Give the reader of a format; BadDefinition when it is unknown or its libraries are not installed."""
    if name not in FORMATS:
        return cast("Reader", min(entry_points(group=PLUG_INS, name=name)).load())
    return cast("Reader", form_of(name).rows)


def form_of(name: str) -> ModuleType:
    """Give the module of a format that is shipped; BadDefinition when its libraries are not installed."""
    try:
        return import_module(f"{_FORMATS}.{FORMATS[name]}")
    except ModuleNotFoundError as error:
        raise BadDefinition(
            f"the format {name} needs {error.name}: pip install 'tilannekuva[sources]'"
        ) from None


def _rows(body: bytes, fetch: Fetch, read: Reader) -> Iterator[dict[str, Any]]:
    """Yield raw rows under the names that the recipe uses; a wide table becomes a long one."""
    for row in read(body, fetch):
        cells = named(row, fetch) if fetch.aliases else row
        if not fetch.keep:
            yield cells
            continue
        kept = {name: cells[name] for name in fetch.keep if name in cells}
        yield from (
            kept | {"column": name, "value": cell} for name, cell in cells.items() if name not in kept
        )


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
        return "provisional" if is_starred(raw) else "normal"
    return "suppressed" if is_suppressed(raw) else "missing"
