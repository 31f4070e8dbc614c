"""Laws of the pages that are read: plain language, the glossary, the accessibility statement."""

import re
from pathlib import Path

import pytest
from shown import LANGS, NOW, REWOUND, Element, ask, rows, tree

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.pages.glossary import words
from tilannekuva.web.server import site

ROOT = Path(__file__).parent.parent.parent
LONGEST = 14  # words of a sentence in plain language
SENTENCE = re.compile(r"[^.!?]+[.!?](?=\s|$)")


def main(app: FastPath, path: str) -> Element:
    return tree(ask(app, path).text).find("main")[0]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("query", ["", f"?{REWOUND}", "?area=853"])
def test_plain_language_is_short_sentences(app: FastPath, lang: str, query: str):
    page = main(app, f"/{lang}/plain{query}")
    lines = [one.text for name in ("p", "li") for one in page.find(name) if not one.find("data")]
    long = [one for line in lines for one in SENTENCE.findall(line) if len(one.split()) > LONGEST]

    assert len(lines) > 20
    assert long == []


@pytest.mark.parametrize("lang", LANGS)
def test_plain_language_tells_figures_of_the_front_page(app: FastPath, lang: str):
    plain = {
        one.attributes["data-of"]: one.attributes["value"] for one in main(app, f"/{lang}/plain").find("data")
    }
    front = {
        f"{one['indicator']} {one['area']} {one['reference_date']}": str(one["value"])
        for one in rows(app, f"/{lang}/")
    }

    assert len(plain) == 8
    assert plain.items() <= front.items()


def test_plain_language_says_that_it_is_an_exercise_and_of_which_day(app: FastPath):
    said = main(app, f"/fi/plain?{REWOUND}").text

    assert "Tämä on harjoitus. Luvut eivät ole oikeita." in said
    assert "Sivu kertoo, mitä tiedettiin 18.3.2021." in said
    assert "Tänään on" not in said


def test_plain_language_without_figures_says_so(empty: FastPath):
    assert "Meillä ei ole vielä lukuja." in main(empty, "/fi/plain").text


def test_the_glossary_has_each_word_once_in_three_languages_of_its_own():
    found = words()
    named = [one for one in found if one.name and one.said]

    assert len({one.word for one in found}) == len(found)
    assert [one.word for one in found] == sorted((one.word for one in found), key=str.casefold)
    assert [one.word for one in found if (one.name is None) != (one.said is None)] == []
    assert [one.word for one in named if one.said and len({one.said.fi, one.said.sv, one.said.en}) < 3] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_glossary_page_has_an_anchor_a_word_in_the_order_of_the_alphabet(app: FastPath, lang: str):
    terms = main(app, f"/{lang}/glossary").find("dt")
    names = [str(one.inner[0]).strip() for one in terms]

    assert len(terms) == sum(one.name is not None for one in words())
    assert names == sorted(names, key=str.casefold)
    assert all(re.fullmatch(r"[a-z-]+", one.attributes["id"]) for one in terms)


def test_every_status_that_a_page_shows_stands_in_the_glossary(app: FastPath):
    anchors = {one.attributes["id"] for one in main(app, "/sv/glossary").find("dt")}

    assert {
        "provisional",
        "missing",
        "suppressed",
        "withdrawn",
        "zero",
        "settled",
        "level",
        "trace",
    } <= anchors


def test_the_glossary_for_developers_is_made_of_the_same_words():
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")

    assert [one.word for one in words() if f"**{one.word}**" not in text] == []


@pytest.mark.parametrize(
    ("lang", "supervisor"),
    [
        ("fi", "Liikenne- ja viestintävirasto Traficom"),
        ("sv", "Transport- och kommunikationsverket Traficom"),
        ("en", "Finnish Transport and Communications Agency Traficom"),
    ],
)
def test_the_statement_says_who_supervises_and_how_to_give_feedback(
    app: FastPath, lang: str, supervisor: str
):
    page = main(app, f"/{lang}/accessibility")
    links = [one.attributes["href"] for one in page.find("a")]

    assert supervisor in page.text
    assert "mailto:saavutettavuus@traficom.fi" in links
    assert re.search(r"\b14\b", page.text)
    assert "306/2019" in page.text


def test_the_statement_names_who_answers(own: Workspace):
    own.settings = own.settings.model_copy(update={"contact": "kuva@example.fi"})

    assert "kuva@example.fi" in main(site(own, clock=lambda: NOW), "/sv/accessibility").text
