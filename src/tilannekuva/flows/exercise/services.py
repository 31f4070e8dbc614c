"""The services for the elderly of an exercise: what three cities report each morning.

Each sends its last seven days again, as people do with one sheet. Hämeenlinna tells weekends on Tuesdays;
Turku now and then counts calls twice and takes them back three days later, with the reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from tilannekuva.flows.exercise.epidemic import Epidemic, dice_for, poisson

STARTS = 224  # days after the first: a demonstration of thirty days then holds all of it
HOURS = (5 * 60, 6 * 60)  # UTC, minutes of the day
TOLD_DAYS = 7
ELDERLY = {"837": 31_000, "853": 28_500, "109": 13_200}  # aged 70 or over, in round numbers
# Of each age band: its share of them, the part of the list called in a day, the part in need.
BANDS = {"70-79": (0.63, 0.02, 0.02), "80-89": (0.29, 0.025, 0.05), "90+": (0.08, 0.03, 0.11)}
LATE, CARELESS = "109", "853"
TWICE, NOTICED = 10, 3  # each so many days calls are counted twice, and after so many it is noticed
SATURDAY, TUESDAY = 5, 1
Row = dict[str, int | str]
Course = Callable[[int, str, str, Sequence[date]], Iterator[dict[str, int]]]


def phone_ring(epidemic: Epidemic) -> bytes:
    """Write the reports of the phone ring by age band; none before it begins."""
    return _written(epidemic, {(city, band): _calls for city in ELDERLY for band in BANDS})


def grocery_bags(epidemic: Epidemic) -> bytes:
    """Write the reports of the grocery bags; none before they begin."""
    return _written(epidemic, {(city, ""): _bags for city in ELDERLY})


def _written(epidemic: Epidemic, courses: Mapping[tuple[str, str], Course]) -> bytes:
    """Write the rows of the last days of each part, as they are told today."""
    today, days = epidemic.days[-1], epidemic.days[STARTS:-1]
    rows: list[Row] = []
    for (city, band), course in courses.items():
        for day, counts in zip(days, course(epidemic.seed, city, band, days), strict=True):
            if (today - day).days <= TOLD_DAYS and not _is_late(city, day, today):
                head: Row = {"municipality": city, "day": day.isoformat(), **({"age": band} if band else {})}
                rows.append(head | _as_told(city, day, today, counts))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]
    return "".join(";".join(line) + "\n" for line in lines).encode() if rows else b""


def _is_late(city: str, day: date, today: date) -> bool:
    return city == LATE and day.weekday() >= SATURDAY and (today - day).days <= TUESDAY - day.weekday() + 6


def _as_told(city: str, day: date, today: date, counts: Mapping[str, int]) -> Row:
    """Give a row as it is told today: for three days some calls twice, then with the reason once."""
    told: Row = {**counts, "by": "palveluohjaaja", "reason": ""}
    if city == CARELESS and day.toordinal() % TWICE == 0 and counts.get("attempted"):
        if (today - day).days <= NOTICED:
            return told | {"attempted": counts["attempted"] + 1 + counts["attempted"] // 10}
        told["reason"] = "kirjattu kahdesti"
    return told


def _calls(seed: int, city: str, band: str, days: Sequence[date]) -> Iterator[dict[str, int]]:
    """Call the oldest first and all of the list once; help is arranged on working days."""
    share, pace, need = BANDS[band]
    target = round(ELDERLY[city] * share)
    listed = left = round(0.96 * target)
    waiting = 0
    for n, day in enumerate(days):
        dice = dice_for(seed, "phone-ring", city, band, day)
        at_work = 1.0 if day.weekday() < SATURDAY else 0.3
        attempted = min(poisson(dice, listed * pace * at_work), left)
        reached = round(attempted * dice.uniform(0.74, 0.86))
        declined = min(round(attempted * 0.04), attempted - reached)
        need_found = min(poisson(dice, reached * need), reached)
        left, waiting = left - attempted, waiting + need_found
        served = round(waiting * dice.uniform(0.3, 0.8)) if day.weekday() < SATURDAY else 0
        cancelled = int(waiting > served and dice.random() < 0.1)  # noqa: PLR2004 - now and then
        waiting -= served + cancelled
        stocks = {"target": target, "listed": listed} if n == 0 else {}
        yield stocks | {
            "tries": attempted + round(attempted * dice.uniform(0.4, 0.8)),
            "attempted": attempted,
            "reached": reached,
            "not_reached": min(round(attempted * 0.06), attempted - reached - declined),
            "declined": declined,
            "need_found": need_found,
            "served": served,
            "cancelled": cancelled,
            "capacity": -(-attempted // 25),
        }


def _bags(seed: int, city: str, _: str, days: Sequence[date]) -> Iterator[dict[str, int]]:
    """Deliver on working days what the vehicles hold, the oldest orders first."""
    queue: list[date] = []
    vehicles = round(ELDERLY[city] / 6500)
    for day in days:
        dice = dice_for(seed, "grocery-bags", city, day)
        at_work = day.weekday() < SATURDAY
        ordered = poisson(dice, ELDERLY[city] * (0.0017 if at_work else 0.0006))
        queue += [day] * ordered
        cancelled = min(poisson(dice, 0.4), len(queue))
        del queue[len(queue) - cancelled :]
        served = min(round(vehicles * dice.uniform(9, 14.5)), len(queue)) if at_work else 0
        del queue[:served]
        waits = [(day - one).days for one in queue] or [0]
        yield {
            "ordered": ordered,
            "served": served,
            "cancelled": cancelled,
            "incidents": poisson(dice, 0.03 * served),
            "wait_median": waits[len(waits) // 2],
            "wait_oldest": waits[0],
            "capacity": vehicles if at_work else 0,
        }
