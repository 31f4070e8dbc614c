"""In Chromium, by keyboard alone: a decision is recorded, stands in the chart, and is reviewed.

With the real inbox and the real runner beside the site.
"""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from browsing import DESK, MARKS, served
from shown import NOW

from tilannekuva.domain.access import Viewer
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import NoAnswer
from tilannekuva.flows.update import Runner
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.web.app import FastPath
from tilannekuva.web.server import site

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS
FOCUSED = "() => document.activeElement.name || document.activeElement.textContent.trim()"


class Staffed(FastPath):
    """A site before which one of Tampere's staff sits."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Answer as to them."""
        more = {"viewer": Viewer("staff", "municipality:837"), "person": "maija"}
        await super().__call__({**scope, **more}, receive, send)


def silent(recipe: Recipe, _: Look | None) -> Answer:
    """Answer for no source: this picture has what it has."""
    raise NoAnswer(f"{recipe.id} is not asked in this test")


@pytest.fixture
def office(own: Workspace) -> Iterator[str]:
    stop = threading.Event()
    runner = threading.Thread(target=Runner(own, silent, clock=lambda: NOW, pause=600).run, args=(stop,))
    app = site(own, clock=lambda: NOW + timedelta(minutes=1))
    runner.start()
    with served(Staffed(app.app, app.site)) as url:
        yield url
    stop.set()
    runner.join()


def tab_to(page: Any, name: str) -> None:  # noqa: ANN401 - a page of playwright's
    """Go on with the tabulator until a field, button or link of a name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def typed(page: Any, **fields: str) -> None:  # noqa: ANN401 - a page of playwright's
    """Fill fields in their order: days by their digits, choices by their first letters."""
    for name, keys in fields.items():
        tab_to(page, name)
        page.keyboard.type(keys)


def press(page: Any, name: str, then: str = "") -> None:  # noqa: ANN401 - a page of playwright's
    """Go to a link, a button or a fold by the tabulator and press it; wait for the page that it leads to."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    if then:
        page.locator("h1", has_text=then).wait_for()
        page.wait_for_load_state()


def test_a_decision_is_recorded_charted_and_reviewed_by_keyboard(browser: Any, office: str):  # noqa: ANN401 - playwright's
    page = browser.new_page(viewport=DESK, locale="en-GB")
    page.goto(f"{office}/fi/decisions")
    press(page, "Kirjaa päätös", "Kirjaa päätös")
    typed(page, title_fi="Soittokierros alkaa", body="Valmius")  # the day is today unless another is chosen
    press(page, "Odotettu vaikutus ja arviointi")
    typed(page, expected_indicator="Ilmaantuvuus 14", expected_direction="laskee", expected_size="20")
    typed(page, review_on="03032021")  # the third of March in any order of day and month
    press(page, "Tallenna", "Soittokierros alkaa")

    assert "Soittokierros alkaa" in page.locator("figure.graph .events").inner_text()
    assert "arvioitava" in page.request.get(f"{office}/fi/").text()

    press(page, "Arvioi", "Arvioi päätös")
    typed(page, seen="Ei vielä.", verdict="pysyy")
    press(page, "Tallenna", "Soittokierros alkaa")

    assert "päätös pysyy ennallaan" in page.locator("#review + p").inner_text()
    page.close()


def test_a_marker_in_a_chart_leads_to_its_decision(browser: Any, address: str):  # noqa: ANN401 - playwright's
    page = browser.new_page(viewport=DESK)
    page.goto(f"{address}/fi/indicator/incidence-14d")
    page.wait_for_selector(".g-reader", state="attached")
    marker = page.locator("svg:visible .g-event:not(:has(.g-shared))").first
    number = marker.locator("text").text_content()
    title = page.locator(f".events [value='{number}'] a").first.text_content()
    marker.click()
    page.locator("h1", has_text=title).wait_for(timeout=9_000)

    assert "/decisions/" in page.url
    page.close()
