"""Laws of drawings that only a browser can tell: real letters, and what an accessibility check accepts."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from browsing import MARKS
from test_charts import START, WORDS, chart, series
from test_charts_beside import FORECAST, band, lines
from test_charts_events import events
from test_maps import SHAPES, districts, painted
from test_maps import chart as choropleth

import tilannekuva.web
from tilannekuva.web.charts import (
    Bar,
    Limit,
    Panel,
    Point,
    Strip,
    bars,
    heat,
    level_mark,
    multiples,
    spark,
    standalone,
    timeline,
    triangle,
)
from tilannekuva.web.maps import district_shapes, legend

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = MARKS

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


NAMES = ["Tampere", "Hämeenlinna", "Varsinais-Suomen sairaanhoitopiiri", "Koko maa"]
DENSE = events([(day * 5 % 97, day, ["Valtioneuvosto", "Kunta"][day % 2], "x") for day in range(40)])


def kinds() -> Iterator[str]:
    """Give every kind of chart, for wide and for narrow screens."""
    days = [START + timedelta(place) for place in range(60)]
    fan = [band(0.9, range(28), first=90), band(0.5, range(14), first=90), band(0, [0] * 28, first=90)]
    strips = [Strip(name, ["class-1", "class-4", "suppressed", "nodata"] * 15) for name in NAMES]
    grown = [[90.0 + row if column <= row else None for column in range(10)] for row in range(10)]
    ten = [f"{place + 1}.4." for place in range(10)]
    named = {"description": "Kuvaus"}
    draws = [
        partial(chart, WAVE, 6, CLOSE, unit="Tapausta / 100 000"),
        partial(chart, WAVE, 6, fan=fan, events=DENSE, earlier=lines(["eilen"]), words=FORECAST),
        partial(chart, WAVE, others=lines(NAMES), label="Turku"),
        partial(timeline, DENSE, span=(START, days[-1]), words=WORDS, title="Päätökset", **named),
        partial(
            bars, [Bar(name, 9 - 4 * at, f"{at}") for at, name in enumerate(NAMES)], title="Palkit", **named
        ),
        partial(multiples, [Panel(n, series(WAVE)) for n in NAMES], words=WORDS, title="Paikat", **named),
        partial(heat, strips, days=days, words=WORDS, title="Iät", **named),
        partial(triangle, grown, reported=ten, days=ten, words=WORDS, title="Kolmio", **named),
    ]
    return (draw(narrow=narrow) for draw in draws for narrow in (False, True))


def document() -> str:
    days = [Point(date(2021, 1, 1) + timedelta(days=place), place % 7) for place in range(60)]
    sheets = "".join(kinds())
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
        "() => [...document.querySelectorAll('.chart')].map(c => c.getClientRects().length > 0)"
    )

    assert {(wide, narrow) for wide, narrow in zip(shown[::2], shown[1::2], strict=True)} in (
        {(True, False)},
        {(False, True)},
    )
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drawing_as_a_file_is_the_picture_of_the_page(
    browser: sync_api.Browser, tmp_path: Path, theme: str
):
    svg = chart(WAVE, 6, CLOSE, events=DENSE, fan=[band(0.9, range(28), first=90)], words=FORECAST)
    (tmp_path / "chart.svg").write_text(alone := standalone(svg, theme), "utf-8")
    sheets = "".join((STATIC / name).read_text("utf-8") for name in ("page.css", "charts.css"))
    fonts = re.findall(r'font-family="([^"]*)"', alone)[0]
    own = f"html,body{{margin:0;font-family:{fonts}}}.chart{{width:720px}}"
    (tmp_path / "page.html").write_text(f"<!doctype html><style>{sheets}{own}</style>{svg}", "utf-8")
    opened = browser.new_page(viewport={"width": 720, "height": 400}, color_scheme=theme)

    pictures = []
    for name in ("chart.svg", "page.html"):
        opened.goto((tmp_path / name).as_uri())
        pictures.append(opened.screenshot())
    opened.close()
    assert pictures[0] == pictures[1]
