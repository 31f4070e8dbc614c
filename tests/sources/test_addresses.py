"""The law of addresses: which are asked for a window of days and for texts of our own."""

from datetime import date

import pytest

from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.transport import addresses

DAY = date(2021, 1, 2)
HOST = "https://data.example"


def asked(url: str, *, today: date = DAY, first: bool = False, **more: object) -> list[str]:
    """Give the addresses asked, without the host."""
    fetch = Fetch.model_validate({"url": HOST + url, "format": "csv", "columns": {"a": "text"}} | more)
    return [one.removeprefix(HOST) for one in addresses(fetch, today, first=first)]


def test_an_address_without_names_is_asked_as_it_stands():
    assert asked("/all.csv?x=%7Bfrom%7D") == ["/all.csv?x=%7Bfrom%7D"]


def test_a_window_stands_in_one_address_and_ends_today():
    assert asked("/?a={from}&b={to}", window_days=7) == ["/?a=2020-12-26&b=2021-01-02"]


def test_each_day_of_the_window_is_asked_for_by_itself_also_over_new_year():
    assert asked("/{day}", window_days=3) == ["/2020-12-31", "/2021-01-01", "/2021-01-02"]


def test_years_and_days_of_the_year_are_not_padded():
    """Traffic's raw files are named so: 9 and 1, not 09 and 001; a leap year has day 366."""
    assert asked("/{yy}/{yday}", window_days=3) == ["/20/366", "/21/1", "/21/2"]
    assert asked("/{yy}/{yday}", window_days=1, today=date(2009, 1, 1)) == ["/9/1"]


def test_days_that_share_an_address_are_asked_for_once():
    """A file a month is not fetched once a day of it."""
    assert asked("/{year}/{month}", window_days=40) == ["/2020/11", "/2020/12", "/2021/1"]


def test_a_lag_ends_the_window_before_today():
    assert asked("/{day}", window_days=2, lag_days=2) == ["/2020-12-30", "/2020-12-31"]
    assert asked("/?a={from}&b={to}", window_days=2, lag_days=2) == ["/?a=2020-12-29&b=2020-12-31"]


def test_the_first_window_reaches_back_into_history():
    """Later ones do not; without a history the first is like any other."""
    assert asked("/?a={from}&b={to}", window_days=1, history_days=33, first=True) == [
        "/?a=2020-11-30&b=2021-01-02"
    ]
    assert len(asked("/{day}", window_days=2, history_days=9, first=True)) == 9
    assert asked("/{day}", window_days=1, history_days=9) == ["/2021-01-02"]
    assert asked("/{day}", window_days=1, first=True) == ["/2021-01-02"]


def test_a_window_holds_its_days_on_both_nights_of_the_clock():
    """Days are counted, not hours: 28 March 2021 has 23 of them."""
    assert asked("/{day}", window_days=2, today=date(2021, 3, 29)) == ["/2021-03-28", "/2021-03-29"]


def test_texts_of_our_own_are_put_in_quoted():
    """A text can lead neither to another path nor add a parameter."""
    found = asked("/{area}/x", each={"area": ("Hämeenlinna", "a/../b", "c?d=e&f#g", "{day}")})

    assert found == ["/H%C3%A4meenlinna/x", "/a%2F..%2Fb/x", "/c%3Fd%3De%26f%23g/x", "/%7Bday%7D/x"]


def test_days_and_texts_are_all_asked_for():
    found = asked("/{station}/{day}", window_days=2, each={"station": ("1", "2")})

    assert found == ["/1/2021-01-01", "/2/2021-01-01", "/1/2021-01-02", "/2/2021-01-02"]


@pytest.mark.parametrize(("url", "more", "said"), [
    ("/{day}", {}, "needs `window_days`"),
    ("/", {"window_days": 3}, "needs `window_days`"),
    ("/{city}", {}, "the URL holds {city}, which `each` does not name"),
])  # fmt: skip
def test_an_address_that_cannot_be_filled_is_no_address(url: str, more: dict[str, object], said: str):
    with pytest.raises(ValueError, match=said.replace("{", r"\{")):
        asked(url, **more)
