"""Laws of what stands in lanes over a curve: markers apart, none lost, bars as long as they held."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_charts import START, WORDS, chart

from tilannekuva.web.charts import Event, timeline

HOSTILE = [
    "Kokoontumiset",
    "</title><script>alert(1)</script>",
    "=1+1",
    "\u202eאבג",
    "🦠" * 40,
    "W" * 300,
    "\0",
    "",
]
LANES = ["Valtioneuvosto", "Kunta", "Palvelut " * 30, "<b>"]

told = st.lists(
    st.tuples(
        st.integers(-5, 50),
        st.sampled_from([None, 0, 3, 90]),
        st.sampled_from(LANES),
        st.sampled_from(HOSTILE),
    ),
    max_size=60,
)


def events(rows: Sequence[tuple[int, int | None, str, str]]) -> list[Event]:
    return [
        Event(day, None if held is None else day + timedelta(held), number, lane, title)
        for number, (offset, held, lane, title) in enumerate(rows, 1)
        for day in [START + timedelta(offset)]
    ]


def rooms(svg: str, klass: str) -> list[tuple[float, float, float, float]]:
    found = drawn.of_class(svg, klass)
    sides = [[float(each.get(name)) for name in ("x", "y", "width", "height")] for each in found]
    return [(x, y, x + wide, y + high) for x, y, wide, high in sides]


def meeting(boxes: Sequence[tuple[float, float, float, float]]) -> list[object]:
    edge = 0.11  # coordinates are written with one decimal
    return [
        (one, other)
        for one, other in combinations(boxes, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > edge
        and min(one[3], other[3]) - max(one[1], other[1]) > edge
    ]


def stood_for(svg: str) -> int:
    texts = [text.text for text in drawn.of_class(svg, "g-number")]
    return sum(int(text[1:]) if text.startswith("×") else 1 for text in texts)


@given(rows=told, narrow=st.booleans())
def test_no_marker_no_bar_and_no_word_meets_another_and_all_stay_on_the_sheet(
    rows: list[tuple[int, int | None, str, str]], *, narrow: bool
):
    svg = chart([3.0] * 40, events=events(rows), narrow=narrow)

    assert meeting(rooms(svg, "g-mark-box")) == []
    assert meeting(rooms(svg, "g-bar")) == []
    assert drawn.overlapping(svg) == []
    assert drawn.is_inside_sheet(svg)
    assert drawn.forbidden(svg) == []


@given(rows=told, narrow=st.booleans())
def test_every_event_that_touches_the_axis_has_a_marker(
    rows: list[tuple[int, int | None, str, str]], *, narrow: bool
):
    svg = chart([3.0] * 40, events=events(rows), narrow=narrow)

    soon = max((offset for offset, *_ in rows if 39 < offset <= 39 + 14), default=39)
    touching = [offset for offset, held, *_ in rows if offset <= soon and offset + (held or 0) >= 0]
    assert stood_for(svg) == len(touching)


def test_a_marker_stands_over_its_day_on_the_axis_of_the_curve():
    svg = chart([1, 2, 3, 4, 5], events=events([(2, None, "Kunta", "x")]))

    ((left, _, right, bottom),) = rooms(svg, "g-mark-box")
    line = drawn.subpaths(drawn.of_class(svg, "g-line")[0].get("d"))[0]
    assert (left + right) / 2 == pytest.approx(line[2][0], abs=0.1)
    assert bottom < min(y for _, y in line)


def test_a_bar_is_as_long_as_it_held_and_ends_with_the_axis():
    ends_within, ends_later = ((0, 2, "Kunta", "x"), (1, 90, "Kunta", "y"))

    svg = chart([1, 2, 3, 4, 5], events=events([ends_within, ends_later]))

    days = [x for x, _ in drawn.subpaths(drawn.of_class(svg, "g-line")[0].get("d"))[0]]
    first, second = rooms(svg, "g-bar")
    assert (first[0], first[2]) == pytest.approx((days[0], days[2]), abs=0.2)
    assert (second[0], second[2]) == pytest.approx((days[1], days[4]), abs=0.2)


def test_an_event_soon_after_the_last_day_widens_the_axis_and_a_far_one_does_not():
    def last_x(offset: int) -> float:
        return drawn.subpaths(
            drawn.of_class(chart([1, 2, 3], events=events([(offset, None, "a", "b")])), "g-line")[0].get("d")
        )[0][-1][0]

    assert last_x(10) < last_x(2)
    assert last_x(40) == last_x(2)


def test_events_of_one_day_share_markers_that_say_how_many_and_which():
    svg = chart([1] * 30, events=events([(9, None, "Kunta", "x")] * 5))

    texts = [text.text for text in drawn.of_class(svg, "g-number")]
    titles = [each.find("title").text for each in drawn.of_class(svg, "g-event")]
    assert texts == ["1", "×4"]
    assert titles == ["1. x (29.12.)", "2, 3, 4, 5"]


def test_lanes_stand_in_the_order_in_which_they_first_occur():
    rows = [(9, None, "Kunta", "x"), (2, None, "Valtioneuvosto", "y"), (1, None, "Kunta", "z")]

    svg = chart([1] * 30, events=events(rows))

    assert [text.text for text in drawn.of_class(svg, "g-lane")] == ["Kunta", "Valtioneuvosto"]


@given(rows=told, narrow=st.booleans())
def test_a_timeline_keeps_the_same_laws_without_a_curve(
    rows: list[tuple[int, int | None, str, str]], *, narrow: bool
):
    span = (START, START + timedelta(60))

    svg = timeline(events(rows), span=span, title="a", description="b", words=WORDS, narrow=narrow)

    assert stood_for(svg) == sum(offset + (held or 0) >= 0 for offset, held, *_ in rows)
    assert meeting(rooms(svg, "g-mark-box")) == []
    assert drawn.overlapping(svg) == []
    assert drawn.is_inside_sheet(svg)


def test_a_timeline_of_one_day_is_drawn():
    day = date(2020, 3, 16)

    svg = timeline([Event(day, day, 1, "a", "b")], span=(day, day), title="", description="", words=WORDS)

    assert stood_for(svg) == 1
    assert drawn.is_inside_sheet(svg)
