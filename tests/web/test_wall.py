"""Laws of the screen on the wall: pages and cities take turns, anybody can stop them, the past stays."""

from typing import TYPE_CHECKING

import pytest
from browsing import MARKS
from shown import REWOUND, Element, ask, tree

from tilannekuva.web.app import FastPath

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def wall(app: FastPath, address: str) -> Element:
    return tree(ask(app, address).text)


def after(page: Element) -> str:
    (link,) = (one for one in page.find("a") if one.attributes.get("id") == "turn")
    return link.attributes["href"]


def test_the_pages_of_each_city_take_turns_and_begin_again(app: FastPath):
    """Front, map, main indicator, changes; then those of the next city."""
    seen = ["/fi/?area=municipality:837&wall=1"]
    for _ in range(12):
        seen.append(after(wall(app, seen[-1])))

    pages = ("", "map", "indicator/incidence-14d", "changes")
    cities = ("837", "853", "109")
    assert [one.partition("?")[0] for one in seen] == [f"/fi/{page}" for _ in cities for page in pages] + [
        "/fi/"
    ]
    assert [f"municipality:{city}" in seen[4 * n] for n, city in enumerate((*cities, "837"))] == [True] * 4


@pytest.mark.parametrize("path", ["sources", "?area=hospital-district:06", "indicator/cases"])
def test_a_page_that_takes_no_turn_leads_to_the_first(app: FastPath, path: str):
    page = wall(app, f"/sv/{path}{'&' if '?' in path else '?'}wall=1")

    assert after(page).partition("?")[0] == "/sv/"


def test_the_wall_keeps_the_instant_and_shows_no_navigation_but_its_own(app: FastPath):
    page = wall(app, f"/en/?wall=1&{REWOUND}")
    (nav,) = (one for part in ("header", "footer") for one in page.find(part)[0].find("nav"))

    assert nav.attributes["class"] == "turns"
    assert REWOUND in after(page)
    assert page.find("div", "clock")[0].find("strong")[0].text == "As known 18 Mar 2021 at 23:59"
    assert page.find("header")[0].find("form") == []


def test_one_can_leave_the_wall_for_the_same_page(app: FastPath):
    page = wall(app, f"/fi/map?wall=1&{REWOUND}")

    assert [one.attributes["href"] for one in page.find("a") if one.text == "Poistu"] == [
        f"/fi/map?{REWOUND}"
    ]


class TestInABrowser:
    pytestmark = MARKS

    def test_pages_turn_by_themselves_until_somebody_presses_space(self, browser: "Browser", address: str):
        page = browser.new_page()
        page.clock.install()
        page.goto(f"{address}/fi/?wall=1")
        page.clock.run_for(19_000)
        assert page.locator("progress").get_attribute("value") != "0"
        with page.expect_navigation():
            page.clock.run_for(2_000)
        assert "/fi/map" in page.url
        page.keyboard.press("Space")
        assert page.locator("#pause").inner_text() == "Jatka"
        stood = page.locator("progress").get_attribute("value")
        page.clock.run_for(60_000)
        assert ("/fi/map" in page.url, page.locator("progress").get_attribute("value")) == (True, stood)
        page.close()

    def test_who_wants_less_motion_turns_the_pages_by_hand(self, browser: "Browser", address: str):
        with browser.new_context(reduced_motion="reduce") as calm:
            page = calm.new_page()
            page.goto(f"{address}/en/?wall=1")

            assert page.locator("#pause").inner_text() == "Continue"

    def test_a_wall_without_scripts_has_links_and_nothing_that_does_not_work(
        self, browser: "Browser", address: str
    ):
        with browser.new_context(java_script_enabled=False) as bare:
            page = bare.new_page()
            page.goto(f"{address}/en/?wall=1")

            assert (page.locator("#pause").is_visible(), page.locator("progress").is_visible()) == (
                False,
                False,
            )
            page.locator("#turn").click()
            assert "/en/map" in page.url
