"""The health sources of an exercise: Helsingin Sanomat's answers and THL's tables, in their form."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from tilannekuva.flows.exercise.epidemic import VACCINATIONS_FROM, Epidemic

ALL_DISTRICTS = "Kaikki sairaanhoitopiirit"
THURSDAY = 3


def totals(series: Sequence[Sequence[int]]) -> list[int]:
    """Add series of equal length day by day."""
    return [sum(values) for values in zip(*series, strict=True)]


def stamps(days: Sequence[date], hour: int) -> list[str]:
    """Days as HS writes them, at an even hour."""
    return [f"{day}T{hour:02}:00:00.000Z" for day in days]


def written(value: Any) -> bytes:  # noqa: ANN401 - anything that JSON can hold
    """Write JSON as the services do, without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def hs_cases(epidemic: Epidemic) -> bytes:
    """Cases by district and sample day (processedThlData)."""
    dates = stamps(epidemic.days, 15)
    known = {course.district.hs: course.cases for course in epidemic.courses}
    known[ALL_DISTRICTS] = totals(list(known.values()))
    rows = {name: _case_rows(name, values, dates) for name, values in known.items()}
    return written({"confirmed": rows})


def _case_rows(name: str, values: Sequence[int], dates: Sequence[str]) -> list[dict[str, str | int]]:
    pairs = zip(values, dates, strict=True)
    return [{"value": value, "healthCareDistrict": name, "date": at} for value, at in pairs]


def hs_hospital(epidemic: Epidemic) -> bytes:
    """Patients and deaths by hospital area (finnishCoronaHospitalData)."""
    days = range(len(epidemic.days))
    columns = {
        area: [list(accumulate(kind[day] for day in days)) for kind in (beds.ward, beds.icu, beds.dead)]
        for area, beds in epidemic.beds.items()
    }
    columns["Finland"] = [totals(kind) for kind in zip(*columns.values(), strict=True)]
    rows = [
        {"date": at, "area": area, "totalHospitalised": w + i, "inWard": w, "inIcu": i, "dead": dead}
        for area, (wards, icus, deaths) in columns.items()
        for at, w, i, dead in zip(stamps(epidemic.days, 9), wards, icus, deaths, strict=True)
    ]
    return written({"hospitalised": rows})


def hs_tests(epidemic: Epidemic) -> bytes:
    """Write the tests of the whole country by sample day (thlTestData)."""
    tested = totals([course.tests for course in epidemic.courses])
    dates = stamps(epidemic.days, 15)
    return written({"tested": [{"value": v, "date": d} for v, d in zip(tested, dates, strict=True)]})


def hs_tests_district(epidemic: Epidemic) -> bytes:
    """All tests so far by district (hcdTestData)."""
    known = {c.district.hs: (sum(c.tests), c.district.population) for c in epidemic.courses}
    known[ALL_DISTRICTS] = (sum(t for t, _ in known.values()), sum(p for _, p in known.values()))
    return written({name: {"tested": t, "population": p} for name, (t, p) in known.items()})


def hs_vaccination(epidemic: Epidemic) -> bytes:
    """Doses so far by hospital area (finnishVaccinationData); no answer before they begin.

    Today's doses come tomorrow: the last day repeats the one before.
    """
    start = VACCINATIONS_FROM
    if len(epidemic.days) <= start:
        return b""
    given = {area: list(accumulate([*shots[start:-1], 0])) for area, shots in epidemic.shots.items()}
    columns = {"Finland": totals(list(given.values())), **given}
    rows = [
        {"area": area, "date": at, "shots": shots}
        for area, values in columns.items()
        for at, shots in zip(stamps(epidemic.days[start:], 12), values, strict=True)
    ]
    return written(rows)


def thl_country(epidemic: Epidemic) -> bytes:
    """Cases of the whole country by sample day, a Finnish sampo table."""
    known = zip(epidemic.days, totals([course.cases for course in epidemic.courses]), strict=True)
    lines = (f"Tapausten lukumäärä;{day};{cases}\n" for day, cases in known)
    return "".join(("Mittari;Aika;val\n", *lines)).encode()


def thl_district(epidemic: Epidemic) -> bytes:
    """All cases so far by district, a Finnish sampo table."""
    known = {course.district.fi: sum(course.cases) for course in epidemic.courses}
    known["Kaikki Alueet"] = sum(known.values())
    return "".join(("Alue;val\n", *(f"{name};{cases}\n" for name, cases in known.items()))).encode()


def thl_weekly(epidemic: Epidemic) -> bytes:
    """Cases by district and ISO week, a Swedish sampo table; an answer on Thursdays only."""
    if epidemic.days[-1].weekday() != THURSDAY:
        return b""
    known = {course.district.sv: course.cases for course in epidemic.courses}
    known["Alla områden"] = totals(list(known.values()))
    found = weeks(epidemic.days)
    values = {name: [week_sum(cases, start) for _, start in found] for name, cases in known.items()}
    lines = [
        f"{name};{label};{'' if values[name][n] is None else values[name][n]}\n"
        for n, (label, _) in enumerate(found)
        for name in known
    ]
    lines += [f"{name};Alla tider;{sum(filter(None, sums))}\n" for name, sums in values.items()]
    return "".join(("Områden;Tid;val\n", *lines)).encode()


def weeks(days: Sequence[date]) -> list[tuple[str, int]]:
    """Labels of the ISO weeks of the calendar years touched, each with its Monday's place in the history."""
    new_year, end = date(days[0].year, 1, 1), date(days[-1].year, 12, 31)
    start = (new_year - timedelta(new_year.weekday()) - days[0]).days
    mondays = range(start, (end - days[0]).days + 1, 7)
    isos = [(days[0] + timedelta(monday)).isocalendar() for monday in mondays]
    return [(f"År {iso.year} Vecka {iso.week:02}", monday) for iso, monday in zip(isos, mondays, strict=True)]


def week_sum(cases: Sequence[int], monday: int) -> int | None:
    """Cases of a week that is over and not before the epidemic, else none."""
    return sum(cases[max(0, monday) : monday + 7]) if 0 < monday + 7 < len(cases) else None
