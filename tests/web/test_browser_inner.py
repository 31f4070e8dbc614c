"""Laws of the pages behind the log-in: they keep what every page keeps, empty, filled and with faults."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import (
    COLOURS,
    DESK,
    MARKS,
    PAPER,
    PHONE,
    RULES,
    SHIFTS,
    SIDEWAYS,
    SMALLEST,
    ZOOMED,
    Opened,
    opened,
    served,
)
from inner import STAFF_PAGES, log_in
from shown import LANGS, NOW
from test_browser_keys import FIGURES, FOCUSED, MET, REACHABLE, SAID
from test_browser_sizes import CUT, PRESSED

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.server import site

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = MARKS

WHOSE = [("saara", path) for path in STAFF_PAGES.values()] + [("aino", "people"), ("", "login")]
# Each page in one of the languages, in turn; pages that differ from another in their words in all of them.
IN_TURN = [(who, f"/{LANGS[nth % 3]}/{path}") for nth, (who, path) in enumerate(WHOSE)]
ALIKE = {STAFF_PAGES[one] for one in ("report of another service", "report of a day", "review")}
ALL = [(who, f"/{lang}/{path}") for who, path in WHOSE if path not in ALIKE for lang in LANGS]
ALL += [one for one in IN_TURN if one[1][4:] in ALIKE]
FAULTY = {  # what is wrong in the form of a page
    ("saara", "/sv/enter/phone-ring"): {"attempted": "10", "reached": "900000"},
    ("saara", "/en/decide"): {"title_en": "Call 131052-308T"},
    ("saara", "/fi/account"): {"password": "x", "new": "short", "again": "other"},
    ("aino", "/sv/people"): {"note": "x", "days": "999"},
    ("", "/fi/login"): {"name": "nobody", "password": "nothing"},
}
# Fills a form and hands it in as somebody would whose browser checks nothing.
SEND = """given => {
  const form = [...document.querySelectorAll('main form')].find(one => one.elements[Object.keys(given)[0]])
  for (const [name, text] of Object.entries(given)) form.elements[name].value = text
  form.noValidate = true
  form.querySelector('button:not([type=button])').click()
}"""


@pytest.fixture(scope="module")
def house(inner_workspace: Workspace) -> Iterator[str]:
    """Serve a city in which people log in; gives its address."""
    with served(site(inner_workspace, clock=lambda: NOW)) as url:
        yield url


@pytest.fixture(scope="module")
def states(browser: Any, house: str) -> dict[str, Any]:  # noqa: ANN401 - Playwright may not be installed
    """Give what the browser of each of them keeps, once logged in."""
    found = {"": None}
    for name in ("saara", "aino"):
        with browser.new_context() as context:
            log_in(context, house, name)
            found[name] = context.storage_state()
    return found


@pytest.fixture(scope="module")
def contexts(browser: Any, states: dict[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - likewise
    made = {name: browser.new_context(viewport=DESK, storage_state=state) for name, state in states.items()}
    yield made
    for one in made.values():
        one.close()


@pytest.fixture(scope="module", params=ALL, ids=lambda one: one[1])
def here(request: Any, contexts: dict[str, Any], house: str) -> Iterator[Opened]:  # noqa: ANN401 - likewise
    who, path = request.param
    with opened(contexts[who], house + path) as one:
        assert one.page.url == house + path
        yield one


@pytest.fixture(scope="module", params=IN_TURN, ids=lambda one: one[1])
def turn(request: Any, contexts: dict[str, Any], house: str) -> Iterator[tuple[str, Opened]]:  # noqa: ANN401 - likewise
    who, path = request.param
    with opened(contexts[who], house + path) as one:
        yield who, one


def violations(page: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a page of playwright's
    """Give what the accessibility check says: all rules in the light, those on colours in the dark."""
    page.emulate_media(color_scheme="light")
    found = axe.Axe().run(page, options=RULES).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("options => axe.run(document, options)", COLOURS)["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def poor(page: Any) -> list[object]:  # noqa: ANN401 - a page of playwright's
    """Give what sticks out sideways on a phone, at 400 % and on a desk, or is too small to read there."""
    found: list[object] = []
    for size in (ZOOMED, PHONE, DESK):
        page.set_viewport_size(size)
        found += page.evaluate(SIDEWAYS)
        least = page.evaluate(SMALLEST)
        found += [least] if least[0] < 11 and size is not ZOOMED else []
    return found


def test_nobody_is_barred_nobody_else_is_called_and_nothing_jumps(here: Opened, house: str):
    assert here.page.evaluate(SHIFTS) == 0
    assert violations(here.page) == []
    assert poor(here.page) == []
    assert here.said == []
    assert here.hosts == {house}


def test_the_keyboard_reaches_everything_and_one_sees_where_one_is(turn: tuple[str, Opened]):
    page = turn[1].page
    wanted, hidden, steps = page.evaluate(REACHABLE), [], 0
    while page.evaluate(MET) < wanted and steps < wanted + 40:
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(FOCUSED))
        steps += 1

    assert page.evaluate(MET) >= wanted
    assert [one for one in hidden if one] == []


def test_a_page_without_scripts_says_the_same(
    turn: tuple[str, Opened],
    browser: Any,  # noqa: ANN401 - playwright's
    states: dict[str, Any],
):
    who, here = turn
    with browser.new_context(java_script_enabled=False, storage_state=states[who]) as context:
        page = context.new_page()
        page.goto(here.page.url)
        figures, said = page.evaluate(FIGURES), page.evaluate(SAID)

    assert here.page.evaluate(FIGURES) == figures
    assert [one for one in here.page.evaluate(SAID) if one not in said and "klo" not in one] == []


def test_paper_shows_the_content_whole_and_nothing_to_press(turn: tuple[str, Opened]):
    """But the form of a day, which is filled in with a pen where there is no line."""
    page = turn[1].page
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")

    assert [one for one in page.evaluate(PRESSED) if 'id="report"' not in one] == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize(("where", "given"), FAULTY.items(), ids=[path for _, path in FAULTY])
def test_a_form_that_comes_back_with_faults_keeps_the_same_laws(
    contexts: dict[str, Any], house: str, where: tuple[str, str], given: dict[str, str]
):
    with opened(contexts[where[0]], house + where[1]) as one:
        one.page.evaluate(SEND, given)
        one.page.wait_for_selector("[role=alert], [aria-invalid]")

        assert violations(one.page) == []
        assert poor(one.page) == []
