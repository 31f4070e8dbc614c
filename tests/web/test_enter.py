"""Laws of entry: what the phone screen asks, what is taken, and what is told of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx2
import pytest
from entered import AREA, AT, PATH, SIX, TODAY, Counter, filled, hand_in, opened_counter, outcome
from shown import LANGS, tree

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.reports import Report
from tilannekuva.flows.update import received


@pytest.fixture
def counter(reporting: Path, tmp_path: Path) -> Iterator[Counter]:
    with opened_counter(reporting, tmp_path / "own") as one:
        yield one


@pytest.fixture(scope="module")
def reading(reporting: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Give a counter at which nothing is handed in."""
    with opened_counter(reporting, tmp_path_factory.mktemp("read") / "own") as one:
        yield one


def known(page: httpx2.Response) -> list[str]:
    """Give what stands beside the numbers."""
    return [" ".join(one.text.split()) for one in tree(page.text).find("span", "known")]


def test_a_report_lands_with_who_entered_it_and_is_told_back(counter: Counter):
    answer = counter.report(**SIX)

    (look,) = counter.looks()
    told = outcome(answer)
    assert (answer.status_code, look.outcome, look.news) == (200, "ok", 6)
    assert b"837,2020-04-07,,,,,,310,201,12,4,9,5" in counter.workspace.landing.read(look.sha256)
    assert b",maija," in counter.workspace.landing.read(look.sha256)
    assert counter.told("reached") == 201
    assert all(part in told for part in ("Otettu vastaan.", "7.4.2020", "Tavoitettu: 201"))


def test_the_same_form_sent_again_is_one_delivery(counter: Counter):
    form = counter.form() | SIX
    first, again = counter.ask(PATH, form), counter.ask(PATH, form)

    assert len(counter.looks()) == 1
    assert outcome(first) == outcome(again)


def test_what_landed_is_told_again_though_it_could_not_be_taken_now(counter: Counter):
    """A phone whose answer was lost sends once more, after somebody has corrected the day or weeks later."""
    form = counter.form() | SIX
    first = counter.ask(PATH, form)
    counter.report(attempted="400", reached="290")
    counter.now += timedelta(days=20)
    again = counter.ask(PATH, form)

    assert (200, outcome(first)) == (again.status_code, outcome(again))
    assert (2, 400) == (len(counter.looks()), counter.told("attempted"))


def test_a_form_filled_in_otherwise_is_another_delivery(counter: Counter):
    """Whoever goes back and mends a number is not told that the first one was taken."""
    form = counter.form() | SIX
    counter.ask(PATH, form)
    counter.ask(PATH, form | {"reached": "202"})

    assert len(counter.looks()) == 2
    assert counter.told("reached") == 202


def test_a_number_left_empty_stays_as_it_was(counter: Counter):
    counter.report(**SIX)
    counter.report(reached="205")

    assert [counter.told(one) for one in ("attempted", "reached", "served")] == [310, 205, 5]


def test_what_waits_for_the_next_update_is_told_so(reporting: Path, tmp_path: Path):
    with opened_counter(reporting, tmp_path / "own", alone=True) as one:
        answer = one.report(**SIX)

    assert answer.status_code == 200
    assert "Tallessa." in outcome(answer)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reached": "-1"}, "reached"),
        ({"reached": "1,5"}, "reached"),
        ({"reached": "paljon"}, "reached"),
        ({"reached": "²"}, "reached"),
        ({"day": "eilen"}, "day"),
        ({"day": "2020-04-08"}, ""),
        ({"day": "2010-04-07"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"attempted": "10", "reached": "900000"}, "reached"),
    ],
)
def test_what_cannot_be_true_comes_back_beside_its_field_and_does_not_land(
    reading: Counter, given: dict[str, str], field: str
):
    answer = reading.report(**SIX | given)
    page = tree(answer.text)
    marked = [one.attributes["name"] for one in page.find("input") if "aria-invalid" in one.attributes]

    assert (answer.status_code, reading.looks()) == (422, [])
    assert marked == ([field] if field else [])
    assert "Ei vielä lähetetty" in outcome(answer)
    assert {name: filled(page)[name] for name in SIX} == SIX | {k: v for k, v in given.items() if k in SIX}


def test_what_the_form_holds_back_is_refused_when_it_comes_by_another_way(counter: Counter):
    """By the address, a folder or a sheet: the same words, and nothing is believed."""
    hand_in(counter.workspace, Report(AREA, TODAY, {"attempted": 10, "reached": 90000}))
    (look,) = received(counter.workspace, clock=counter.clock)

    assert (look.outcome, look.news) == ("refused", 0)
    assert "90600 in all is more than Called: 840" in look.message


@pytest.mark.parametrize("lang", LANGS)
def test_a_fault_names_both_numbers_in_the_language_of_the_page(reading: Counter, lang: str):
    answer = reading.report(f"/{lang}/enter/phone-ring", attempted="10", reached="90000")
    said = " ".join(one.text for one in tree(answer.text).find("strong", "wrong"))

    assert {"90600", "840"} <= {word.strip(".,:") for word in said.replace("\N{NO-BREAK SPACE}", "").split()}


def test_a_number_is_lowered_only_by_a_signed_correction(counter: Counter):
    counter.report(**SIX)
    refused = counter.report(reached="150")
    taken = counter.report(reached="150", reason="Kaksi listaa laskettiin kahdesti")

    assert (refused.status_code, "reason" in filled(tree(refused.text))) == (422, True)
    assert (taken.status_code, counter.told("reached")) == (200, 150)
    assert b"kahdesti" in counter.workspace.landing.read(counter.looks()[-1].sha256)


def test_a_number_may_be_written_with_blanks(counter: Counter):
    counter.report(attempted=" 1 310 ", reached="7")

    assert counter.told("attempted") == 1310


def test_nothing_at_all_is_no_report(reading: Counter):
    answer = reading.report()

    assert (answer.status_code, reading.looks()) == (422, [])


@pytest.mark.parametrize(
    "receipt",
    [
        "r20200320-060000-0123456789ab",
        "r20200407-080000-0123456789ab",
        "nonsense",
        "",
        "r99999999-999999-0123456789ab",
    ],
)
def test_a_form_of_long_ago_or_of_the_future_is_to_be_checked_first(reading: Counter, receipt: str):
    """What lay on a phone for weeks may have been corrected since."""
    form = reading.form() | SIX
    answer = reading.ask(PATH, form | {"receipt": receipt})

    assert (answer.status_code, reading.looks()) == (422, [])
    assert "liian kauan sitten" in outcome(answer)


def test_a_form_of_long_ago_can_be_sent_once_it_is_checked(counter: Counter):
    held = counter.ask(PATH, counter.form() | SIX | {"receipt": "r20200320-060000-0123456789ab"})
    again = counter.ask(PATH, filled(tree(held.text)))

    assert (held.status_code, again.status_code, len(counter.looks())) == (422, 200, 1)


def test_what_another_person_left_on_the_phone_is_not_signed_unseen(counter: Counter):
    form = counter.form() | SIX
    counter.person = "pekka"
    answer = counter.ask(PATH, form)
    again = counter.ask(PATH, filled(tree(answer.text)))

    assert (answer.status_code, again.status_code) == (422, 200)
    assert b",pekka," in counter.workspace.landing.read(counter.looks()[-1].sha256)


def test_yesterday_stands_beside_each_number_and_today_once_it_is_told(counter: Counter):
    before = known(counter.ask())
    counter.report(**SIX)
    after = known(counter.ask())

    assert before[:3] == ["6.4.: 250", "6.4.: 200", ""]
    assert after[:3] == ["6.4.: 250 · 7.4.: 310", "6.4.: 200 · 7.4.: 201", "7.4.: 12"]


def test_the_page_says_how_many_wait_for_the_service(counter: Counter):
    counter.report(**SIX)

    assert "Jonossa: 4" in " ".join(tree(counter.ask().text).text.split())


def test_the_page_says_which_days_are_missing_and_leads_to_them(reading: Counter):
    page = tree(reading.ask().text)
    (link,) = page.find("ul", "days")[0].find("a")

    assert "viime viikolta puuttuu yksi päivä" in page.text
    assert link.text == "5.4.2020"
    assert filled(tree(reading.ask(link.attributes["href"]).text))["day"] == "2020-04-05"


@pytest.mark.parametrize(
    ("hours", "day"),
    [(0, TODAY), (24, TODAY), (24 + 3, TODAY + timedelta(days=1))],
    ids=["told", "lacks", "noon"],
)
def test_the_day_is_today_but_before_noon_yesterday_while_that_lacks(reading: Counter, hours: int, day: date):
    """On the seventh the sixth was told; on the eighth the seventh lacks."""
    reading.now = AT + timedelta(hours=hours)
    found = reading.form()["day"]
    reading.now = AT

    assert found == day.isoformat()


@pytest.mark.parametrize("day", ["0001-01-01", "2010-04-07", "9999-12-31", "2020-W15-2", "x"])
def test_any_day_in_the_address_opens_the_form_of_a_day_that_can_be_reported(reading: Counter, day: str):
    found = date.fromisoformat(reading.form(f"{PATH}?day={day}")["day"])

    assert TODAY - timedelta(days=60) <= found <= TODAY


def test_a_report_is_of_the_municipality_of_who_sends_it(counter: Counter):
    """Whatever the address or the form says."""
    counter.ask(f"{PATH}?area=853", counter.form() | SIX | {"area": "municipality:853"})

    assert {one.area for one in counter.workspace.store.as_of(source="service-phone-ring")} == {AREA}


@pytest.mark.parametrize("viewer", [PUBLIC, Viewer("partner", AREA), Viewer("admin", AREA)])
def test_who_has_no_right_to_report_neither_sees_the_form_nor_sends_it(counter: Counter, viewer: Viewer):
    form = counter.form() | SIX
    counter.viewer, counter.person = viewer, counter.person if viewer != PUBLIC else ""
    answers = [counter.ask(), counter.ask("/fi/enter"), counter.ask(PATH, form)]

    assert [one.status_code for one in answers] == [303 if viewer == PUBLIC else 403] * 3
    assert counter.looks() == []


def test_a_report_of_an_age_band_is_one_of_that_band(counter: Counter):
    counter.report(attempted="30", reached="20", age="80-89")

    assert counter.told("reached", part="age:80-89") == 20


def test_what_begins_as_an_identity_code_is_not_kept(counter: Counter):
    answer = counter.report(**SIX | {"reason": "010170-999R"})

    assert answer.status_code == 422
    assert all("999R" not in str(one) for one in counter.looks())


def test_a_queue_that_nobody_empties_takes_no_more(reporting: Path, tmp_path: Path):
    """The phone keeps the report and tries again."""
    with opened_counter(reporting, tmp_path / "own", alone=True) as one:
        taken = one.workspace.folder / "inbox" / "service-phone-ring" / ".taken"
        for n in range(100):
            (taken / f"r20200407-050000-{n:012x}.xlsx").write_bytes(b"x")
        answer = one.report(**SIX)

    assert (answer.status_code, outcome(answer)) == (503, "")


def test_the_list_leads_to_each_service_that_is_taken(reading: Counter):
    page = tree(reading.ask("/fi/enter").text)

    assert [one.text for one in page.find("h2")] == ["Kauppakassi", "Soittorinki"]
