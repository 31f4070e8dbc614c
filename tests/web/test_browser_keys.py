"""Laws of every page without a mouse, and without scripts."""

from collections.abc import Iterator

import pytest
from browsing import DESK, IN_TURN, MARKS, Opened, opened

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS

REACHABLE = """() => {
  const all = [...document.querySelectorAll(
    'a[href], button, select, textarea, input:not([type=hidden]), summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled && one.tabIndex >= 0)
  const one_of = name => all.find(one => one.type === 'radio' && one.name === name)
  return all.filter(one => one.type !== 'radio' || one.checked || one === one_of(one.name)).length
}"""
FOCUSED = """() => {
  const one = document.activeElement
  if (one === document.body) return null
  one.dataset.met = 1
  const style = getComputedStyle(one)
  const box = one.getBoundingClientRect()
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
  return seen && outlined ? '' : one.outerHTML.slice(0, 80)
}"""
MET = "() => document.querySelectorAll('[data-met]').length"
FIGURES = "() => [...document.querySelectorAll('data')].map(one => one.textContent)"
# What a page says in its sentences, headings, lists and tables; what only scripts can do is left out.
SAID = """() => [...document.querySelectorAll('h1, h2, h3, p, dt, dd, li, th, td, figcaption')]
  .filter(one => !one.closest('form, [aria-live], [data-scripted]') && !one.querySelector('button'))
  .map(one => one.textContent.replace(/\\s+/g, ' ').trim()).filter(one => one)"""


@pytest.fixture(scope="module")
def context(browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    with browser.new_context(viewport=DESK) as made:
        yield made


@pytest.fixture(scope="module")
def bare(browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    with browser.new_context(viewport=DESK, java_script_enabled=False) as made:
        yield made


@pytest.fixture(scope="module", params=IN_TURN)
def here(request: pytest.FixtureRequest, context: sync_api.BrowserContext, address: str) -> Iterator[Opened]:
    with opened(context, address + request.param) as one:
        yield one


def test_the_keyboard_reaches_everything_and_one_sees_where_one_is(here: Opened):
    """Every stop is met, so no part of the page holds the reader who has come into it."""
    wanted, hidden, steps = here.page.evaluate(REACHABLE), [], 0
    while here.page.evaluate(MET) < wanted and steps < wanted + 40:
        here.page.keyboard.press("Tab")
        hidden.append(here.page.evaluate(FOCUSED))
        steps += 1

    assert here.page.evaluate(MET) >= wanted
    assert [one for one in hidden if one] == []


def test_a_page_without_scripts_says_the_same(here: Opened, bare: sync_api.BrowserContext):
    page = bare.new_page()
    page.goto(here.page.url)
    figures, said = page.evaluate(FIGURES), page.evaluate(SAID)
    page.close()

    assert here.page.evaluate(FIGURES) == figures
    assert [one for one in here.page.evaluate(SAID) if one not in said] == []
