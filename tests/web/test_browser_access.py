"""Laws of every page, in every language and theme: nobody is barred, nobody else is called, nothing jumps."""

from collections.abc import Iterator

import pytest
from browsing import COLOURS, DESK, MARKS, PATHS, RULES, SHIFTS, Opened, opened

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = MARKS


@pytest.fixture(scope="module")
def context(browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    with browser.new_context(viewport=DESK) as made:
        yield made


@pytest.fixture(scope="module", params=PATHS)
def here(request: pytest.FixtureRequest, context: sync_api.BrowserContext, address: str) -> Iterator[Opened]:
    with opened(context, address + request.param) as one:
        yield one


@pytest.mark.parametrize(("theme", "rules"), [("light", RULES), ("dark", COLOURS)], ids=["light", "dark"])
def test_the_accessibility_check_has_nothing_to_say(here: Opened, theme: str, rules: dict[str, object]):
    """All rules; in the dark those on colours, as nothing else of the page changes with the theme."""
    here.page.emulate_media(color_scheme=theme)
    found = axe.Axe().run(here.page, options=rules).response["violations"]

    assert [(one["id"], [node["target"] for node in one["nodes"]][:4]) for one in found] == []


def test_the_console_and_the_policy_have_nothing_to_say_and_one_host_is_asked(here: Opened, address: str):
    here.page.evaluate(SHIFTS)  # until its scripts have run

    assert here.said == []
    assert here.hosts == {address}


def test_nothing_jumps_while_the_page_loads(here: Opened):
    assert here.page.evaluate(SHIFTS) == 0
