"""Traffic against the usual: the same weekday over seven weeks a year earlier, in the median."""

import statistics
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.flows.formulas import fill
from tilannekuva.indicators.catalogue import catalogue, texts
from tilannekuva.store.sheet import Sheet

DAY = date(2021, 3, 31)
CATALOGUE = catalogue(texts())
BACK = (343, 350, 357, 364, 371, 378, 385)
Days = dict[int, tuple[float | None, str]]


def answer(given_days: Days, name: str = "traffic-against-usual") -> tuple[float | None, int]:
    """Compute the last day's value and doubt from days counted back from it."""
    (base,) = CATALOGUE.indicator(name).inputs
    rows = [(DAY - timedelta(days=n), value, status) for n, (value, status) in given_days.items()]
    dates, values, statuses = (list(column) for column in zip(*rows, strict=True))
    same = {"indicator": base, "area": "municipality:837", "freq": "day", "stratum": "all"}
    cells = {column: ("VARCHAR", [text] * len(rows)) for column, text in same.items()}
    cells |= {"reference_date": ("DATE", dates), "value": ("DOUBLE", values), "status": ("VARCHAR", statuses)}
    with Sheet() as sheet:
        sheet.put("observations", cells)
        fill(sheet, CATALOGUE.needed({name}), DAY)
        found = sheet.ask(f"select reference_date, value, doubt from {name.replace('-', '_')}").rows  # noqa: S608 - a slug
    return next((value, doubt) for day, value, doubt in found if day == DAY)


def counts(*numbers: float) -> Days:
    """Give today's number and those of the weeks a year ago."""
    return {back: (number, "normal") for back, number in zip((0, *BACK), numbers, strict=False)}


CASES: dict[str, tuple[Days, tuple[float | None, int]]] = {
    "a fifth less": (counts(800, *[1000] * 7), (-20, 0)),
    "a holiday a year ago": (counts(800, 1000, 1000, 100, 1000, 1000, 1000, 1000), (-20, 0)),
    "provisional today": (counts(800, *[1000] * 7) | {0: (800, "provisional")}, (-20, 1)),
    "four weeks": (counts(800, *[1000] * 4), (-20, 0)),
    "three weeks": (counts(800, *[1000] * 3), (None, 2)),
    "none": (counts(800), (None, 2)),
    "missing weeks": (counts(800, *[1000] * 7) | {364: (None, "missing"), 371: (None, "missing")}, (-20, 0)),
    "missing today": (counts(0, *[1000] * 7) | {0: (None, "missing")}, (None, 2)),
    "nobody today": (counts(0, *[1000] * 7), (-100, 0)),
    "next to nobody a year ago": (counts(5, *[19] * 7), (None, 2)),
    "other weekdays": (counts(800, *[1000] * 7) | {363: (9e6, "normal"), 365: (9e6, "normal")}, (-20, 0)),
    "other seasons": (counts(800, *[1000] * 7) | {336: (9e6, "normal"), 392: (9e6, "normal")}, (-20, 0)),
}


@pytest.mark.parametrize(("given_days", "expected"), CASES.values(), ids=CASES.keys())
def test_traffic_against_the_same_weekday_a_year_earlier(
    given_days: Days, expected: tuple[float | None, int]
):
    """Odd days weigh nothing, other days are not looked at, and too little gives no figure."""
    value, doubt = answer(given_days)

    assert expected == (None if value is None else round(value, 9), doubt)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.lists(st.integers(20, 10**6), min_size=4, max_size=7))
def test_the_figure_is_the_difference_from_the_median_in_percent(now: int, before: list[int]):
    value, doubt = answer(counts(now, *before), "cycling-against-usual")

    assert pytest.approx(100 * now / statistics.median(before) - 100) == value
    assert 0 == doubt


@pytest.mark.parametrize("name", ["traffic-against-usual", "cycling-against-usual"])
def test_the_past_it_asks_for_holds_all_the_days_it_compares(name: str):
    assert max(BACK) == CATALOGUE.indicator(name).history_days
