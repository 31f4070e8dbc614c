"""The epidemic of an exercise, day by day: infections, samples, patients, doses, and what is known of them.

Nothing looks ahead, so that tomorrow continues the same epidemic.
"""

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from itertools import pairwise
from math import cos, exp, pi
from random import Random
from typing import NamedTuple


class District(NamedTuple):
    """A hospital district: its names in the sources, its people, hospital area and waves (exercise.toml)."""

    hs: str
    fi: str
    sv: str
    population: int
    hospital: str
    peak: float
    lead: int


FIGURES = tomllib.loads(files(__package__).joinpath("exercise.toml").read_text("utf-8"))
DISTRICTS = tuple(District(*row) for row in FIGURES["waves"]["districts"])
HOSPITALS = ("HYKS", "KYS", "OYS", "TAYS", "TYKS")

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
