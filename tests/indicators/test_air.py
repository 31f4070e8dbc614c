"""Air against the usual of the season: seven days against three weeks a year earlier."""

from datetime import date, timedelta

import pytest

from tilannekuva.flows.formulas import fill
from tilannekuva.indicators.catalogue import catalogue, texts
from tilannekuva.store.sheet import Sheet

DAY = date(2021, 3, 31)
CATALOGUE = catalogue(texts())
Days = dict[int, tuple[float | None, str]]


def days(value: float, first: int, last: int, status: str = "normal") -> Days:
    """Give the same value for days that lie `first` … `last` days back."""
    return dict.fromkeys(range(first, last + 1), (value, status))


def answer(given: Days) -> tuple[float | None, int]:
    """Compute the last day's value and doubt."""
    columns = [(DAY - timedelta(days=n), value, status) for n, (value, status) in given.items()]
    dates, values, statuses = (list(column) for column in zip(*columns, strict=True))
    with Sheet() as sheet:
        same = {"indicator": "no2", "area": "municipality:837", "freq": "day", "stratum": "all"}
        cells = {name: ("VARCHAR", [text] * len(given)) for name, text in same.items()}
        cells |= {
            "reference_date": ("DATE", dates),
            "value": ("DOUBLE", values),
            "status": ("VARCHAR", statuses),
        }
        sheet.put("observations", cells)
        fill(sheet, CATALOGUE.needed({"air-against-usual"}), DAY)
        rows = sheet.ask("select reference_date, value, doubt from air_against_usual").rows
    return next((value, doubt) for day, value, doubt in rows if day == DAY)


NOW, BEFORE = days(12.0, 0, 6), days(16.0, 357, 377)


CASES: dict[str, tuple[Days, tuple[float | None, int]]] = {
    "a quarter less": (NOW | BEFORE, (-25.0, 0)),
    "other days": (NOW | BEFORE | days(99.0, 7, 356) | days(99.0, 378, 400), (-25.0, 0)),
    "one provisional day": (NOW | BEFORE | days(12.0, 0, 0, "provisional"), (-25.0, 1)),
    "five days": (days(12.0, 0, 4) | BEFORE, (-25.0, 0)),
    "four days": (days(12.0, 0, 3) | BEFORE, (None, 2)),
    "fifteen days a year ago": (NOW | days(16.0, 357, 371), (-25.0, 0)),
    "fourteen days a year ago": (NOW | days(16.0, 357, 370), (None, 2)),
    "no year ago": (NOW, (None, 2)),
    "next to nothing a year ago": (NOW | days(0.9, 357, 377), (None, 2)),
    "holes": (NOW | BEFORE | {3: (None, "missing"), 360: (None, "missing")}, (-25.0, 0)),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES.keys())
def test_nitrogen_dioxide_against_a_year_earlier(given: Days, expected: tuple[float | None, int]):
    """The same weekdays stand against one another; too few days give no value, not a wild one."""
    assert expected == answer(given)


def test_the_history_reaches_all_days_that_are_compared():
    """The picture gives the formula as many days as it looks back on, and the source asks for them."""
    assert CATALOGUE.indicator("air-against-usual").history_days >= 377
