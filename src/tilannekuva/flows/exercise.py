"""An exercise: an invented epidemic, answered in the words of the real sources.

The epidemic runs day by day from `first`; each day's answers tell what would be known by then, with each
hospital district's own reporting delay. Nothing looks ahead, so that tomorrow continues the same epidemic.

Tuned for demonstrations about 260 days long: a first wave, restrictions, a calm spell, and a second wave that
is rising in Pirkanmaa at the end, further on in Varsinais-Suomi and only beginning in Kanta-Häme.
"""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import accumulate, pairwise
from math import cos, exp, pi
from random import Random
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Simulated:
    """One answer of one source: what landed, when (aware, UTC) and from where."""

    source_id: str
    landed_at: datetime
    body: bytes
    url: str


class District(NamedTuple):
    """A hospital district: its names in the sources, its people, hospital area and waves (exercise.toml)."""

    hs: str
    fi: str
    sv: str
    population: int
    hospital: str
    peak: float
    lead: int


FIGURES = tomllib.loads(files("tilannekuva.flows").joinpath("exercise.toml").read_text("utf-8"))
DISTRICTS = tuple(District(*row) for row in FIGURES["waves"]["districts"])
HOSPITALS = ("HYKS", "KYS", "OYS", "TAYS", "TYKS")
ALL_DISTRICTS = "Kaikki sairaanhoitopiirit"

ALL_KNOWN_AFTER: int = FIGURES["known_after"]["days"][-1]

# Our judgement: figures that make a believable course, not estimates of the real one.
SAMPLES_BY_WEEKDAY = (1.25, 1.15, 1.10, 1.10, 1.05, 0.70, 0.65)  # Monday first, mean 1
PREHISTORY_DAYS = 20  # days before `first` that the renewal looks back on
SERIAL = [s**5.25 * exp(-s / 0.8) for s in range(1, 15)]  # gamma, mean 5 days, standard deviation 2
INFECTIOUSNESS = [w / sum(SERIAL) for w in SERIAL]
WAVE_DAYS = 240
HOSPITALISED = 0.045  # share of cases
ICU = 0.20  # share of patients
DIES = 0.12  # share of patients
STAY_DAYS = 8  # mean
VACCINATIONS_FROM = 100  # days after the first
DOSES_A_DAY = 0.009  # per inhabitant when in full swing
DOSES_AT_MOST = 1.7  # per inhabitant
NO_GAPS_FROM = 240  # days after the first: a fresh demonstration never begins with a gap


def known_shares(what: str) -> list[float]:
    """Cumulative shares known 1, 2, … ALL_KNOWN_AFTER days later, linear between the measured days.

    `what` is tests or a hospital district; one without measured shares has the country's.
    """
    table = FIGURES["known_after"]
    points = list(zip(table["days"], table.get(what, table["country"]), strict=True))
    shares = [points[0][1]]
    for (start, low), (end, high) in pairwise(points):
        shares += [low + (high - low) * (n - start) / (end - start) for n in range(start + 1, end + 1)]
    return shares


def dice_for(*what: object) -> Random:
    """Dice of its own for each purpose, so that one throw more never moves another series."""
    return Random(" ".join(map(str, what)))  # noqa: S311 - an exercise must be repeatable; nothing is secret


def poisson(dice: Random, mean: float) -> int:
    """Draw a Poisson number: Knuth's product of uniforms, above a mean of 50 a rounded normal."""
    if mean > 50:  # noqa: PLR2004 - the product would underflow later and is slow already
        return max(0, round(dice.gauss(mean, mean**0.5)))
    count, left = 0, dice.random()
    while left > exp(-mean):
        count, left = count + 1, left * dice.random()
    return count


@dataclass(slots=True)
class Beds:
    """Changes of the patients of one hospital area by day; their running sums are the occupancy."""

    ward: Counter[int] = field(default_factory=Counter)
    icu: Counter[int] = field(default_factory=Counter)
    dead: Counter[int] = field(default_factory=Counter)

    def admit(self, dice: Random, sampled: int) -> None:
        """Follow one patient, who comes 7-10 days after the sample day, to the end of the stay."""
        comes = sampled + dice.randint(7, 10)
        leaves = comes + 1 + round(dice.expovariate(1 / (STAY_DAYS - 1)))
        bed = self.icu if dice.random() < ICU else self.ward
        bed[comes] += 1
        bed[leaves] -= 1
        self.dead[leaves] += dice.random() < DIES


@dataclass(slots=True)
class Course:
    """How the epidemic runs in one district, and what is known of it so far, by sample day."""

    district: District
    beds: Beds
    infections: list[float]  # a smooth force behind the cases, the prehistory first
    case_shares: list[float]
    test_shares: list[float]
    mood: float = 0.0  # slow wandering of the log reproduction number
    cases: list[int] = field(default_factory=list)
    tests: list[int] = field(default_factory=list)
    due: defaultdict[int, list[tuple[list[int], int, int]]] = field(default_factory=lambda: defaultdict(list))

    def step(self, dice: Random, weekday: int) -> None:
        """Live one day: infections, samples, patients; then learn what is due today. Today itself shows 0."""
        day = len(self.cases)
        self.cases.append(0)
        self.tests.append(0)
        force = dice.gammavariate(25, self._expected(dice, day) / 25)
        self.infections.append(force)
        self._sample(dice, day, force * SAMPLES_BY_WEEKDAY[weekday], SAMPLES_BY_WEEKDAY[weekday])
        for known, sampled, number in self.due.pop(day, ()):
            known[sampled] += number
        self._remove_duplicate(dice, day)

    def _expected(self, dice: Random, day: int) -> float:
        """Renewal: R x past infections weighted by infectiousness, plus those brought from elsewhere."""
        self.mood = 0.95 * self.mood + dice.gauss(0, 0.02)
        # People and officials answer to what they saw in the past weeks.
        pressure = sum(self.infections[-14:]) / 14 / self.district.peak
        wave = 1.12 + 0.42 * cos(2 * pi * (day + self.district.lead - 10) / WAVE_DAYS)
        reproduction = exp(self.mood) * wave / (1 + 0.8 * pressure)
        past = zip(INFECTIOUSNESS, reversed(self.infections), strict=False)
        infected: float = sum(w * i for w, i in past)
        return reproduction * infected + 0.01 * self.district.peak

    def _sample(self, dice: Random, day: int, mean: float, activity: float) -> None:
        """Draw the cases and tests of a sample day, and the days on which each becomes known."""
        cases = poisson(dice, mean)
        delays = dice.choices(range(1, ALL_KNOWN_AFTER + 1), cum_weights=self.case_shares, k=cases)
        for delay, number in sorted(Counter(delays).items()):
            self.due[day + delay].append((self.cases, day, number))
        tests = poisson(dice, 16 * mean + 0.0006 * activity * self.district.population)
        known = [0, *(round(tests * share) for share in self.test_shares)]
        for delay, (before, now) in enumerate(pairwise(known), start=1):
            self.due[day + delay].append((self.tests, day, now - before))
        for _ in range(cases):
            if dice.random() < HOSPITALISED:
                self.beds.admit(dice, day)

    def _remove_duplicate(self, dice: Random, day: int) -> None:
        """Now and then take back one case of an old day that had been counted twice."""
        old = day - dice.randint(ALL_KNOWN_AFTER + 1, 2 * ALL_KNOWN_AFTER)
        if dice.random() < 0.06 and old >= 0 and self.cases[old]:  # noqa: PLR2004 - about one a day in the country
            self.cases[old] -= 1


class Epidemic:
    """The exercise at the end of its latest day, district by district and hospital by hospital."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = dice_for(seed, "epidemic")
        self.days: list[date] = []
        self.beds = {hospital: Beds() for hospital in HOSPITALS}
        self.courses = [_course(district, self.beds[district.hospital]) for district in DISTRICTS]
        people = Counter(dict.fromkeys(HOSPITALS, 0))
        for district in DISTRICTS:
            people[district.hospital] += district.population
        self.people = {**people, "Other areas": 4_000}
        self.shots: dict[str, list[int]] = {area: [] for area in self.people}

    def step(self, day: date) -> None:
        """Carry the epidemic through one day; days follow one another without gaps."""
        self.days.append(day)
        for course in self.courses:
            course.step(self.dice, day.weekday())
        for area, people in self.people.items():
            self.shots[area].append(self._vaccinated(area, people, day.weekday()))

    def _vaccinated(self, area: str, people: int, weekday: int) -> int:
        since = len(self.days) - 1 - VACCINATIONS_FROM
        if since <= 0:
            return 0
        room = max(0.0, 1 - sum(self.shots[area]) / (DOSES_AT_MOST * people))
        pace = DOSES_A_DAY * (1 - exp(-since / 50)) * room * SAMPLES_BY_WEEKDAY[weekday]
        return poisson(self.dice, people * pace)


def _course(district: District, beds: Beds) -> Course:
    calm = [0.02 * district.peak] * PREHISTORY_DAYS
    return Course(district, beds, calm, known_shares(district.hs), known_shares("tests"))


def totals(series: Sequence[Sequence[int]]) -> list[int]:
    """Add series of equal length day by day."""
    return [sum(values) for values in zip(*series, strict=True)]


def stamps(days: Sequence[date], hour: int) -> list[str]:
    """Days as HS writes them, at an even hour."""
    return [f"{day}T{hour:02}:00:00.000Z" for day in days]


def _json(value: Any) -> bytes:  # noqa: ANN401 - anything that JSON can hold
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def hs_cases(epidemic: Epidemic) -> bytes:
    """Cases by district and sample day (processedThlData)."""
    dates = stamps(epidemic.days, 15)
    known = {course.district.hs: course.cases for course in epidemic.courses}
    known[ALL_DISTRICTS] = totals(list(known.values()))
    rows = {name: _case_rows(name, values, dates) for name, values in known.items()}
    return _json({"confirmed": rows})


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
    return _json({"hospitalised": rows})


def hs_tests(epidemic: Epidemic) -> bytes:
    """Write the tests of the whole country by sample day (thlTestData)."""
    tested = totals([course.tests for course in epidemic.courses])
    dates = stamps(epidemic.days, 15)
    return _json({"tested": [{"value": v, "date": d} for v, d in zip(tested, dates, strict=True)]})


def hs_tests_district(epidemic: Epidemic) -> bytes:
    """All tests so far by district (hcdTestData)."""
    known = {c.district.hs: (sum(c.tests), c.district.population) for c in epidemic.courses}
    known[ALL_DISTRICTS] = (sum(t for t, _ in known.values()), sum(p for _, p in known.values()))
    return _json({name: {"tested": t, "population": p} for name, (t, p) in known.items()})


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
    return _json(rows)


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
    weeks = _weeks(epidemic.days)
    values = {name: [_week_sum(cases, start) for _, start in weeks] for name, cases in known.items()}
    lines = [
        f"{name};{label};{'' if values[name][n] is None else values[name][n]}\n"
        for n, (label, _) in enumerate(weeks)
        for name in known
    ]
    lines += [f"{name};Alla tider;{sum(filter(None, sums))}\n" for name, sums in values.items()]
    return "".join(("Områden;Tid;val\n", *lines)).encode()


def _weeks(days: Sequence[date]) -> list[tuple[str, int]]:
    """Labels of the ISO weeks of the calendar years touched, each with its Monday's place in the history."""
    new_year, end = date(days[0].year, 1, 1), date(days[-1].year, 12, 31)
    start = (new_year - timedelta(new_year.weekday()) - days[0]).days
    mondays = range(start, (end - days[0]).days + 1, 7)
    isos = [(days[0] + timedelta(monday)).isocalendar() for monday in mondays]
    return [(f"År {iso.year} Vecka {iso.week:02}", monday) for iso, monday in zip(isos, mondays, strict=True)]


def _week_sum(cases: Sequence[int], monday: int) -> int | None:
    """Cases of a week that is over and not before the epidemic, else none."""
    return sum(cases[max(0, monday) : monday + 7]) if 0 < monday + 7 < len(cases) else None


THURSDAY = 3
HS = "https://w3qa5ydb4l.execute-api.eu-west-1.amazonaws.com/prod/"
THL = "https://sampo.thl.fi/pivot/prod/{}/epirapo/covid19case/fact_epirapo_covid19case.csv"
HS_HOURS, THL_HOURS = (9 * 60 + 30, 12 * 60 + 30), (10 * 60 + 50, 11 * 60 + 20)  # UTC, minutes of the day

# source id: (address, what writes its answer, between which minutes of the UTC day it lands)
SOURCES: dict[str, tuple[str, Callable[[Epidemic], bytes], tuple[int, int]]] = {
    "hs-cases-district": (HS + "processedThlData", hs_cases, HS_HOURS),
    "hs-hospital": (HS + "finnishCoronaHospitalData", hs_hospital, HS_HOURS),
    "hs-tests": (HS + "thlTestData", hs_tests, HS_HOURS),
    "hs-tests-district": (HS + "hcdTestData", hs_tests_district, HS_HOURS),
    "hs-vaccination": (HS + "finnishVaccinationData", hs_vaccination, HS_HOURS),
    "thl-cases-country": (THL.format("fi"), thl_country, THL_HOURS),
    "thl-cases-district": (THL.format("fi"), thl_district, THL_HOURS),
    "thl-cases-weekly": (THL.format("sv"), thl_weekly, THL_HOURS),
}


def answers(*, seed: int, first: date, last: date, since: date | None = None) -> Iterator[Simulated]:
    """Every answer of the days since..last (all by default), in order of landing.

    The epidemic starts on `first`, and so does the history in each answer. The same seed and first day give
    the same bytes, whatever the last day. A source skips a day now and then, never after NO_GAPS_FROM days.
    """
    epidemic = Epidemic(seed)
    for n in range((last - first).days + 1):
        today = first + timedelta(n)
        epidemic.step(today)
        if since is None or today >= since:
            yield from sorted(_landed(epidemic), key=lambda answer: (answer.landed_at, answer.source_id))


def _landed(epidemic: Epidemic) -> Iterator[Simulated]:
    """Answers of the day, without those of sources that say nothing today."""
    for source_id, (url, write, minutes) in SOURCES.items():
        body = b"" if _is_gap(epidemic, source_id) else write(epidemic)
        if body:
            yield Simulated(source_id, _landed_at(epidemic, source_id, minutes), body, url)


def _landed_at(epidemic: Epidemic, source_id: str, minutes: tuple[int, int]) -> datetime:
    today = epidemic.days[-1]
    seconds = dice_for(epidemic.seed, source_id, today).randrange(minutes[0] * 60, minutes[1] * 60)
    return datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(seconds=seconds)


def _is_gap(epidemic: Epidemic, source_id: str) -> bool:
    """Whether the source skips today: one day in each forty."""
    block, day = divmod(len(epidemic.days) - 1, 40)
    skipped = dice_for(epidemic.seed, source_id, "gap", block).randrange(40)
    return day == skipped and len(epidemic.days) <= NO_GAPS_FROM
