"""Laws of the line chart, the sparkline and the level mark."""

import gzip
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tilannekuva.web
from tilannekuva.web.charts import Course, Limit, Point, Words, level_mark, line_chart, spark

WORDS = Words(
    number=lambda value: f"{value:.6g}".replace(".", ",").replace("-", "−"),
    day=lambda day: f"{day.day}.{day.month}.",
    month=lambda day: f"{day.month}/{day.year}",
    provisional="Luku voi vielä täydentyä",
    no_value="Ei tietoja",
)
START = date(2020, 12, 20)
COURSE = {"unit", "events", "fan", "earlier", "others", "label"}
CSS = Path(tilannekuva.web.__file__).with_name("static") / "charts.css"

values = st.lists(st.sampled_from([None, 0.0, 1.0, 3.5, 40.0, -12.0, 1234567.0]), max_size=90)
limits = st.lists(
    st.builds(
        Limit,
        st.sampled_from([0.0, 2.0, 25.0, 26.0, 27.0, 50.0, -5.0]),
        st.sampled_from(["Perustaso", "Kiihtymisvaihe 25 / 100 000", "Leviämisvaihe", "W" * 60]),
        st.sampled_from(["normal", "watch", "act", "other"]),
    ),
    max_size=4,
)


def series(numbers: Sequence[float | None], provisional: int = 0) -> list[Point]:
    days = (START + timedelta(days=place) for place in range(len(numbers)))
    first = len(numbers) - provisional
    return [
        Point(day, each, place >= first) for place, (day, each) in enumerate(zip(days, numbers, strict=True))
    ]


def chart(
    numbers: Sequence[float | None], provisional: int = 0, limits: Sequence[Limit] = (), **changed: object
) -> str:
    asked = {"title": "Tapaukset", "description": "Tapaukset päivittäin", "words": WORDS} | changed
    course = {"unit": "kpl", "limits": limits} | {key: asked.pop(key) for key in COURSE & asked.keys()}
    return line_chart(Course(series(numbers, provisional), **course), **asked)


def corners(svg: str, klass: str = "g-line") -> list[tuple[float, float]]:
    paths = drawn.of_class(svg, klass)
    return [corner for path in paths for line in drawn.subpaths(path.get("d")) for corner in line]


@given(
    numbers=values,
    provisional=st.integers(0, 6),
    limits=limits,
    narrow=st.booleans(),
    unit=st.sampled_from(["", "kpl", "Tapausta / 100 000 " * 4]),
)
def test_nothing_leaves_the_sheet_and_no_words_meet(
    numbers: list[float | None], provisional: int, limits: list[Limit], *, narrow: bool, unit: str
):
    svg = chart(numbers, provisional, limits, narrow=narrow, unit=unit)

    assert drawn.is_inside_sheet(svg)
    assert drawn.overlapping(svg) == []


@given(values, st.integers(0, 6))
def test_the_line_has_a_corner_for_every_value_that_came_and_no_other(
    numbers: list[float | None], provisional: int
):
    svg = chart(numbers, provisional)

    drawn_places = {x for x, _ in corners(svg)}
    came = sum(each is not None for each in numbers)
    assert len(drawn_places) == came


@given(values)
def test_the_line_breaks_at_every_gap(numbers: list[float | None]):
    svg = chart(numbers)

    lines = [line for path in drawn.of_class(svg, "g-line") for line in drawn.subpaths(path.get("d"))]
    stretches = [
        len(list(part)) for has_value, part in groupby(each is not None for each in numbers) if has_value
    ]
    expected = sorted(
        2 if length == 1 else length for length in stretches
    )  # a day alone is a line of no length
    assert sorted(len(line) for line in lines) == expected


def test_a_gap_is_not_a_zero():
    with_gap, with_zero = chart([5, None, 5]), chart([5, 0, 5])

    floor = max(y for _, y in corners(with_zero))
    assert all(y < floor for _, y in corners(with_gap))


def test_a_value_that_is_no_number_is_a_gap():
    assert corners(chart([5, float("nan"), 5])) == corners(chart([5, None, 5]))


@given(st.lists(st.sampled_from([0.0, 2.0, 9.0]), min_size=3, max_size=40), st.integers(1, 2))
def test_what_may_change_is_dashed_lies_on_the_hatch_and_is_named(
    numbers: list[float | None], provisional: int
):
    svg = chart(numbers, provisional)

    (band, _swatch) = drawn.of_class(svg, "g-band")
    left = float(band.get("x"))
    dashed = {x for x, _ in corners(svg, "g-provisional")}
    assert len(dashed) == provisional + 1
    assert sum(x > left for x in dashed) == provisional
    assert [text.text for text in drawn.of_class(svg, "g-key")] == [WORDS.provisional]


def test_a_chart_of_settled_values_has_no_hatch():
    assert "Luku voi" not in chart([1, 2, 3])
    assert drawn.of_class(chart([1, 2, 3]), "g-band") == []


def test_the_last_settled_value_bears_the_dot_and_its_number():
    svg = chart([1, 7.5, 3], provisional=1)

    (dot,) = drawn.of_class(svg, "g-dot")
    assert (float(dot.get("cx")), float(dot.get("cy"))) == corners(svg)[1]
    assert [text.text for text in drawn.of_class(svg, "g-latest")] == ["7,5"]


@pytest.mark.parametrize("numbers", [[], [None], [None] * 70])
def test_a_chart_without_values_says_so(numbers: list[float | None]):
    svg = chart(numbers, limits=[Limit(25, "Raja", "watch")])

    assert "Ei tietoja" in [text.text for text in drawn.parsed(svg).iter("text")]
    assert drawn.of_class(svg, "g-line") == []


@pytest.mark.parametrize("narrow", [False, True])
def test_levels_that_lie_close_all_keep_their_words(*, narrow: bool):
    close = [Limit(24 + step, f"Taso {step}", level) for step, level in enumerate(["normal", "watch", "act"])]

    svg = chart([30.0] * 90, limits=close, narrow=narrow)

    assert sorted(text.text for text in drawn.of_class(svg, "g-level")) == ["Taso 0", "Taso 1", "Taso 2"]
    assert len({each.get("class") for each in drawn.of_class(svg, "g-limit")}) == 3


@pytest.mark.parametrize("narrow", [False, True])
def test_words_too_long_for_the_sheet_are_shortened_and_whole_in_the_title_of_their_line(*, narrow: bool):
    long = "Leviämisvaihe " * 9

    svg = chart([30.0], limits=[Limit(20, long, "act")], narrow=narrow)

    (text,), (line,) = drawn.of_class(svg, "g-level"), drawn.of_class(svg, "g-limit")
    assert text.text.endswith("…")
    assert line.find("title").text == long


@given(st.lists(st.sampled_from([0.0, 3.0, 49.0, -7.0]), min_size=1, max_size=12))
def test_the_axis_has_zero_and_reaches_beyond_every_value(numbers: list[float | None]):
    svg = chart(numbers)

    written = [text.text for text in drawn.parsed(svg).iter("text") if text.get("text-anchor") == "end"]
    ticks = [float(text.replace(",", ".").replace("−", "-")) for text in written]
    assert 0 in ticks
    assert min(ticks) <= min(numbers)
    assert max(numbers) <= max(ticks)


def test_ticks_never_read_alike_where_words_have_no_decimals():
    whole = Words(lambda value: f"{value:.0f}", WORDS.day, WORDS.month, "p", "n")

    svg = chart([0, 1, 2], words=whole)

    ticks = [text.text for text in drawn.parsed(svg).iter("text") if text.get("text-anchor") == "end"]
    assert len(set(ticks)) == len(ticks) >= 2


@pytest.mark.parametrize(("days", "slash"), [(5, False), (30, False), (59, False), (60, True), (700, True)])
def test_short_series_are_ticked_by_day_or_week_and_long_ones_by_month(*, days: int, slash: bool):
    svg = chart([1.0] * days, narrow=True)

    labels = [text.text for text in drawn.parsed(svg).iter("text") if text.get("text-anchor") == "middle"]
    assert [("/" in label) for label in labels] == [slash] * len(labels)
    assert 2 <= len(labels) <= 12


def test_hostile_words_stay_words():
    hostile = '</title><script>alert("1")</script>&\'\x00'
    words = Words(lambda _: hostile, lambda _: hostile, lambda _: hostile, hostile, hostile)

    svg = chart([1, None, 2], 1, [Limit(1, hostile, hostile)], title=hostile, unit=hostile, words=words)

    assert drawn.forbidden(svg) == []
    assert drawn.parsed(svg).find("title").text == hostile.replace("\x00", "")


@given(values, st.integers(0, 3), limits)
def test_a_drawing_has_no_styles_and_every_reference_meets_its_id(
    numbers: list[float | None], provisional: int, limits: list[Limit]
):
    svg = chart(numbers, provisional, limits)

    assert drawn.forbidden(svg) == []
    assert len(set(drawn.ids(svg))) == len(drawn.ids(svg))
    assert drawn.references(svg) == set(drawn.ids(svg))


def test_the_same_chart_is_the_same_text_and_another_shares_no_id():
    one, other = chart([1, 2], 1), chart([1, 3], 1)

    assert chart([1, 2], 1) == one
    assert not set(drawn.ids(one)) & set(drawn.ids(other))
    assert not set(drawn.ids(chart([]))) & set(drawn.ids(chart([], narrow=True)))


@pytest.mark.parametrize(("narrow", "css_width"), [(True, 328), (False, 608)])
def test_letters_are_eleven_css_pixels_or_more_on_the_smallest_page_that_shows_the_sheet(
    *, narrow: bool, css_width: int
):
    root = drawn.parsed(chart([1, 2], narrow=narrow))

    sheet = float(root.get("viewBox").split()[2])
    assert float(root.get("font-size")) * css_width / sheet >= 11


def test_seven_hundred_days_are_six_kilobytes_at_most():
    numbers = [(place * 7919) % 997 / 10 for place in range(700)]

    assert len(gzip.compress(chart(numbers, 4).encode())) <= 6000


@given(values, st.integers(0, 6))
def test_a_spark_stays_in_its_sheet_and_ends_in_dashes(numbers: list[float | None], provisional: int):
    svg = spark(series(numbers, provisional), title="Tapaukset")

    settled = [
        each for each in series(numbers, provisional) if each.value is not None and not each.provisional
    ]
    assert drawn.is_inside_sheet(svg)
    assert len(drawn.of_class(svg, "g-dot")) == bool(settled)
    assert len({x for x, _ in corners(svg)}) == sum(each is not None for each in numbers)


def test_levels_differ_by_sign_and_word_not_by_colour_alone():
    marks = [
        level_mark(level, word) for level, word in [("normal", "a"), ("watch", "b"), ("act", "c"), ("?", "d")]
    ]

    signs = [drawn.parsed(mark).find("svg")[0] for mark in marks]
    shapes = {(sign.tag, sign.get("d"), sign.get("class") == "sign-unknown") for sign in signs}
    assert len(shapes) == 4
    assert ["".join(drawn.parsed(mark).itertext()).strip() for mark in marks] == ["a", "b", "c", "d"]


def test_every_class_of_a_drawing_is_in_the_style_sheet():
    all_levels = [Limit(1, "x", "normal"), Limit(2, "x", "watch"), Limit(3, "x", "act"), Limit(4, "x", "?")]
    svg = chart([1, None, 2, 3, None, 4], 2, all_levels) + chart([1], narrow=True) + spark([], title="")
    text = f"<g>{svg}{''.join(level_mark(level, '') for level in ('normal', 'watch', 'act', '?'))}</g>"

    classes = {name for each in drawn.parsed(text).iter() for name in each.get("class", "").split()}
    assert {name for name in classes if f".{name}" not in CSS.read_text("utf-8")} == set()
