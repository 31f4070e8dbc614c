"""Formulas: indicators computed under lock, each from no more than the inputs it names."""

from collections.abc import Iterable
from datetime import date

from tilannekuva.domain.areas import register
from tilannekuva.domain.indicators import Indicator
from tilannekuva.errors import BadDefinition
from tilannekuva.store.duckdb import empty_sheet
from tilannekuva.store.sheet import Sheet

STATUSES = ("normal", "provisional", "missing", "suppressed")  # by how doubtful a value is
_DOUBT = " ".join(f"when '{status}' then {doubt}" for doubt, status in enumerate(STATUSES))


def prove(indicators: Iterable[Indicator]) -> None:
    """Run formulas on nothing; BadDefinition names the indicator whose SQL does not stand."""
    with empty_sheet() as sheet:
        fill(sheet, indicators, date.min)


def fill(sheet: Sheet, needed: Iterable[Indicator], on: date, *, views: bool = False) -> None:
    """Make a table of each indicator: area, reference_date, value, doubt; inputs come first.

    `views` are computed anew at each question, of what the observations then are.
    """
    places = [str(row[0]) for row in sheet.ask("select distinct area from observations").rows]
    people = [(area, register().population(area, on)) for area in places]
    cells = [list(column) for column in zip(*people, strict=True)] or [[], []]
    sheet.put("population", {"area": ("VARCHAR", cells[0]), "population": ("BIGINT", cells[1])})
    sheet.lock()
    for one in needed:
        try:
            sql = _derived(sheet, one) if one.sql else _base(one)
            sheet.ask(f"create {'view' if views else 'table'} {one.table} as {sql}")
        except BadDefinition as error:
            raise BadDefinition(f"indicator {one.id}: {error}") from None


def _base(one: Indicator) -> str:
    kind = "bigint" if one.kind == "count" else "double"
    return f"""
        select area, reference_date, cast(value as {kind}) as value, case status {_DOUBT} else 0 end as doubt
        from observations where indicator = '{one.id}' and stratum = 'all'"""  # noqa: S608 - slugs, in a locked sheet


def _derived(sheet: Sheet, one: Indicator) -> str:
    named = {name.replace("-", "_") for name in one.inputs} | {"population"}
    others = sorted(sheet.reads(one.sql) - named)
    if others:
        raise BadDefinition(f"the SQL reads {others[0]}, which `inputs` does not name")
    return f"""
        select area, reference_date, case when doubt < 2 then value end as value,
               case when value is null and doubt < 2 then 2 else doubt end as doubt
        from ({one.sql})"""  # noqa: S608 - the definition's own SQL, in a locked sheet
