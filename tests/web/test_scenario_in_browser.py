"""In Chromium, by keyboard: a slider that is moved brings its answer without losing its place."""

import pytest
from browsing import DESK, MARKS

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS

ASKED = "() => new URLSearchParams(location.search).get('work') === document.querySelector('#s-work').value"


def test_a_slider_brings_its_answer_and_keeps_the_focus(browser: sync_api.Browser, address: str):
    page = browser.new_page(viewport=DESK)
    page.goto(f"{address}/en/scenario?scenario=schools-closed")
    before = page.inner_text(".says")
    page.focus("#s-work")
    for _ in range(20):
        page.keyboard.press("ArrowRight")

    page.wait_for_function(ASKED)  # where keys come slowly there are answers on the way
    page.wait_for_function("text => document.querySelector('.says').innerText !== text", arg=before)
    assert "with your changes" in page.inner_text(".says")
    assert page.evaluate("document.activeElement.id") == "s-work"
    assert page.input_value("#s-work") == page.inner_text("#s-work + output")
    page.close()


def test_charts_that_came_with_an_answer_are_read_by_arrow_keys_too(browser: sync_api.Browser, address: str):
    page = browser.new_page(viewport=DESK)
    page.goto(f"{address}/en/scenario")
    page.fill("#s-school", "10")
    page.wait_for_function("() => document.querySelector('.says').innerText.includes('your changes')")
    page.wait_for_function("() => document.querySelectorAll('#results .g-reader').length === 3")
    page.focus("#results .g-reader")
    page.keyboard.press("End")

    assert "2021" in page.inner_text("#results .reading")
    page.close()
