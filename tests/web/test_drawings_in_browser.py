"""Laws of drawings that only a browser can tell: real letters, and what an accessibility check accepts."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from test_charts import chart
from test_maps import SHAPES, districts, painted
from test_maps import chart as choropleth

import tilannekuva.web
from tilannekuva.web.charts import Limit, Point, level_mark, spark
from tilannekuva.web.maps import district_shapes, legend

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
chromium = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium is None, reason="no Chromium here")]

STATIC = Path(tilannekuva.web.__file__).with_name("static")
WAVE = [None if place % 17 == 5 else (place * 7919) % 97 for place in range(100)]
CLOSE = [
    Limit(24, "Perustaso", "normal"),
    Limit(25, "Kiihtymisvaihe", "watch"),
    Limit(60, "Leviämisvaihe", "act"),
]
CITIES = [(328, 6823, "Tampere"), (240, 6711, "Turku"), (362, 6765, "Hämeenlinna")]

MEETING = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
  const all = [...svg.querySelectorAll('text')].filter(t => t.getClientRects().length)
  const box = all.map(t => t.getBoundingClientRect())
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom
  return all.flatMap((t, i) => all.slice(i + 1).filter((_, j) => meet(box[i], box[i + 1 + j]))
    .map(other => [t.textContent, other.textContent]))
})"""
CUT = """() => [...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length).filter(t => {
  const a = t.getBoundingClientRect(), b = t.ownerSVGElement.getBoundingClientRect()
  return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 1 || a.bottom > b.bottom + 1
}).map(t => t.textContent)"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg text')]
  .filter(t => t.getClientRects().length)
  .map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a))"""


def document() -> str:
    days = [Point(date(2021, 1, 1) + timedelta(days=place), place % 7) for place in range(60)]
    sheets = "".join(
        chart(WAVE, 6, CLOSE, narrow=narrow, unit="Tapausta / 100 000") for narrow in (False, True)
    )
    entries = [("class-0", "alle 5"), ("suppressed", "Salattu"), ("nodata", "Ei tietoja")]
    maps = choropleth(painted([*SHAPES]), SHAPES, mark=CITIES)
    linked = district_shapes(districts())
    links = choropleth(
        painted([*linked], klass="suppressed"), linked, mark=CITIES, href=lambda area: f"#{area}"
    )
    levels = [("normal", "normaali"), ("watch", "seuranta"), ("act", "toimet"), ("", "ei tietoa")]
    marks = "".join(level_mark(level, word) for level, word in levels)
    words = f"{spark(days, title='Suunta')}{marks}{legend(entries, title='Tapausta')}"
    head = '<meta name="viewport" content="width=device-width"><title>Kuvat</title>'
    style = (STATIC / "charts.css").read_text(
        "utf-8"
    ) + "body{margin:16px;background:var(--paper);color:var(--ink)}"
    body = f"<main><h1>Kuvat</h1>{sheets}{maps}{links}{words}</main>"
    return (
        f'<!doctype html><html lang="fi"><head>{head}<style>{style}</style></head><body>{body}</body></html>'
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(params=[(360, "light"), (360, "dark"), (641, "light"), (1200, "dark")], ids=str)
def page(request: pytest.FixtureRequest, browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    wide, scheme = request.param
    opened = browser.new_page(viewport={"width": wide, "height": 800}, color_scheme=scheme)
    opened.set_content(document())
    yield opened
    opened.close()


def test_real_letters_neither_meet_nor_are_cut_nor_are_small(page: sync_api.Page):
    assert page.evaluate(MEETING) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(SMALLEST) >= 11


def test_the_accessibility_check_finds_nothing(page: sync_api.Page):
    found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})

    assert [each["id"] for each in found.response["violations"]] == []


def test_one_of_the_two_sheets_is_shown_and_the_page_does_not_scroll_sideways(page: sync_api.Page):
    shown = page.evaluate(
        "() => [...document.querySelectorAll('.chart')].filter(c => c.getClientRects().length).length"
    )

    assert shown == 1
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
