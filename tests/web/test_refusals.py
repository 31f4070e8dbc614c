"""A delivery that was not taken is told to whoever reports in the language of the page, with what to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from entered import AREA, SIX, SOURCE, TODAY, Counter, hand_in, opened_counter
from shown import LANGS, Element, tree

from tilannekuva.domain.reports import Report
from tilannekuva.flows.delivery import Desk
from tilannekuva.flows.update import received


@pytest.fixture(scope="module")
def counter(reporting: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with opened_counter(reporting, tmp_path_factory.mktemp("refused") / "own") as one:
        yield one


def card(counter: Counter, lang: str) -> Element:
    page = tree(counter.ask(f"/{lang}/sources").text)
    return next(one for one in page.find("article", "source") if one.attributes["id"] == SOURCE)


@pytest.fixture(scope="module")
def impossible(counter: Counter) -> Counter:
    hand_in(counter.workspace, Report(AREA, TODAY, {"attempted": 10, "reached": 90000}))
    received(counter.workspace, clock=counter.clock)
    return counter


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fi", ("Tampere, 7.4.2020", "Tavoitettu", "enemmän kuin Soitettu", "Tarkista molemmat luvut.")),
        ("sv", ("Tammerfors, 7.4.2020", "Nådda", "mer än Uppringda", "Kontrollera båda talen.")),
        ("en", ("Tampere, 7.4.2020", "Reached", "more than Called", "Check both figures.")),
    ],
)
def test_what_cannot_be_true_is_told_with_both_numbers(
    impossible: Counter, lang: str, words: tuple[str, ...]
):
    for told in card(impossible, lang).find("p", "message"):
        assert [one for one in (*words, "90600", "840") if one not in told.text] == []
        assert told.find("code") == []


def test_whoever_put_it_into_the_folder_reads_there_why_in_both_languages(impossible: Counter):
    refused = impossible.workspace.folder / "inbox" / SOURCE / "refused"
    (told,) = (one.read_text() for one in refused.glob("*-0123456789ab*.txt"))

    assert "90600 on enemmän kuin Soitettu: 840" in told
    assert "90600 är mer än Uppringda: 840" in told


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fi", "Henkilötietoja ei oteta vastaan"),
        ("sv", "Personuppgifter tas inte emot"),
        ("en", "counts alone"),
    ],
)
def test_a_delivery_that_tells_of_persons_is_told_so(counter: Counter, lang: str, words: str):
    body = b"municipality;day;reached\n837;2020-04-07;131052-308T\n"
    Desk(counter.workspace).deliver(SOURCE, body, f"r20200407-130000-{LANGS.index(lang):012x}")
    received(counter.workspace, clock=counter.clock)

    assert words in card(counter, lang).find("p", "message")[0].text
    assert "308T" not in card(counter, lang).text


@pytest.mark.parametrize("lang", LANGS)
def test_a_reason_that_tells_of_a_person_comes_back_beside_its_field(counter: Counter, lang: str):
    before = len(counter.looks())
    answer = counter.report(f"/{lang}/enter/phone-ring", **SIX, reason="soita 040 1234567")
    fields = [one for one in tree(answer.text).find("input") if "aria-invalid" in one.attributes]

    assert (answer.status_code, len(counter.looks()) - before) == (422, 0)
    assert [one.attributes["aria-describedby"] for one in fields] == ["reason-fault"]
