"""Laws of every page on a phone, at 400 % and on paper: all of it is there, in letters one can read."""

from collections.abc import Iterator

import pytest
from browsing import DESK, IN_TURN, MARKS, PAPER, PATHS, PHONE, SIDEWAYS, SMALLEST, ZOOMED, Opened, opened

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS

PRESSED = """() => [...document.querySelectorAll('form, body > header nav, footer nav, .skip, button')]
  .filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"""
CUT = """() => [...document.querySelectorAll('.scroll')].filter(one => one.checkVisibility())
  .filter(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def context(browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    with browser.new_context(viewport=PHONE) as made:
        yield made


@pytest.fixture(scope="module", params=PATHS)
def here(request: pytest.FixtureRequest, context: sync_api.BrowserContext, address: str) -> Iterator[Opened]:
    with opened(context, address + request.param) as one:
        yield one


@pytest.mark.parametrize("size", [PHONE, ZOOMED, DESK], ids=["phone", "400 %", "desk"])
def test_a_page_needs_no_scrolling_sideways(here: Opened, size: dict[str, int]):
    here.page.set_viewport_size(size)

    assert here.page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_letters_are_too_small_to_read(here: Opened, size: dict[str, int]):
    here.page.set_viewport_size(size)
    least, words = here.page.evaluate(SMALLEST)

    assert least >= 11, words


@pytest.mark.parametrize("path", IN_TURN)
def test_paper_shows_the_content_whole_and_nothing_to_press(
    context: sync_api.BrowserContext, address: str, path: str
):
    with opened(context, address + path) as one:
        one.page.set_viewport_size(PAPER)
        one.page.emulate_media(media="print")

        assert one.page.evaluate(PRESSED) == []
        assert one.page.evaluate(CUT) == []
        assert one.page.evaluate(SIDEWAYS) == []
