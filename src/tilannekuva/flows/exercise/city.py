"""What other sources say of the places of an exercise: cases by municipality, air, traffic, in their words.

People stay at home when the epidemic is high, so traffic and the fumes of traffic fall with it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from math import cos, exp, pi
from typing import Any

from tilannekuva.domain.areas import Area, register
from tilannekuva.flows.exercise.epidemic import DISTRICTS, Epidemic, dice_for
from tilannekuva.flows.exercise.health import THURSDAY, week_sum, weeks, written

HIDDEN = 5  # THL withholds smaller numbers of a municipality
AIR_DAYS = 4
# Station: usual nitrogen dioxide and fine particles, µg/m³ (our judgement: a busy street, a park, an island).
AIR = {
    103098: (24, 7), 103099: (20, 6), 103096: (16, 6), 103097: (11, 5), 106797: (22, 7), 100845: (4, 4),
    106630: (12, 5), 100823: (14, 6), 100824: (8, 5), 103109: (13, 5),
}  # fmt: skip
ROADS = (
    435, 438, 439, 449, 450, 451, 452, 453, 455, 456, 457, 458, 234, 235, 237, 257, 405, 426, 437, 465, 466,
)  # fmt: skip
ROAD_DAYS, ROAD_HISTORY = 14, 420
ROAD_WEEK = (1.02, 1.02, 1.03, 1.06, 1.15, 0.88, 0.84)  # Monday first, mean 1
ROAD_HEADER = (
    "pistetunnus;sijainti;pvm;suunta;suuntaselite;kaista;kaikki;kevyet;raskaat;"
    "1_ha_pa;2_kaip;3_linja;4_kapp;5_katp;6_ha_pk;7_ha_av;8_mp;9_hct"
)
RUSH = (7, 8, 15, 16, 17)  # hours of the day
LIMITS = (
    (40, 10),
    (70, 25),
    (150, 50),
    (200, 75),
)  # of NO2 and PM2.5 an hour: where the next index class begins


@cache
def municipalities(district: str, on: date) -> tuple[tuple[Area, int], ...]:
    """Give the municipalities of a hospital district, each with its people on a day."""
    areas = register()
    found = areas.members(areas.area(f"hospital-district:{district}").id, on=on)
    return tuple((area, areas.population(area.id, on) or 0) for area in found)


def thl_municipality(epidemic: Epidemic) -> bytes:
    """Cases by municipality and ISO week, THL's cube; an answer on Thursdays only."""
    today = epidemic.days[-1]
    if today.weekday() != THURSDAY:
        return b""
    told = [(label, start) for label, start in weeks(epidemic.days) if start + 7 <= len(epidemic.days)]
    told = [(label, start) for label, start in told if start + 7 > 0]
    rows: dict[str, list[int | None]] = {}
    for course in epidemic.courses:
        people = municipalities(course.district.hs, today)
        sums = [week_sum(course.cases, start) for _, start in told]
        shared = [
            _shared(epidemic.seed, course.district.hs, week, n, people)
            for week, n in zip(told, sums, strict=True)
        ]
        for area, _ in people:
            rows[area.name("fi")] = [None if one is None else one[area.code] for one in shared]
    return _cube(rows, [label.replace("År", "Vuosi").replace("Vecka", "Viikko") for label, _ in told])


def _shared(
    seed: int, district: str, week: tuple[str, int], cases: int | None, people: tuple[tuple[Area, int], ...]
) -> Counter[str] | None:
    """Share the cases of a district's week among its municipalities; one more moves no other."""
    if cases is None:
        return None
    dice = dice_for(seed, "municipality", district, week[0])
    codes, weights = [area.code for area, _ in people], [n for _, n in people]
    return Counter(dice.choices(codes, weights=weights, k=cases)) if codes else Counter()


def _cube(rows: dict[str, list[int | None]], labels: list[str]) -> bytes:
    values = [value for row in rows.values() for value in row]
    said = {
        str(n): ".." if 0 < value < HIDDEN else str(value)
        for n, value in enumerate(values)
        if value is not None
    }
    dimension = {
        "id": ["hcdmunicipality2020", "dateweek20200101"],
        "size": [len(rows), len(labels)],
        "hcdmunicipality2020": _labelled(list(rows)),
        "dateweek20200101": _labelled(labels),
    }
    return written({"dataset": {"version": "2.0", "class": "dataset", "dimension": dimension, "value": said}})


def _labelled(labels: list[str]) -> dict[str, dict[str, dict[str, int | str]]]:
    ids = [str(600_000 + n) for n in range(len(labels))]
    index: dict[str, int | str] = dict(zip(ids, range(len(labels)), strict=True))
    return {"category": {"index": index, "label": dict(zip(ids, labels, strict=True))}}


def stir(epidemic: Epidemic, day: date) -> float:
    """Say how much people move on a day: 1 as usual, down to about a half at the height of an epidemic."""
    n = (day - epidemic.days[0]).days
    if n <= 0:
        return 1.0
    seen = sum(sum(course.infections[max(0, n - 7) : n + 7]) for course in epidemic.courses) / 14
    return 1 / (1 + 0.9 * seen / sum(district.peak for district in DISTRICTS))


def road_traffic(epidemic: Epidemic) -> bytes:
    """Vehicles by day up to yesterday, Fintraffic's report; on Mondays those of more than a year."""
    today = epidemic.days[-1]
    length = ROAD_HISTORY if today.weekday() == 0 else ROAD_DAYS
    days = [today - timedelta(days=back) for back in range(length, 0, -1)]
    lines = [_passed(epidemic.seed, station, day, stir(epidemic, day)) for station in ROADS for day in days]
    return "".join((f"\ufeff{ROAD_HEADER}\n", *lines)).encode()


def _passed(seed: int, station: int, day: date, moved: float) -> str:
    usual = dice_for(seed, "road", station).uniform(6_000, 40_000)
    season = 1 + 0.12 * cos(2 * pi * (day.timetuple().tm_yday - 190) / 365)  # most in July
    dice = dice_for(seed, "road", station, day)
    total = round(usual * season * ROAD_WEEK[day.weekday()] * moved * exp(dice.gauss(0, 0.04)))
    heavy = round(total * (0.07 if day.weekday() < 5 else 0.03))  # noqa: PLR2004 - Monday to Friday
    return f"{station};tms_{station};{day:%Y%m%d};*;;*;{total};{total - heavy};{heavy};;;;;;;;;\n"


def fmi_air(epidemic: Epidemic, *, until: int) -> bytes:
    """Hourly air of the last days at the stations, FMI's time series; today up to an hour."""
    today = epidemic.days[-1]
    days = [today - timedelta(days=back) for back in range(AIR_DAYS, -1, -1)]
    hours = [row for station in AIR for day in days for row in _hours(epidemic, station, day)]
    return written([row for row in hours if row["time"] <= f"{today}T{until:02}:00:00"])


def _hours(epidemic: Epidemic, station: int, day: date) -> Iterator[dict[str, Any]]:
    weather = exp(
        dice_for(epidemic.seed, "weather", day).gauss(0, 0.35)
    )  # calm days gather what windy ones take
    dice, moved = dice_for(epidemic.seed, "air", station, day), stir(epidemic, day)
    usual, fine_usual = AIR[station]
    for hour in range(24):
        rush = 1.7 if hour in RUSH and day.weekday() < 5 else 0.7  # noqa: PLR2004 - Monday to Friday
        no2 = max(0.2, usual * moved * rush * weather * exp(dice.gauss(0, 0.2)))
        fine = max(0.2, fine_usual * weather * exp(dice.gauss(0, 0.25)))
        yield {
            "fmisid": station,
            "time": f"{day}T{hour:02}:00:00",
            "AQINDEX_PT1H_avg": float(1 + sum(no2 >= a or fine >= b for a, b in LIMITS)),
            "PM25_PT1H_avg": round(fine, 1),
            "PM10_PT1H_avg": round(fine * 2 + dice.random() * 3, 1),
            "NO2_PT1H_avg": round(no2, 1),
            "O3_PT1H_avg": round(max(1, 60 + 20 * cos(2 * pi * (hour - 14) / 24) - no2), 1),
        }
