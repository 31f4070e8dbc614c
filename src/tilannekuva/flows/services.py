"""Services: what is known of them at an instant, and the door at which reports are judged."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Fact, Known
from tilannekuva.domain.reports import Cell, Report, faults
from tilannekuva.domain.services import ALL, Service, Stage
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.excel.persons import is_personal

_SIGNED = "who signs"  # the column `by` itself stays in the bytes: counts alone become facts


def services(workspace: Workspace, as_of: datetime) -> tuple[Service, ...]:
    """Give the services of which the workspace takes or has had reports, as defined at an instant."""
    asked = {*workspace.settings.sources, *workspace.ledger.sources(as_of)}
    return tuple(one for one in workspace.services(as_of).values() if one.source in asked)


def told(workspace: Workspace, service: Service, as_of: datetime | None = None) -> dict[Cell, float]:
    """Give the numbers reported of a service by an instant, which `faults` holds a report against."""
    rows = workspace.store.as_of(as_of, source=service.source)
    return _cells(service, {row.key: (row.value, row.status) for row in rows})


def judged(workspace: Workspace, look: Look, *, understood: Understood, known: Known) -> Understood:
    """Leave out the reports that cannot be true, each with its reason; no service's answer stays as it is."""
    service = workspace.service_of(look.source_id, look.landed_at)
    if service is None or look.accepted:
        return understood
    reports = list(reports_of(service, understood.facts))
    wrong = faults(service, reports, _cells(service, known), today=helsinki_date(look.landed_at))
    bad = {(one.area, one.day, one.stratum) for one in (reports[fault.nth] for fault in wrong)}
    kept = [fact for fact in understood.facts if (fact.area, fact.reference_date, fact.stratum) not in bad]
    said = [f"{reports[one.nth].area}, {reports[one.nth].day}: {one.text.en}" for one in wrong]
    return replace(understood, facts=kept, faults=[*understood.faults, *said])


def tells_of_person(text: str) -> bool:
    """Whether a text of a report holds an identity code or a phone number: it would be refused with it."""
    return is_personal(text)


def wire(service: Service, reports: Iterable[Report]) -> bytes:
    """Write reports as the bytes that a form hands in: CSV with the columns of the joint sheet."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["municipality", "day", "place", "age", *service.stages, "by", "reason"])
    for one in reports:
        counts = ["" if (n := one.counts.get(stage)) is None else f"{n:g}" for stage in service.stages]
        code = one.area.partition(":")[2]
        rows.writerow([code, one.day.isoformat(), one.place, one.age, *counts, one.by, one.reason])
    return written.getvalue().encode()


def _stages(service: Service) -> dict[str, Stage]:
    return {service.indicator(stage): stage for stage in service.stages}


def _cells(service: Service, known: Known) -> dict[Cell, float]:
    stages = _stages(service)
    return {
        Cell(stages[indicator], area, day, part): value
        for (indicator, area, day, _, part), (value, _) in known.items()
        if indicator in stages and value is not None
    }


def reports_of(service: Service, facts: Iterable[Fact]) -> Iterable[Report]:
    """Yield what an answer reports, put together again; a signed correction bears a fact of its own."""
    stages, rows, signed = _stages(service), dict[tuple[str, date, str], dict[Stage, float]](), set()
    for fact in facts:
        row = rows.setdefault((fact.area, fact.reference_date, fact.stratum), {})
        if fact.indicator in stages and fact.value is not None:
            row[stages[fact.indicator]] = fact.value
        elif fact.indicator == service.indicator("corrected"):
            signed.add((fact.area, fact.reference_date, fact.stratum))
    for key, counts in rows.items():
        area, day, part = key
        by = _SIGNED if key in signed else ""
        yield Report(area, day, counts, **_parted(part), by=by, reason=by)


def _parted(part: str) -> Mapping[str, str]:
    """Give place and age band of a part's name."""
    return dict(one.split(":", 1) for one in part.split()) if part != ALL else {}
