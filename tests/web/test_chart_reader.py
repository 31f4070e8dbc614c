"""Laws of reading a chart by keyboard and pointer: day, value and status as the table has them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import MARKS
from markupsafe import Markup
from test_charts import chart, series
from test_charts_events import events

import tilannekuva.web
from tilannekuva.web.pages.figures import Figure
from tilannekuva.web.pages.graphs import Graph, Row
from tilannekuva.web.render import environment

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS

STATIC = Path(tilannekuva.web.__file__).with_name("static")
NUMBERS = [*map(float, range(40)), None, 41.0]
MACRO = (
    "{% import 'graphs.html' as graphs with context %}{% for one in all %}{{ graphs.graph(one) }}{% endfor %}"
)
TOLD = events([(4, 9, "Kunta", "Päätös"), (20, None, "Kunta", "Toinen")])


def graph(factor: int) -> Graph:
    numbers = [None if each is None else factor * each for each in NUMBERS]
    rows = [
        Row(
            f"{point.day:%d.%m.}",
            point.day.isoformat(),
            (
                Figure(
                    "ei lukua" if point.value is None else f"{point.value:g}", str(point.value or ""), "", ""
                ),
            ),
            "alustava" if point.provisional else "",
        )
        for point in reversed(series(numbers, 1))
    ]
    drawings = [chart(numbers, 1, events=TOLD, narrow=each) for each in (False, True)]
    wide, narrow = map(Markup, drawings)
    return Graph(f"Kuva {factor}", "Lause.", wide, narrow, ("Päivä", "Arvo", "Tila"), tuple(rows))


@pytest.fixture(params=[1000, 360])
def page(request: pytest.FixtureRequest, browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    opened = browser.new_page(viewport={"width": request.param, "height": 1200})
    style = "".join((STATIC / name).read_text("utf-8") for name in ("page.css", "charts.css"))
    body = environment("fi").from_string(MACRO).render(all=[graph(1), graph(2)])
    opened.set_content(f"<!doctype html><title>a</title><style>{style}</style><main>{body}</main>")
    opened.add_script_tag(path=STATIC / "chart.js", type="module")
    opened.wait_for_selector(".g-reader")
    yield opened
    opened.close()


def said(page: sync_api.Page, at: int = 0) -> str:
    return page.locator(".reading").nth(at).inner_text()


def line_ends(page: sync_api.Page) -> tuple[float, float]:
    box = page.locator("svg.chart:visible path.g-line").first.bounding_box()
    return box["x"], box["x"] + box["width"]


def test_each_chart_is_one_stop_and_keys_read_day_value_and_status(page: sync_api.Page):
    page.locator(".g-reader").first.focus()
    heard = [said(page)]
    for key in ("ArrowLeft", "PageUp", "Home", "ArrowLeft", "ArrowRight", "PageDown", "End"):
        page.keyboard.press(key)
        heard.append(said(page))

    assert heard == [
        "30.01.: 41, alustava",
        "29.01.: ei lukua",
        "22.01.: 33",
        "20.12.: 0",
        "20.12.: 0",
        "21.12.: 1",
        "28.12.: 8",
        "30.01.: 41, alustava",
    ]
    assert page.locator("svg.chart [tabindex], .drawing [tabindex]").count() == 2


def test_the_pointer_reads_the_chart_that_it_is_over_and_no_other(page: sync_api.Page):
    box = page.locator("svg.chart:visible").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] - 13 * box["width"] / 720, box["y"] + box["height"] / 2)

    assert (said(page, 0), said(page, 1)) == (said(page, 0), "30.01.: 82, alustava")
    assert ": 4" not in said(page, 0)


def test_a_span_chosen_by_keys_fills_the_width_and_escape_shows_all(page: sync_api.Page):
    whole = line_ends(page)
    page.locator(".g-reader").first.focus()
    for key in ("PageUp", "Shift+PageUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    chosen = said(page)
    page.keyboard.press("Enter")
    zoomed = line_ends(page)
    page.keyboard.press("Home")
    first = said(page)
    page.keyboard.press("Escape")

    assert (chosen, first) == ("15.01. – 23.01.", "15.01.: 26")
    assert zoomed[1] - zoomed[0] > 3 * (whole[1] - whole[0])
    assert line_ends(page) == pytest.approx(whole)


def test_dragging_zooms_and_a_double_click_shows_all(page: sync_api.Page):
    whole, box = line_ends(page), page.locator("svg.chart:visible").first.bounding_box()
    middle = box["y"] + box["height"] - 60
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    page.mouse.up()
    zoomed = line_ends(page)
    page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)

    assert zoomed[1] - zoomed[0] > 3 * (whole[1] - whole[0])
    assert line_ends(page) == pytest.approx(whole)


def test_levels_and_gaps_stay_when_zoomed(page: sync_api.Page):
    grid = "() => document.querySelector('svg .g-grid').getAttribute('d')"
    before, lines = page.evaluate(grid), page.locator("svg.chart:visible path.g-line").count()
    page.locator(".g-reader").first.focus()
    for key in ("Shift+PageUp", "Enter"):
        page.keyboard.press(key)

    assert page.evaluate(grid) == before
    assert page.locator("svg.chart:visible path.g-line").count() == lines


def test_a_fragment_that_came_anew_is_read_as_well(page: sync_api.Page):
    page.evaluate(
        "() => { for (const each of document.querySelectorAll('.g-reader')) each.remove();"
        " document.dispatchEvent(new Event('fragment')) }"
    )

    assert page.locator(".g-reader").count() == 2


def test_a_finger_scrolls_the_page_and_reading_moves_nothing(page: sync_api.Page):
    touch = "() => getComputedStyle(document.querySelector('.drawing')).touchAction"
    height = "() => document.documentElement.scrollHeight"
    before = page.evaluate(height)
    page.locator(".g-reader").first.focus()

    assert page.evaluate(touch) == "auto"
    assert page.evaluate(height) == before


def test_the_script_is_two_and_a_half_kilobytes_at_most():
    assert len(gzip.compress((STATIC / "chart.js").read_bytes(), 9)) <= 2560
