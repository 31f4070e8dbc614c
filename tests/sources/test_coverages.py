"""FMI's WFS: three forms, one table; whatever else comes is refused with a reason."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import coverages
import pytest
from coverages import AT, RECIPES, TYPED, Cell, Station, read, said, values
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.domain.calendar import HELSINKI
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import understand
from tilannekuva.sources.recipe import sample
from tilannekuva.sources.table import table

EPILA, KALEVA = Station("103096", "61.50854 23.67583"), Station("103097", "61.49910 23.80221")
Form = Callable[[list[Cell]], bytes]


def hours(station: Station, parameter: str, first: str, values: list[str]) -> list[Cell]:
    """Give a station's measurements hour by hour from a UTC hour."""
    begun = datetime.fromisoformat(first).timestamp()
    times = (datetime.fromtimestamp(begun + 3600 * n, UTC) for n in range(len(values)))
    return [
        Cell(station, f"{time:%Y-%m-%dT%H:%M:%SZ}", parameter, value)
        for time, value in zip(times, values, strict=True)
    ]


VALUES = st.sampled_from(["NaN", "-0.4", "0.0", "7", "12.5", "1e1"])


@given(values=st.lists(VALUES, min_size=8, max_size=8))
@settings(max_examples=60)
def test_the_three_forms_of_one_table_say_the_same(values: list[str]):
    """Value for value, at the same points and times; the form of single values alone names no station."""
    drawn = iter(values)
    cells = [
        Cell(station, f"2020-03-28T{hour}:00:00Z", parameter, next(drawn))
        for station in (EPILA, KALEVA)
        for hour in ("21", "22")
        for parameter in ("NO2_PT1H_avg", "O3_PT1H_avg")
    ]
    named = [read(form(cells)) for form in (coverages.pairs, coverages.matrix)]
    nameless = [(*row[:3], "", *row[4:]) for row in sorted(named[0], key=str)]

    assert sorted(named[0], key=str) == sorted(named[1], key=str)
    assert nameless == sorted(read(coverages.simple(cells)), key=str)
    assert [EPILA.number, KALEVA.number] == sorted({row[3] for row in named[0]})


def test_a_row_says_where_when_what_and_how_much():
    (row,) = read(coverages.pairs([Cell(EPILA, "2020-03-31T22:00:00Z", "NO2_PT1H_avg", "-0.4")]))

    at = datetime(2020, 4, 1, 1)  # noqa: DTZ001 - Helsinki's clock
    assert (61.50854, 23.67583, "61.509 23.676", "103096", at, "NO2_PT1H_avg", -0.4) == row


XSI = "http://www.w3.org/2001/XMLSchema-instance"
NIL = "<BsWfs:ParameterValue>5.0</BsWfs:ParameterValue>"


@pytest.mark.parametrize("written", [
    "<BsWfs:ParameterValue>NaN</BsWfs:ParameterValue>",
    "<BsWfs:ParameterValue/>",
    '<BsWfs:ParameterValue nilReason="missing">5.0</BsWfs:ParameterValue>',
    f'<BsWfs:ParameterValue xmlns:i="{XSI}" i:nil="true">5.0</BsWfs:ParameterValue>',
])  # fmt: skip
def test_a_value_that_is_not_there_is_missing_not_a_number(written: str):
    body = coverages.simple([Cell(EPILA, "2020-04-01T12:00:00Z", "NO2_PT1H_avg", "5.0")]).decode()
    found = table(body.replace(NIL, written).encode(), TYPED)

    assert ([None], ["missing"]) == (found.columns["value"][1], found.columns["value_status"][1])


@pytest.mark.parametrize(("reason", "status"), [
    ("missing", "missing"), ("unknown", "missing"), ("other:service", "missing"), ("withheld", "suppressed"),
])  # fmt: skip
def test_a_reason_in_place_of_a_number_is_kept_apart_from_numbers(reason: str, status: str):
    found = table(coverages.matrix(hours(EPILA, "O3_PT1H_avg", "2020-04-01T12:00Z", [reason, "61.0"])), TYPED)

    assert [None, 61.0] == found.columns["value"][1]
    assert [status, "normal"] == found.columns["value_status"][1]


CELLS = hours(EPILA, "NO2_PT1H_avg", "2020-04-01T00:00Z", ["5.0", "6.0", "7.0"])
SIMPLE, PAIRS, MATRIX = coverages.simple(CELLS), coverages.pairs(CELLS), coverages.matrix(CELLS)
TWO = coverages.matrix([CELLS[0], CELLS[0]._replace(parameter="O3_PT1H_avg", value="NaN")])
REPORT = b"""<?xml version="1.0" encoding="UTF-8"?>
<ExceptionReport xmlns="http://www.opengis.net/ows/1.1" version="2.0.0">
<Exception exceptionCode="OperationProcessingFailed">
<ExceptionText>Too long time interval requested!</ExceptionText><ExceptionText>URI: /wfs</ExceptionText>
</Exception></ExceptionReport>"""
PAGE = b"<!DOCTYPE html><html><title>Huoltokatko</title></html>"
PLACE, SWAPPED = b"61.50854 23.67583", b"23.67583 61.50854"
DECLARED = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "lol">]>'
REFUSED: dict[str, tuple[bytes, str]] = {
    "an exception": (REPORT, "answered with an exception: 'Too long time interval requested!'"),
    "a web page": (PAGE, "got a web page: 'Huoltokatko'"),
    "nothing": (b" \n", "the answer is empty"),
    "JSON": (b'[{"fmisid": 103096}]', "expected FMI, got no whole XML"),
    "cut in a value": (SIMPLE[:-60], "got no whole XML: "),
    "cut in the last tag": (SIMPLE[:-3], "got no whole XML: "),
    "a member lost": (
        SIMPLE.replace(b'numberReturned="3"', b'numberReturned="4"'),
        "says that it holds '4' members, and holds 3",
    ),
    "uncounted": (SIMPLE.replace(b'numberReturned="3"', b""), "says that it holds '' members"),
    "only the first of many": (
        SIMPLE.replace(b'numberMatched="3"', b'numberMatched="9000"'),
        "holds 3 of 9000 members",
    ),
    "another document": (b"<ObservableProperty/>", "expected a FeatureCollection, got 'ObservableProperty'"),
    "other members": (
        SIMPLE.replace(b"BsWfs:BsWfsElement", b"BsWfs:Station"),
        "expected BsWfsElement, MeasurementTimeseries or MultiPointCoverage, got 'Station'",
    ),
    "no value": (SIMPLE.replace(b"ParameterValue>", b"Value>"), "'BsWfsElement' has no 'ParameterValue'"),
    "no time": (SIMPLE.replace(b"2020-04-01T01:00:00Z", b""), "'Time' of 'BsWfsElement' is empty"),
    "longitude first": (
        PAIRS.replace(PLACE, SWAPPED),
        "'23.67583 61.50854' has longitude first",
    ),
    "no position": (PAIRS.replace(PLACE, PLACE[:8]), "'61.50854' is no position"),
    "two parameters": (PAIRS.replace(b"param=NO2", b"param=O3&amp;param=NO2"), "expected one `param`"),
    "a cell lost": (MATRIX.replace(b"\n6.0", b"\n"), "9 coordinates, 1 fields and 2 values"),
    "a cell too many": (MATRIX.replace(b"\n6.0", b"\n6.0 6.0"), "1 fields and 4 values make no table"),
    "a cell too many in two columns": (TWO.replace(b"NaN\n", b"NaN 1.0\n"), "2 fields and 3 values make"),
    "no fields": (re.sub(rb"<swe:field [^>]*>", b"", MATRIX), "0 fields and 3 values make no table"),
    "no epoch": (MATRIX.replace(b"  1585", b"  2020-"), "is no time in seconds"),
    "entities": (DECLARED + b"<a>&x;</a>", "declares a document type"),
    "entities late": (b"<!--" + b" " * 9000 + b"-->" + DECLARED[21:] + b"<a/>", "declares a document type"),
    "200,000 deep": (b"<a>" * 200_000 + b"</a>" * 200_000, "got no whole XML: Excessive depth"),
    "an attribute of 30 MB": (b"<a b='" + b"x" * 30_000_000 + b"'/>", "got no whole XML: Resource limit"),
    "a text of 30 MB": (b"<a>" + b"x" * 30_000_000 + b"</a>", "got no whole XML: Resource limit"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(body: bytes, told: str):
    """What is no whole table of observations is refused with what it is instead, in few words."""
    with pytest.raises(NotUnderstood) as caught:
        table(body, TYPED)

    assert told in str(caught.value)
    assert len(str(caught.value)) < 300


QUADRATIC = '<!DOCTYPE a [<!ENTITY x "{}">]><a>{}</a>'.format("x" * 100_000, "&x;" * 100_000)
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize("bomb", [
    QUADRATIC.encode(),
    QUADRATIC.encode("utf-16"),
    f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a b="&l9;">&l9;</a>'.encode(),
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    b"<a " + b" ".join(b"a%d='1'" % n for n in range(1_000_000)) + b"/>",
], ids=["quadratic", "quadratic in UTF-16", "a billion laughs", "a file", "attributes"])  # fmt: skip
def test_a_bomb_is_refused_in_the_child(bomb: bytes):
    """Nothing swells: no answer may declare entities, and the child's limits hold for the rest."""
    with pytest.raises(NotUnderstood, match=r"document type|got no whole XML|a FeatureCollection|too large"):
        limited(understand, RECIPES["fmi-weather"], (bomb,), AT)


def test_an_answer_without_members_holds_no_rows():
    """A station that measured nothing is no fault of the answer; the guard counts the rows."""
    assert [] == read(coverages.simple([]))


@pytest.mark.parametrize(("first", "day"), [
    ("2021-03-26T00:00Z", "2021-03-28"),  # the clock goes forward: 23 hours
    ("2021-10-29T00:00Z", "2021-10-31"),  # back: 25 hours
    ("2020-12-30T00:00Z", "2021-01-01"),
])  # fmt: skip
def test_a_day_is_helsinkis_from_midnight_to_midnight(first: str, day: str):
    """Each hour counts on the day of Helsinki's clock, winter, summer and between."""
    cells = hours(EPILA, "NO2_PT1H_avg", first, [f"{n}" for n in range(96)])
    begun = datetime.fromisoformat(first).timestamp()
    on_it = [n for n in range(96) if f"{datetime.fromtimestamp(begun + 3600 * n, HELSINKI):%Y-%m-%d}" == day]
    found = said("fmi-air-quality-tvp", coverages.pairs(cells), at=datetime(2022, 1, 1, tzinfo=UTC))

    assert values(found)["no2", "station:air-103096", day] == sum(on_it) / len(on_it)
    assert len(on_it) == {"2021-03-28": 23, "2021-10-31": 25}.get(day, 24)


@pytest.mark.parametrize(("n_hours", "value"), [(17, None), (18, 10.0)])
def test_a_day_that_is_over_needs_eighteen_hours(n_hours: int, value: float | None):
    """Of fewer there is no mean, and the value is missing, not small."""
    cells = hours(
        EPILA, "NO2_PT1H_avg", "2020-03-30T12:00Z", ["10"] * (9 + n_hours) + ["NaN"] * (24 - n_hours)
    )
    found = values(said("fmi-air-quality-tvp", coverages.pairs(cells)))

    assert value == found["no2", "station:air-103096", "2020-03-31"]
    assert value == found["no2", "municipality:837", "2020-03-31"]


def test_the_worst_hour_of_a_broken_day_is_an_estimate():
    """One bad hour is told although most of the day is missing; it may have been worse."""
    cells = hours(EPILA, "AQINDEX_PT1H_avg", "2020-03-30T12:00Z", ["1"] * 12 + ["4"] + ["NaN"] * 20)
    facts = said("fmi-air-quality-tvp", coverages.pairs(cells)).facts

    assert {(date(2020, 3, 31), 4.0, "estimated")} == {one[2:3] + one[5:] for one in facts if one.value}


def test_a_broken_instrument_far_below_zero_is_left_out_and_named():
    cells = [*CELLS, *hours(EPILA, "NO2_PT1H_avg", "2020-04-01T21:00Z", ["-30.0", "3.0"])]
    found = said("fmi-air-quality-tvp", coverages.pairs(cells))

    assert [] == found.facts
    assert ["is less than can be"] * 2 == [one[-19:] for one in found.faults]


def test_a_station_that_nobody_knows_fails_nothing():
    """What `places` does not name is not told, and the rest is."""
    stranger = Station("199999", "61.10000 23.10000")
    cells = [
        *CELLS,
        *(
            one
            for each in (EPILA, stranger)
            for one in hours(each, "NO2_PT1H_avg", "2020-04-01T22:00Z", ["4"])
        ),
    ]
    found = [
        said("fmi-air-quality-tvp", coverages.pairs(cells)),
        said("fmi-air-quality-wfs", coverages.simple(cells)),
    ]
    expected = {("no2", area, "2020-04-02"): 4 for area in ("municipality:837", "station:air-103096")}

    assert [([], expected)] * 2 == [(one.faults, values(one)) for one in found]


@pytest.mark.parametrize("form", [coverages.simple, coverages.pairs, coverages.matrix])
def test_a_recipe_that_goes_by_position_reads_any_form(form: Form):
    """A service that changes its form changes no number."""
    pages = sample(RECIPES["fmi-weather"])
    assert pages is not None
    cells = [Cell(Station("1", f"{row[0]:.5f} {row[1]:.5f}"), f"{row[4]:%Y-%m-%dT00:00:00Z}", row[5],
                  "NaN" if row[6] is None else f"{row[6]}") for row in read(pages[0][0])]  # fmt: skip

    assert values(said("fmi-weather", pages[0][0])) == values(said("fmi-weather", form(cells)))


def test_hours_become_days_by_one_rule():
    """Whatever the form of the answer, the recipes of the cities' air say so in the same words."""
    series, pairs, single = (RECIPES[f"fmi-air-quality{form}"] for form in ("", "-tvp", "-wfs"))

    assert (pairs.steps["days"], pairs.series) == (single.steps["days"], single.series)
    assert [one for one in pairs.series if one not in series.series] == []
