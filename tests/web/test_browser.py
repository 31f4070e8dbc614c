"""Laws of single pages that only a browser can tell: the first screen, the first key, a day chosen."""

import pytest
from browsing import DESK, MARKS, PHONE
from shown import LANGS

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS


@pytest.fixture(scope="module")
def desk(browser: sync_api.Browser) -> sync_api.Page:
    return browser.new_page(viewport=DESK)


@pytest.fixture(scope="module")
def phone(browser: sync_api.Browser) -> sync_api.Page:
    return browser.new_page(viewport=PHONE)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_mayors_answers_stand_on_the_first_screen(
    desk: sync_api.Page, phone: sync_api.Page, address: str, lang: str, size: dict[str, int]
):
    page = desk if size is DESK else phone
    page.goto(f"{address}/{lang}/")
    boxes = [one.bounding_box() for one in page.locator(".summary h1, .summary dt, .summary dd").all()]

    assert len(boxes) >= 9
    assert max(one["y"] + one["height"] for one in boxes) <= size["height"]


def test_figures_in_one_row_of_tiles_stand_on_one_line(desk: sync_api.Page, address: str):
    desk.goto(f"{address}/fi/")
    for part in ("h3", ".value", ".direction", ".spark", ".age"):
        tops = [round(one.bounding_box()["y"]) for one in desk.locator(f".tile {part}").all()]
        assert (len({*tops[:4]}), len({*tops[4:]})) == (1, 1), part


def test_the_first_stop_of_the_keyboard_skips_to_the_content(desk: sync_api.Page, address: str):
    desk.goto(f"{address}/fi/")
    desk.keyboard.press("Tab")
    skip = desk.evaluate("() => document.activeElement.className")
    desk.keyboard.press("Enter")

    assert skip == "skip"
    assert desk.evaluate("() => document.activeElement.id") == "main"


def test_a_day_is_chosen_without_a_script(browser: sync_api.Browser, address: str):
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as bare:
        page = bare.new_page()
        page.goto(f"{address}/sv/indicator/cases?area=853")
        page.locator("input[name=as_of]").fill("2021-03-18")
        page.locator("button").click()

        assert page.url == f"{address}/sv/indicator/cases?area=853&as_of=2021-03-18"
        assert "Så här visste man 18.3.2021 kl. 23.59" in page.locator("header").inner_text()
