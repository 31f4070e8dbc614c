"""The law of cells: a text becomes a typed value, none at all, or a fault; never another value."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.cells import KINDS, is_starred, is_suppressed
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import csvrows, jsonrows
from tilannekuva.sources.wording import quoted

GOOD = [
    ("count", 7, 7),
    ("count", "7", 7),
    ("count", 7.0, 7),
    ("count", "1\u00a0234", 1234),
    ("count", "12 345", 12345),
    ("count", "7.0", 7),
    ("count", "", None),
    ("count", None, None),
    ("count", "..", None),
    ("count", "<5", None),
    ("count", "< 10", None),
    ("number", "1,5", 1.5),
    ("number", "-0.25", -0.25),
    ("number", "1e3", 1000.0),
    ("day", "2021-03-15", date(2021, 3, 15)),
    ("day", "15.3.2021", date(2021, 3, 15)),
    ("day", "2021-03-15T23:30:00.000Z", date(2021, 3, 16)),
    ("day", "2021-03-15T23:30:00", date(2021, 3, 15)),
    ("week", "Vuosi 2020 Viikko 53", date(2020, 12, 28)),
    ("week", "År 2021 Vecka 01", date(2021, 1, 4)),
    ("week", "2021-W11", date(2021, 3, 15)),
    ("week", "Alla tider", None),
    ("month", "2009M01", date(2009, 1, 1)),
    ("month", "2025M03*", date(2025, 3, 1)),
    ("month", "2020-03", date(2020, 3, 1)),
    ("month", "3/2020", date(2020, 3, 1)),
    ("year", "2019", date(2019, 1, 1)),
    ("year", 2019, date(2019, 1, 1)),
    ("year", "2025*", date(2025, 1, 1)),
    ("time", "2020-03-29T00:30:00Z", datetime.fromisoformat("2020-03-29T02:30")),
    ("time", "2020-03-29T01:30:00Z", datetime.fromisoformat("2020-03-29T04:30")),
    ("time", "2020-10-25T03:30", datetime.fromisoformat("2020-10-25T03:30")),
    ("time", 1585445400, datetime.fromisoformat("2020-03-29T04:30")),
    ("count", "123*", 123),
    ("text", " Pirkanmaa\u00a0", "Pirkanmaa"),
    ("text", None, None),
]
BAD = [
    ("count", "abc"),
    ("count", "1.5"),
    ("count", 1.5),
    ("count", True),
    ("count", "1.000"),
    ("count", "1,000"),
    ("count", "1_000"),
    ("count", [7]),
    ("count", {"n": 7}),
    ("count", 2**60),
    ("count", "1e400"),
    ("count", "inf"),
    ("count", "5 kpl"),
    ("count", "7-8"),
    ("number", "nan"),
    ("number", "1_0"),
    ("number", float("inf")),
    ("day", "2021-02-30"),
    ("day", "15/3/2021"),
    ("day", 20210315),
    ("day", None),
    ("day", ""),
    ("day", "31.2.2021"),
    ("week", "År 2021 Vecka 53"),
    ("week", "Viikko 7"),
    ("week", None),
    ("month", "2020M13"),
    ("month", "2020"),
    ("month", 202003),
    ("year", "19"),
    ("year", None),
    ("time", True),
    ("time", ""),
    ("time", 1e30),
    ("week", 202107),
]
JSON = Fetch(url="https://source.example", format="json", columns={"a": "text"})
CSV = Fetch(url="https://source.example", format="csv", columns={"a": "text"})


@pytest.mark.parametrize(("kind", "raw", "expected"), GOOD)
def test_what_a_cell_means(kind: str, raw: object, expected: object):
    assert KINDS[kind][0](raw) == expected


@pytest.mark.parametrize(("kind", "raw"), BAD)
def test_what_means_nothing_is_a_fault(kind: str, raw: object):
    """No guess is made at thousands, units, spans or impossible days."""
    with pytest.raises((ValueError, OverflowError)):
        KINDS[kind][0](raw)


@given(st.sampled_from(sorted(KINDS)), st.text() | st.integers() | st.floats())
def test_no_cell_does_worse_than_be_a_fault(kind: str, raw: object):
    with suppress(ValueError, OverflowError):
        KINDS[kind][0](raw)


@given(st.integers(-(2**53), 2**53))
def test_a_count_survives_every_way_of_writing_it(number: int):
    written = f"{number:,}".replace(",", "\u00a0")

    assert {KINDS["count"][0](raw) for raw in (number, str(number), written)} == {number}


@pytest.mark.parametrize("raw", ["..", "<5", "< 5", " .. "])
def test_suppressed_is_not_missing(raw: str):
    assert is_suppressed(raw)
    assert not is_suppressed("")


@pytest.mark.parametrize(
    ("raw", "starred"), [("2025M03*", True), ("12 *", True), ("2025M03", False), (7, False)]
)
def test_a_star_marks_what_will_change(raw: object, starred: bool):  # noqa: FBT001 - a column of the table above
    assert is_starred(raw) == starred


@given(st.text())
def test_what_is_quoted_can_be_printed_and_stored(raw: str):
    shown = quoted(raw)

    assert shown.isprintable()
    assert len(shown.encode()) <= 62 * 4


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_json_does_worse_than_not_be_understood(body: bytes):
    with suppress(NotUnderstood):
        list(jsonrows.rows(body, JSON))


@pytest.mark.parametrize(("text", "said"), [
    ("a;b\n1;2", "breaks off in the middle of its last line"),
    ("a;b\n1;2;3\n", "line 2 has 3 cells where the header has 2"),
    ("a;b\n1\n", "line 2 has 1 cells where the header has 2"),
    ("a;a\n1;2\n", "the column 'a' stands twice in the header"),
    ('a;b\n"1;2\n', "is no CSV: "),
    ('a;b\n"1"x;2\n', "is no CSV: "),
])  # fmt: skip
def test_a_ragged_table_is_not_understood(text: str, said: str):
    with pytest.raises(NotUnderstood) as caught:
        list(csvrows.rows(text.encode(), CSV))

    assert said in str(caught.value)


def test_a_table_may_have_quotes_empty_lines_and_either_line_break():
    text = 'a;b\r\n"x;y";"1\n2"\r\n\r\nz;\r\n'

    assert list(csvrows.rows(text.encode(), CSV)) == [{"a": "x;y", "b": "1\n2"}, {"a": "z", "b": ""}]
