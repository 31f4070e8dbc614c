"""Laws of entry on a phone: few actions, a poor line, the keyboard alone, no scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import COLOURS, MARKS, PHONE, RULES, SIDEWAYS, SMALLEST, ZOOMED, served
from entered import PATH, SIX, Counter, opened_counter

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS

# Targets of the form that are no thumb wide or high.
SMALL = """() => ['input:not([type=hidden])', 'select', 'button']
  .flatMap(what => [...document.querySelectorAll(`#report ${what}`)])
  .map(one => one.getBoundingClientRect())
  .filter(box => box.height < 44 || box.width < 44).length"""
MOST_ACTIONS = 8  # for a day of the phone ring: numbers written and buttons pressed


@pytest.fixture
def counter(reporting: Path, tmp_path: Path) -> Iterator[Counter]:
    with opened_counter(reporting, tmp_path / "own") as one:
        yield one


@pytest.fixture
def phone(browser: sync_api.Browser, counter: Counter) -> Iterator[sync_api.Page]:
    """Give the form opened on a phone."""
    with served(counter) as url, browser.new_context(viewport=PHONE, base_url=url) as context:
        page = context.new_page()
        page.goto(PATH)
        yield page


def fill(page: sync_api.Page, **fields: str) -> None:
    """Fill in the form and send it."""
    for name, text in fields.items():
        page.fill(f"#{name}", text)
    page.click("#report button")


def landed(counter: Counter) -> list[tuple[str, float | None]]:
    """Give the outcome of each look since the morning, and what was told of the seventh."""
    return [(one.outcome, counter.told("attempted")) for one in counter.looks()]


def test_a_day_is_entered_in_few_actions_by_the_keyboard_alone(counter: Counter, phone: sync_api.Page):
    actions = 0
    for number in SIX.values():
        phone.keyboard.type(number)
        actions += 1
        if actions < len(SIX):
            phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#told:focus")

    assert actions + 1 <= MOST_ACTIONS
    assert {stage: f"{counter.told(stage):g}" for stage in SIX} == SIX
    assert "Otettu vastaan." in phone.text_content("#told")


def test_three_days_entered_without_a_line_land_once_each_when_it_is_back(
    counter: Counter, phone: sync_api.Page
):
    phone.context.set_offline(True)
    for day in ("2020-04-05", "2020-04-06", "2020-04-07"):
        fill(phone, day=day, attempted="320", reached="210")
    phone.wait_for_function("document.querySelector('#waits output').textContent.split(',').length === 3")
    assert counter.looks() == []
    assert counter.person not in phone.evaluate("localStorage.waiting"), "the queue holds counts, no names"
    phone.context.set_offline(False)
    phone.wait_for_selector("#waits", state="hidden", timeout=12_000)  # before the next try is due, in 16 s

    assert landed(counter) == [("ok", 320)] * 3
    assert phone.locator("#told .outcome").count() == 3


def test_a_report_whose_answer_is_lost_on_the_way_lands_once(counter: Counter, phone: sync_api.Page):
    """It has landed, and the phone cannot know: it sends again, now or on its next visit."""
    lost = []

    def lose(route: sync_api.Route) -> None:
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    phone.route(
        f"**{PATH}",
        lambda route: lose(route) if route.request.method == "POST" and not lost else route.fallback(),
    )
    fill(phone, **SIX)
    phone.wait_for_selector("#waits:not([hidden])")
    phone.goto("/fi/enter")
    phone.wait_for_selector("#told")

    assert len(lost) == 1
    assert landed(counter) == [("ok", 310)]


def test_who_was_logged_out_meanwhile_is_asked_in_and_it_goes_on(counter: Counter, phone: sync_api.Page):
    counter.person = ""
    fill(phone, **SIX)
    phone.wait_for_selector("#waits .closed", state="visible")
    assert counter.looks() == []
    counter.person = "maija"
    phone.click("#waits .closed a")
    phone.wait_for_selector("#told")

    assert landed(counter) == [("ok", 310)]


def test_what_cannot_be_true_is_in_the_form_again_and_nothing_takes_its_place(
    counter: Counter, phone: sync_api.Page
):
    phone.context.set_offline(True)
    fill(phone, day="2020-04-06", attempted="5", reached="90000")
    fill(phone, day="2020-04-07", **SIX)
    phone.context.set_offline(False)
    phone.wait_for_selector("#told.held")
    phone.wait_for_timeout(700)  # in which the other report would be sent
    assert (phone.input_value("#reached"), phone.input_value("#day")) == ("90000", "2020-04-06")
    assert counter.looks() == []
    phone.fill("#reason", "Laskuvirhe")
    fill(phone, attempted="260", reached="210")
    phone.wait_for_selector("#waits", state="hidden")

    assert landed(counter) == [("ok", 310)] * 2


def test_what_waits_can_be_thrown_away(phone: sync_api.Page):
    phone.context.set_offline(True)
    fill(phone, **SIX)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.click("#waits button")
    phone.context.set_offline(False)

    assert phone.is_hidden("#waits")
    assert phone.evaluate("localStorage.waiting") == "[]"


def test_without_scripts_the_form_is_a_plain_one(browser: sync_api.Browser, counter: Counter):
    with served(counter) as url, browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(url + PATH)
        fill(page, **SIX)
        told = page.text_content("#told")

    assert landed(counter) == [("ok", 310)]
    assert "Tavoitettu: 201" in told


@pytest.mark.parametrize("sent", [{}, SIX, SIX | {"reached": "90000"}], ids=["empty", "told", "held"])
def test_the_screen_is_clean_to_axe_and_fits_a_phone(phone: sync_api.Page, sent: dict[str, str]):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    if sent:
        fill(phone, **sent)
        phone.wait_for_selector("#told")
    assert phone.evaluate(SMALL) == 0
    found = [
        one["id"] for how in (RULES, COLOURS) for one in axe.run(phone, options=how).response["violations"]
    ]
    phone.set_viewport_size(ZOOMED)

    assert found == []
    assert phone.evaluate(SIDEWAYS) == []
    assert phone.evaluate(SMALLEST)[0] >= 11
