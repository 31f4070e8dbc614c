"""Formulas: indicators computed under lock, each from no more than the inputs it names."""

from collections.abc import Iterable
from datetime import date

from tilannekuva.domain.areas import register
from tilannekuva.domain.indicators import Indicator
from tilannekuva.errors import BadDefinition
from tilannekuva.store.duckdb import empty_sheet
from tilannekuva.store.sheet import Sheet

STATUSES = ("normal", "provisional", "missing", "suppressed")  # by how doubtful a value is
_OTHERS = "from own union all select * from ({told}) as told where area not in (select area from own)"
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
            if one.sql and one.protect:  # of other municipalities than a viewer's own, the values as released
                sql = f"with own as ({sql}) {_OTHERS.format(told=_base(one))}"
            sheet.ask(f"create {'view' if views else 'table'} {one.table} as {sql}")
            if one.parts:
                sheet.ask(f"create view {one.table}_parts as {_parts(one)}")
        except BadDefinition as error:
            raise BadDefinition(f"indicator {one.id}: {error}") from None


def _base(one: Indicator) -> str:
    kind = "bigint" if one.kind == "count" else "double"
    told = f"""
        select area, reference_date, cast(value as {kind}) as value, case status {_DOUBT} else 0 end as doubt
        from observations where indicator = '{one.id}' and stratum = 'all'"""  # noqa: S608 - slugs, in a locked sheet
    if not one.parts:
        return told
    return f"""
        with told as ({told}), parts as ({_PARTED[one.parts].format(parts=_parts(one))})
        select * from told
        union all select area, reference_date, cast(sum(value) as {kind}), max(doubt) from parts p
        where not exists (select 1 from told t where t.area = p.area and t.reference_date = p.reference_date)
        group by area, reference_date"""  # noqa: S608 - slugs, in a locked sheet


def _parts(one: Indicator) -> str:
    """Give what is told of the parts of areas."""
    return f"""
        select area, reference_date, stratum, value, case status {_DOUBT} else 0 end as doubt
        from observations where indicator = '{one.id}' and stratum <> 'all'"""  # noqa: S608 - slugs, in a locked sheet


# The parts that are told on a day, or on each day on which any is told the newest of each.
_PARTED = {
    "sum": "{parts}",
    "newest": """
        select d.area, d.reference_date, one.stratum, 0 as doubt,
               max_by(one.value, one.reference_date) as value
        from (select distinct area, reference_date from ({parts}) as days) d
        join ({parts}) as one on one.area = d.area and one.reference_date <= d.reference_date
        group by d.area, d.reference_date, one.stratum""",
}


def _derived(sheet: Sheet, one: Indicator) -> str:
    inputs = {name.replace("-", "_") for name in one.inputs}
    named = inputs | {f"{name}_parts" for name in inputs} | {"population"}
    others = sorted(sheet.reads(one.sql) - named)
    if others:
        raise BadDefinition(f"the SQL reads {others[0]}, which `inputs` does not name")
    return f"""
        select area, reference_date, case when doubt < 2 then value end as value,
               case when value is null and doubt < 2 then 2 else doubt end as doubt
        from ({one.sql})"""  # noqa: S608 - the definition's own SQL, in a locked sheet
