"""Laws of the sources page and of the feed: what is wrong, since when, what to do; nothing of later."""

from datetime import datetime, timedelta
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import fromstring

import pytest
from shown import LANGS, NOW, REWOUND, Element, ask, land, rows, tree

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.feed import ATOM
from tilannekuva.web.server import site

BROKEN = "hs-tests"


def card(app: FastPath, lang: str, source: str, query: str = "") -> Element:
    page = tree(ask(app, f"/{lang}/sources{query}").text)
    return next(one for one in page.find("article", "source") if one.attributes["id"] == source)


def feed(app: FastPath, lang: str, query: str = "") -> Xml:
    return fromstring(ask(app, f"/{lang}/corrections.atom{query}").content)  # noqa: S314 - our own bytes


def texts(found: Xml, name: str) -> list[str]:
    return [one.text or "" for one in found.iter(f"{{{ATOM}}}{name}")]


def test_a_refused_answer_is_listed_with_its_reason_and_what_to_do(app: FastPath):
    found = card(app, "fi", BROKEN)

    assert "tilannekuva update --source hs-tests --accept" in found.text
    assert found.find("tbody")[0].find("tr")[0].text.split()[:4:3] == [
        "20.3.2021",
        "hylätty",
    ]
    assert len(found.find("p", "message")) == 2


def test_the_bar_grows_with_the_age_and_words_say_the_same(app: FastPath):
    """A line marks one rhythm; the whole bar is the age at which a source is late."""
    found = card(app, "en", "hs-cases-district")
    bar = found.find("svg", "rhythm")[0]
    row = next(one for one in rows(app, "/en/sources") if one["source"] == "hs-cases-district")
    age = NOW - datetime.fromisoformat(str(row["last_news_at"]))

    assert float(bar.find("rect")[1].attributes["width"]) == round(100 * age / timedelta(days=2.5), 1)
    assert bar.find("line")[0].attributes["x1"] == "40"
    assert f"Newest news is {round(age / timedelta(hours=1))} hours old; late after 2 days." in found.text


def test_every_source_names_what_it_tells(app: FastPath):
    links = [one.attributes["href"] for one in card(app, "sv", "hs-hospital").find("a")]

    assert "/sv/indicator/hospitalised" in links
    assert "hospitalised" in next(
        one["indicators"] for one in rows(app, "/sv/sources") if one["source"] == "hs-hospital"
    )


def test_a_page_of_the_past_knows_no_later_look_and_nothing_due(app: FastPath):
    found = card(app, "fi", BROKEN, f"?{REWOUND}")

    assert "hylätty" not in found.text
    assert "Seuraava kysely" not in found.text
    assert all(one["due_at"] is None for one in rows(app, f"/fi/sources?{REWOUND}"))


@pytest.mark.parametrize("lang", LANGS)
def test_the_feed_is_an_atom_feed(app: FastPath, lang: str):
    """One id, title, update and self link; entries with ids of their own, the newest first."""
    sent, found = ask(app, f"/{lang}/corrections.atom"), feed(app, lang)
    entries = found.findall(f"{{{ATOM}}}entry")
    updated = texts(found, "updated")

    assert sent.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert found.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == lang
    assert [one.attrib["href"] for one in found if one.attrib.get("rel") == "self"] == texts(found, "id")[:1]
    assert len({*texts(found, "id")}) == len(entries) + 1 > 1
    assert updated[1:] == sorted(updated[1:], reverse=True)
    assert updated[0] == updated[1]
    assert all(len(one.findall(f"{{{ATOM}}}{name}")) == 1 for one in entries for name in ("title", "content"))


def test_the_feed_tells_what_was_corrected_and_what_was_refused(app: FastPath):
    titles = texts(feed(app, "fi"), "title")

    assert titles[1] == "Vastaus hylätty: Testit koko maassa (HS)"
    assert "Korjattu: Uudet tartunnat päivässä" in titles


def test_every_entry_leads_to_a_page_that_is_there(app: FastPath):
    links = [one.attrib["href"] for one in feed(app, "sv").iter(f"{{{ATOM}}}link")]

    assert all(one.startswith("http://127.0.0.1:8000/sv/") for one in links)
    assert [
        one for one in links if ask(app, one.removeprefix("http://127.0.0.1:8000")).status_code != 200
    ] == []


def test_the_feed_of_the_past_is_what_it_was(own: Workspace):
    """Ids stay; what landed later is not in it."""
    before = feed(site(own, clock=lambda: NOW), "en")
    land(own, BROKEN, b"[", NOW + timedelta(minutes=5))
    later = site(own, clock=lambda: NOW + timedelta(hours=1))

    assert texts(feed(later, "en", f"?as_of={NOW:%Y-%m-%dT%H:%MZ}"), "id")[1:] == texts(before, "id")[1:]
    assert texts(feed(later, "en"), "id")[2:] == texts(before, "id")[1:]


def test_a_text_that_is_no_xml_does_not_break_the_feed(own: Workspace):
    own.settings = own.settings.model_copy(update={"title": "<A>\x01\x0b&]]>\ufffe"})

    assert texts(feed(site(own, clock=lambda: NOW), "en"), "title")[0] == "<A>&]]>: corrections"


def test_the_page_names_its_feed(app: FastPath):
    (link,) = [
        one for one in tree(ask(app, "/en/sources").text).find("link") if one.attributes["rel"] == "alternate"
    ]

    assert (link.attributes["type"], link.attributes["href"]) == (
        "application/atom+xml",
        "/en/corrections.atom",
    )
