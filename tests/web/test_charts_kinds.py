"""Laws of bars, small multiples, heat strips and revision triangles."""

from collections.abc import Sequence
from datetime import timedelta

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_charts import START, WORDS, series
from test_charts_events import HOSTILE, rooms

from tilannekuva.web.charts import Bar, Limit, Panel, Strip, bars, heat, multiples, spark, triangle

NAMED = {"title": "Kuva", "description": "Kuvaus"}
numbers = st.sampled_from([None, 0.0, 1.0, 88.5, -40.0, float("nan")])
classes = st.lists(st.sampled_from(["class-0", "class-5", "nodata", "suppressed"]), min_size=30, max_size=30)


def keeps_the_laws(svg: str) -> bool:
    return (
        drawn.is_inside_sheet(svg)
        and drawn.overlapping(svg) == []
        and drawn.forbidden(svg) == []
        and drawn.references(svg) == set(drawn.ids(svg))
    )


@given(
    rows=st.lists(st.builds(Bar, st.sampled_from(HOSTILE), numbers, st.sampled_from(HOSTILE)), max_size=9),
    narrow=st.booleans(),
)
def test_bars_keep_the_laws_whatever_their_words(rows: list[Bar], *, narrow: bool):
    assert keeps_the_laws(bars(rows, narrow=narrow, **NAMED))


def test_a_bar_is_as_long_as_its_value_and_none_where_no_value_came():
    rows = [Bar("a", 10, "10"), Bar("b", -5, "−5"), Bar("c", 0, "0"), Bar("d", None, "salattu")]

    found = rooms(bars(rows, **NAMED), "g-column")

    ten, minus_five, zero = found
    assert minus_five[2] == pytest.approx(ten[0], abs=0.1)
    assert 2 * (minus_five[2] - minus_five[0]) == pytest.approx(ten[2] - ten[0], abs=0.3)
    assert zero[2] - zero[0] == 0


def test_the_word_for_no_value_finds_room_where_all_values_are_below_zero():
    assert keeps_the_laws(bars([Bar("a", -40, "−40"), Bar("b", None, "ei lukua")], **NAMED))


def test_a_word_stands_where_no_value_came_and_another_look_tells_it_from_a_number():
    svg = bars([Bar("a", 10, "10"), Bar("b", None, "salattu")], **NAMED)

    assert [text.text for text in drawn.of_class(svg, "g-none")] == ["salattu"]
    assert [text.text for text in drawn.of_class(svg, "g-figure")] == ["10"]


@given(
    panels=st.lists(
        st.tuples(st.sampled_from(HOSTILE), st.lists(st.sampled_from([None, 0.0, 900.0]), max_size=20)),
        max_size=9,
    ),
    narrow=st.booleans(),
)
def test_small_multiples_keep_the_laws(panels: list[tuple[str, list[float | None]]], *, narrow: bool):
    drawn_panels = [Panel(title, series(each)) for title, each in panels]

    assert keeps_the_laws(multiples(drawn_panels, words=WORDS, narrow=narrow, **NAMED))


def test_the_same_value_on_the_same_day_stands_alike_in_every_panel():
    panels = [Panel("a", series([5, 8])), Panel("b", series([5, 90])), Panel("c", series([5]))]

    svg = multiples(panels, words=WORDS, **NAMED)

    floors = [float(line.get("d").split()[1].split("H")[0]) for line in drawn.of_class(svg, "g-axis")]
    firsts = [drawn.subpaths(line.get("d"))[0][0] for line in drawn.of_class(svg, "g-line")]
    heights = {round(floor - y, 1) for floor, (_, y) in zip(floors, firsts, strict=True)}
    assert len(heights) == 1


@given(strips=st.lists(st.builds(Strip, st.sampled_from(HOSTILE), classes), max_size=6), narrow=st.booleans())
def test_heat_strips_keep_the_laws(strips: list[Strip], *, narrow: bool):
    days = [START + timedelta(place) for place in range(30)]

    assert keeps_the_laws(heat(strips, days=days, words=WORDS, narrow=narrow, **NAMED))


@given(row=classes)
def test_every_day_of_a_strip_is_in_one_cell_of_its_class(row: list[str]):
    days = [START + timedelta(place) for place in range(30)]

    svg = heat([Strip("a", row)], days=days, words=WORDS, **NAMED)

    cells = rooms(svg, "g-cell")
    whole = cells[-1][2] - cells[0][0]
    looks = [each.get("class").split()[1] for each in drawn.of_class(svg, "g-cell")]
    told = [
        look
        for look, cell in zip(looks, cells, strict=True)
        for _ in range(round((cell[2] - cell[0]) / whole * 30))
    ]
    assert told == row
    assert all(
        ("url(" in each.get("fill", "")) == (look in ("nodata", "suppressed"))
        for each, look in zip(drawn.of_class(svg, "g-cell"), looks, strict=True)
    )


CELLS = [[60.0, None, None], [90.0, 40.0, None], [120.0, 40.0, 0.0]]


def grown(cells: Sequence[Sequence[float | None]], *, narrow: bool = False) -> str:
    days = [f"{4 + place}.4." for place in range(len(cells[0]))]
    rows = [f"{5 + place}.4." for place in range(len(cells))]
    return triangle(cells, reported=rows, days=days, words=WORDS, narrow=narrow, **NAMED)


def test_a_triangle_writes_every_number_and_leaves_what_was_not_told_empty():
    figures = [text.text for text in drawn.of_class(grown(CELLS), "g-figure")]

    assert figures == ["60", "90", "40", "120", "40", "0"]


def test_a_number_that_differs_from_the_report_before_is_bold():
    assert [text.text for text in drawn.of_class(grown(CELLS), "g-revised")] == ["90", "120"]


def test_a_cells_bar_is_its_share_of_what_is_known_now():
    wide = [right - left for left, _, right, _ in rooms(grown(CELLS), "g-share")]

    assert wide == pytest.approx([wide[3] * share for share in (0.5, 0.75, 1, 1, 1)], abs=0.2)


def test_a_narrow_triangle_shows_the_last_days_and_no_empty_rows():
    wide = [[1e9 if column <= row else None for column in range(12)] for row in range(12)]

    svg = grown(wide, narrow=True)

    heads = [text.text for text in drawn.parsed(svg).iter("text") if text.get("class") == "g-label"]
    assert "15.4." in heads
    assert "4.4." not in heads
    assert keeps_the_laws(svg)


@given(
    cells=st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=4), narrow=st.booleans()
)
def test_triangles_keep_the_laws(cells: list[list[float | None]], *, narrow: bool):
    assert keeps_the_laws(grown(cells, narrow=narrow))


def test_a_spark_shows_levels_as_ticks_where_they_lie_within_its_values():
    limits = [Limit(5, "a", "watch"), Limit(500, "b", "act")]

    svg = spark(series([1, 9, 4]), title="a", limits=limits)

    assert [each.get("class") for each in drawn.of_class(svg, "g-tick")] == ["g-tick limit-watch"]
    assert drawn.is_inside_sheet(svg)
