"""Laws of what is drawn beside the data: forecasts, what was told before, other places, what is withheld."""

from collections.abc import Sequence
from datetime import timedelta

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_charts import START, WORDS, chart, corners, series
from test_charts_events import HOSTILE

from tilannekuva.web.charts import Band, Course, Line, Point, Words, line_chart

FORECAST = Words(WORDS.number, WORDS.day, WORDS.month, "alustava", "ei lukua", "salattu", "ennuste")

widths = st.lists(st.sampled_from([0.0, 1.0, 4.0, 20.0]), min_size=1, max_size=20)


def band(share: float, halves: Sequence[float], *, first: int = 3, middle: float = 30.0) -> Band:
    return Band(
        share,
        tuple(
            (START + timedelta(first + place), middle - half, middle + half)
            for place, half in enumerate(halves)
        ),
    )


def fan_chart(bands: Sequence[Band], **changed: object) -> str:
    return chart([10.0, 20.0, 30.0], fan=bands, words=FORECAST, **changed)


def ribbon(svg: str, klass: str) -> list[tuple[float, float]]:
    (path,) = [each for each in drawn.of_class(svg, klass) if each.tag == "path"]
    return drawn.subpaths(path.get("d"))[0]


@given(halves=widths, narrow=st.booleans())
def test_a_fan_is_as_wide_as_told_each_day(halves: list[float], *, narrow: bool):
    svg = fan_chart([band(0.9, halves)], narrow=narrow)

    edge = ribbon(svg, "fan-0")
    low, high = edge[: len(halves) + 1], edge[len(halves) + 1 :][::-1]
    unit = (corners(svg)[0][1] - corners(svg)[1][1]) / 10  # height of a value of one
    heights = [bottom - top for (_, bottom), (_, top) in zip(low, high, strict=True)]
    assert heights == pytest.approx([0, *(2 * half * unit for half in halves)], abs=0.3)


def test_bands_lie_the_widest_first_whatever_their_order():
    narrow, wide = band(0.5, [1, 2]), band(0.9, [5, 9])

    assert fan_chart([narrow, wide]) == fan_chart([wide, narrow])
    svg = fan_chart([narrow, wide])
    assert min(y for _, y in ribbon(svg, "fan-0")) < min(y for _, y in ribbon(svg, "fan-1"))


@given(first=st.integers(-3, 4))
def test_a_fan_starts_at_the_last_settled_value(first: int):
    svg = fan_chart([band(0.9, [1.0] * 9, first=first), band(0.0, [0.0] * 9, first=first)])

    last = max(corners(svg))
    assert ribbon(svg, "fan-0")[0] == ribbon(svg, "fan-0")[-1] == corners(svg, "g-median")[2] == last
    assert all(x > last[0] for x, _ in ribbon(svg, "fan-0")[1:-1] + corners(svg, "g-median")[3:])


def test_a_fan_does_not_cross_withheld_days():
    """It starts apart, as wide as it is told, where a value is withheld after the last one told."""
    points = [Point(START, 10.0), Point(START + timedelta(1), None, withheld=True)]
    svg = line_chart(Course(points, fan=[band(0.9, [5, 9])]), title="", description="", words=FORECAST)

    assert len(ribbon(svg, "fan-0")) == 4


def test_a_forecast_never_looks_like_data_and_is_named():
    bare, with_fan = chart([10.0, 20.0, 30.0], words=FORECAST), fan_chart([band(0.9, [1]), band(0.0, [0])])

    assert len(corners(with_fan)) == len(corners(bare)) == 3
    assert [text.text for text in drawn.of_class(with_fan, "g-key")] == ["ennuste"]
    assert not {each.get("class") for each in drawn.of_class(with_fan, "g-median")} & {"g-line"}


def lines(names: Sequence[str]) -> list[Line]:
    return [Line(name, tuple(series([place, 3.0 * place, 5.0]))) for place, name in enumerate(names)]


@given(
    others=st.lists(st.sampled_from(HOSTILE), max_size=8),
    earlier=st.lists(st.sampled_from(HOSTILE), max_size=2),
    halves=widths,
    narrow=st.booleans(),
)
def test_nothing_beside_the_data_leaves_the_sheet_and_no_words_meet(
    others: list[str], earlier: list[str], halves: list[float], *, narrow: bool
):
    beside = {"others": lines(others), "earlier": lines(earlier), "label": "Tampere"}
    svg = fan_chart([band(0.9, halves)], narrow=narrow, **beside)

    assert drawn.is_inside_sheet(svg)
    assert drawn.overlapping(svg) == []
    assert drawn.forbidden(svg) == []
    assert drawn.references(svg) == set(drawn.ids(svg))


def test_other_places_differ_by_their_dashes_and_each_is_named_at_its_end():
    names = ["Turku", "Oulu", "Lahti", "Kuopio", "Pori", "Vaasa", "Kemi", "Espoo"]

    svg = chart([1, 2, 3], others=lines(names), label="Tampere")

    looks = [each.get("class") for each in drawn.of_class(svg, "g-other")]
    ends = [text.text for text in drawn.of_class(svg, "g-end")]
    assert len(set(looks)) == 8
    assert sorted(ends) == sorted([*names, "Tampere"])


def test_names_of_lines_that_end_at_one_height_all_stand_beside_the_plot():
    alike = [Line(name, tuple(series([1, 200]))) for name in "abcdefgh"]

    svg = chart([1, 200], others=alike, label="i")

    heights = [float(text.get("y")) for text in drawn.of_class(svg, "g-end")]
    _left, top, _right, bottom = map(float, drawn.parsed(svg).get("data-plane").split()[:4])
    assert len(heights) == 9
    assert top < min(heights)
    assert max(heights) < bottom


def test_a_gap_in_another_line_stays_a_gap():
    svg = chart([1, 2, 3], others=[Line("Turku", tuple(series([1, None, 3, 4])))])

    stretch, alone = drawn.of_class(svg, "g-other")
    assert [len(line) for line in drawn.subpaths(stretch.get("d"))] == [2]
    assert alone.get("class").endswith("g-alone")


def test_what_was_told_before_is_a_line_of_its_own_named_in_the_key():
    svg = chart([1, 2, 3], earlier=lines(["eilen", "viime viikolla"]))

    assert [text.text for text in drawn.of_class(svg, "g-key")] == ["eilen", "viime viikolla"]
    assert len(corners(svg)) == 3


def test_what_is_withheld_is_hatched_and_named_and_what_never_came_is_a_mere_gap():
    days = [START + timedelta(place) for place in range(9)]
    points = [
        Point(day, None if 2 < place < 7 else 5, withheld=place in (4, 5)) for place, day in enumerate(days)
    ]

    svg = line_chart(Course(points), title="", description="", words=FORECAST)
    without = chart([5, None, 5], words=FORECAST)

    (_key, stretch) = sorted(drawn.of_class(svg, "g-withheld"), key=lambda each: float(each.get("y")))
    step = float(stretch.get("width")) / 2
    assert float(stretch.get("x")) == pytest.approx(corners(svg)[0][0] + 3.5 * step, abs=0.2)
    assert [text.text for text in drawn.of_class(svg, "g-key")] == ["salattu"]
    assert drawn.of_class(without, "g-withheld") == []
