"""Reading: from the bytes of an answer to facts, by its recipe."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from math import isfinite
from typing import Any, get_args

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import begun, helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.observations import Fact, Key, Status
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.flows.decisions import decided
from tilannekuva.flows.streaming import Page, body, broken, enough, filed, lay
from tilannekuva.sources.excel.filled import filled_table
from tilannekuva.sources.excel.plaintext import no_persons
from tilannekuva.sources.fetch import STREAMED
from tilannekuva.sources.formats.passages import count
from tilannekuva.sources.recipe import Ground, Recipe, Series
from tilannekuva.sources.table import Table, joined, table
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted
from tilannekuva.store.sheet import Result, Sheet

_AHEAD = 2  # days that a source may write in advance: HS did, by up to two
_COLUMNS = {"area", "reference_date", "value"}
_OPTIONAL = {"status", "stratum", "n_rows"}  # `n_rows`: of `raw`, left out where it is a fault
_SECONDS = 25  # for the SQL over an answer that is read while it runs
_STATUSES = {None, *get_args(Status)} - {"withdrawn"}  # taking back is the store's to say
_EMPTY = ("missing", "suppressed")
_ROWS = {
    "indicator": "VARCHAR",
    "area": "VARCHAR",
    "reference_date": "DATE",
    "freq": "VARCHAR",
    "stratum": "VARCHAR",
    "value": "DOUBLE",
    "status": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Understood:
    """Facts and decisions of an answer; `faults` are the rows left out, each with its reason."""

    facts: list[Fact]
    faults: list[str]
    n_rows: int
    decisions: list[Decision] = field(default_factory=list)
    n_areas: int = 0  # those whose boundaries it holds


def understand(
    recipe: Recipe, pages: Sequence[Page], landed_at: datetime, *, grounds: Sequence[Ground] = ()
) -> Understood:
    """Read the pages of an answer, bytes or the files that hold them; NotUnderstood tells what differs.

    `grounds` are the answers by which its shapes come to areas.
    """
    if recipe.fetch.format in STREAMED:
        return _streamed(recipe, pages, landed_at)
    raw = joined([_table(recipe, body(page), landed_at) for page in pages])
    _still_withheld(raw, recipe)
    n_areas = 0
    if recipe.place or recipe.boundaries:
        raw, n_areas = _on_map()(raw, recipe, grounds, helsinki_date(landed_at))
    with Sheet() as sheet:
        sheet.put("raw", {name: column for name, column in raw.columns.items() if column[0] != "BLOB"})
        understood = _told(sheet, recipe, landed_at, faults=raw.faults)
    return replace(understood, n_rows=raw.n_rows, n_areas=n_areas)


def _on_map() -> Callable[[Table, Recipe, Sequence[Ground], date], tuple[Table, int]]:
    """Give what brings shapes to areas; it stands on large libraries and is loaded when it is needed."""
    try:
        found: Callable[..., tuple[Table, int]] = import_module("tilannekuva.sources.maps.placing").on_map
    except ModuleNotFoundError as error:
        cure = "pip install 'tilannekuva[sources]'"
        raise BadDefinition(f"a recipe with [place] or [boundaries] needs {error.name}: {cure}") from None
    return found


def _table(recipe: Recipe, answer: bytes, landed_at: datetime) -> Table:
    """Read one page; what people filled in is held against its entries."""
    if recipe.entry:
        return filled_table(recipe, answer, helsinki_date(landed_at))
    if recipe.fetch.protocol == "inbox" and recipe.series:
        no_persons(answer, recipe.fetch.format)
    return table(answer, recipe.fetch)


def _streamed(recipe: Recipe, pages: Sequence[Page], landed_at: datetime) -> Understood:
    """Read what is too large for rows: its lines are counted while the SQL gathers from them."""
    with (
        filed(pages) as files,
        Sheet(seconds=_SECONDS, streaming=True) as sheet,
        ThreadPoolExecutor(1) as aside,
    ):
        lay(sheet, recipe.fetch, files)
        lines, faults = aside.submit(count, files), list[str]()

        def more() -> list[str]:
            found = broken(sheet, files)
            enough([*faults, *found], lines.result())
            return found

        understood = _told(sheet, recipe, landed_at, faults=faults, more=more)
        return replace(understood, n_rows=lines.result())


def _told(
    sheet: Sheet,
    recipe: Recipe,
    landed_at: datetime,
    *,
    faults: list[str],
    more: Callable[[], Iterable[str]] = tuple,
) -> Understood:
    """Give what a recipe's SQL says of a sheet; `more` tells the faults that show while it runs."""
    sheet.put("answer", {"landed_date": ("DATE", [helsinki_date(landed_at)])})
    sheet.put(
        "places", {"place": ("VARCHAR", [*recipe.places]), "area": ("VARCHAR", [*recipe.places.values()])}
    )
    sheet.lock()
    for name, sql in recipe.steps.items():
        _made(sheet, name, sql)
    found = [fact for series in recipe.series for fact in _facts(sheet, series, landed_at, faults)]
    faults += more()
    facts = _once(found, faults)
    decisions = decided(sheet, recipe, landed_at, faults=faults)
    _checked(sheet, recipe, facts, faults)
    return Understood(facts, faults, 0, decisions)


def _made(sheet: Sheet, name: str, sql: str) -> None:
    """Make the table of a step; BadDefinition names the step."""
    try:
        sheet.ask(f'create table "{name}" as {sql}')
    except BadDefinition as error:
        raise BadDefinition(f"the step '{name}': {error}") from None


def _facts(sheet: Sheet, series: Series, landed_at: datetime, faults: list[str]) -> Iterable[Fact]:
    today = helsinki_date(landed_at)
    areas: dict[str, str | None] = {}
    for row in _named(sheet.ask(series.sql), series):
        name = str(row["area"])
        if name not in areas:
            areas[name] = register().match(name, series.level, on=today)
        area = areas[name]
        if row["value"] is None and isinstance(row["reference_date"], date) and row["reference_date"] > today:
            continue  # an empty cell of a day to come says nothing
        fault = next(_faults(row, area, series, today), "")
        if fault or area is None:
            where = f"{series.indicator}, {quoted(name)[1:-1]}, {row['reference_date']}"
            faults.extend([f"{where}: {fault}"] * int(row.get("n_rows") or 1))
            continue
        value = None if row["value"] is None else float(row["value"])
        status = row.get("status") or "normal"
        if value is None and status not in _EMPTY:
            status = "missing"
        if status == "normal" and _is_provisional(row["reference_date"], area, series, today):
            status = "provisional"
        yield Fact(
            series.indicator,
            area,
            row["reference_date"],
            series.freq,
            row.get("stratum") or "all",
            value,
            status,
        )


def _named(answer: Result, series: Series) -> Iterable[dict[str, Any]]:
    names = set(answer.names)
    if not names >= _COLUMNS or not names <= _COLUMNS | _OPTIONAL:
        wanted = "area, reference_date, value (and status, stratum, n_rows)"
        raise NotUnderstood(
            f"the SQL of '{series.indicator}' gives {', '.join(answer.names)}; it must give {wanted}"
        )
    return (dict(zip(answer.names, row, strict=True)) for row in answer.rows)


def _still_withheld(raw: Table, recipe: Recipe) -> None:
    """Raise when a number that the answer withholds would be told as one that never came."""
    withheld = any(
        "suppressed" in cells for name, (_, cells) in raw.columns.items() if name.endswith("_status")
    )
    lacking = [series.indicator for series in recipe.series if "status" not in series.sql]
    if withheld and lacking:
        raise NotUnderstood(
            f"the answer withholds numbers (as `..` or `<5`), and the SQL of '{lacking[0]}' does not say so: "
            "select `<column>_status as status` beside the value"
        )


def _faults(row: dict[str, Any], area: str | None, series: Series, today: date) -> Iterator[str]:
    """Say why a row cannot be a fact. What follows a reason may not hold: only the first is asked for."""
    day, value, status = row["reference_date"], row["value"], row.get("status")
    if area is None:
        yield f"no {series.level} is called {quoted(row['area'])}"
    if type(day) is not date:
        yield "no day"
    if day > today + timedelta(days=_AHEAD):
        yield "a day that has not come yet"
    if day != begun(day, series.freq):
        yield f"a {series.freq} is dated by its first day"
    if status not in _STATUSES:
        yield f"{quoted(status)} is no status"
    if value is not None:
        yield from _faults_of_value(value, status, series)


def _faults_of_value(value: Any, status: str | None, series: Series) -> Iterator[str]:  # noqa: ANN401 - as the SQL gave it
    if status in _EMPTY:
        yield f"a number that is {status}"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not isfinite(value):
        yield f"{quoted(value)} is no number"
    if series.minimum is not None and value < series.minimum:
        yield f"{value} is less than can be"
    if series.integer and value != int(value):
        yield f"{value} is no whole number"


def _is_provisional(day: date, area: str, series: Series, today: date) -> bool:
    days = series.provisional_areas.get(area, series.provisional_days)
    return day > today - timedelta(days=days)


def _once(found: Iterable[Fact], faults: list[str]) -> list[Fact]:
    """Give each fact once; the same one twice is a fault, two that disagree end the reading."""
    facts: dict[Key, Fact] = {}
    for fact in found:
        other = facts.setdefault(fact.key, fact)
        where = f"{fact.indicator}, {fact.area}, {fact.reference_date}"
        if other is not fact and other != fact:
            raise NotUnderstood(f"{where}: two values, {other.value} and {fact.value}{AGAIN}")
        if other is not fact:
            faults.append(f"{where}: came twice")
    return list(facts.values())


def _checked(sheet: Sheet, recipe: Recipe, facts: Sequence[Fact], faults: Sequence[str]) -> None:
    cells = [list(column) for column in zip(*facts, strict=True)] or [[] for _ in _ROWS]
    sheet.put(
        "rows", {name: (kind, column) for (name, kind), column in zip(_ROWS.items(), cells, strict=True)}
    )
    sheet.put("faults", {"fault": ("VARCHAR", faults)})
    for check in recipe.check:
        rows = sheet.ask(check.sql).rows
        if rows:
            first = ", ".join(quoted(cell)[1:-1] for cell in rows[0])
            more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
            raise NotUnderstood(f"{check.why}: {first}{more}{CHANGED}")
