"""What the tests of services share: the shipped ones, reports of days, and what follows from them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from tilannekuva.domain.reports import Cell, Report
from tilannekuva.domain.services import Service, Stage
from tilannekuva.flows.formulas import fill
from tilannekuva.indicators import services
from tilannekuva.indicators.catalogue import Catalogue, catalogue
from tilannekuva.store.sheet import Sheet

SHIPPED = {name: services.service(text, name) for name, text in services.texts().items()}
RING, BAGS = SHIPPED["phone-ring"], SHIPPED["grocery-bags"]
HERE, DAY = "municipality:837", date(2020, 4, 1)
Counts = Mapping[Stage, float]


def on(n: int, counts: Counts, **more: str) -> Report:
    """Give the report of a day, so many after the first."""
    return Report(HERE, DAY + timedelta(days=n), counts, **more)


def cells(*reports: Report) -> dict[Cell, float]:
    """Give what is told once these were taken, one after the other."""
    return {
        Cell(stage, one.area, one.day, one.stratum): value
        for one in reports
        for stage, value in one.counts.items()
    }


def catalogue_of(service: Service) -> Catalogue:
    """Give the indicators that a shipped service is written out as."""
    written = services.written_out(services.texts()[service.id], service.id)
    return catalogue({name: text for (kind, name), text in written.items() if kind == "indicator"})


def follows(
    service: Service, what: str, reports: Iterable[Report], area: str = HERE
) -> dict[int, float | None]:
    """Compute what follows from reports in an area, by days after the first."""
    return {n: value for (one, n), value in follow(service, what, reports).items() if one == area}


def follow(service: Service, what: str, reports: Iterable[Report]) -> dict[tuple[str, int], float | None]:
    """Compute what follows from reports, by area and days after the first."""
    told = cells(*reports)
    with Sheet() as sheet:
        sheet.put(
            "observations",
            {
                "indicator": ("VARCHAR", [service.indicator(cell.stage) for cell in told]),
                "area": ("VARCHAR", [cell.area for cell in told]),
                "reference_date": ("DATE", [cell.day for cell in told]),
                "freq": ("VARCHAR", ["day"] * len(told)),
                "stratum": ("VARCHAR", [cell.stratum for cell in told]),
                "value": ("DOUBLE", [*told.values()]),
                "status": ("VARCHAR", ["normal"] * len(told)),
            },
        )
        name = service.indicator(what)
        found = catalogue_of(service)
        fill(sheet, found.needed({name}), DAY)
        asked = f"select area, reference_date, value from {found.indicator(name).table}"  # noqa: S608 - a slug
        rows = sheet.ask(f"{asked} order by 1, 2").rows
    return {(area, (day - DAY).days): value for area, day, value in rows}
