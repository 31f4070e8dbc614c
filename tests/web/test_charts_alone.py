"""Laws of drawings as files of their own: the same marks, every colour written out."""

import re

import drawn
import pytest
from test_charts import chart
from test_charts_beside import FORECAST, band, lines
from test_charts_events import events

from tilannekuva.web.charts import Limit, standalone

FULL = {
    "fan": [band(0.9, [5, 9, 12], first=9), band(0.0, [0, 0, 0], first=9)],
    "earlier": lines(["eilen"]),
    "events": events([(1, 4, "Kunta", "a"), (1, None, "Kunta", "b"), (1, None, "Kunta", "c")]),
    "words": FORECAST,
}


def full() -> str:
    levels = [Limit(8, "seuranta", "watch"), Limit(20, "toimet", "act")]
    return chart([3, 9, None, 8, 30, 12, 11, 9, 14], 2, levels, **FULL)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_file_has_the_marks_of_the_page_and_no_property_to_be_resolved(theme: str):
    svg = full()

    alone = standalone(svg, theme)

    assert svg.partition("<defs>")[2] in alone
    assert not re.search(r"var\(|@media|:root", alone)
    assert drawn.parsed(alone).get("width") == "720"


def test_every_class_with_a_look_has_its_rule_in_the_file():
    alone = standalone(full())

    styled = set(re.findall(r"\.([\w-]+)\{", drawn.parsed(alone).find("style").text))
    used = {name for each in drawn.parsed(alone).iter() for name in each.get("class", "").split()}
    hooks = {"chart", "chart-wide", "g-moving", "g-day", "g-feet", "g-event", "fan-0"}
    assert used - styled <= hooks
    assert styled <= used


def test_themes_differ_in_colour_and_one_we_do_not_know_is_an_error():
    assert standalone(full(), "dark") != standalone(full(), "light")
    with pytest.raises(KeyError):
        standalone(full(), "sepia")


def test_the_typesetter_draws_it():
    typst = pytest.importorskip("typst")
    source = '#set page(width: auto, height: auto, margin: 0pt)\n#image("chart.svg", alt: "Kuva")'

    made = typst.compile(
        {"main": source.encode(), "chart.svg": standalone(full()).encode()}, format="png", ppi=36
    )

    assert made.startswith(b"\x89PNG")
