"""Laws of the page of changes: its numbers are those of both pictures; it says so when nothing changed."""

import json
from datetime import timedelta

import pytest
from shown import LANGS, NOW, Element, ask, land, rows, tree

from tilannekuva.domain.calendar import stamp
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.render import static
from tilannekuva.web.server import site


def page(app: FastPath, lang: str, query: str = "") -> Element:
    return tree(ask(app, f"/{lang}/changes{query}").text).find("main")[0]


@pytest.mark.parametrize("lang", LANGS)
def test_readings_are_told_as_the_two_front_pages_show_them(app: FastPath, lang: str):
    now, then = (
        {one["indicator"]: one for one in rows(app, f"/{lang}/{query}") if one["part"] == "tile"}
        for query in ("", "?as_of=2021-03-19T15:00Z")
    )
    told = [one for one in rows(app, f"/{lang}/changes") if one["kind"] == "reading"]

    assert len(told) > 3
    for one in told:
        assert (one["was"], one["value"]) == (then[one["indicator"]]["value"], now[one["indicator"]]["value"])
    same = now.keys() - {one["indicator"] for one in told}
    assert all(now[one]["value"] == then[one]["value"] for one in same)


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_that_tells_what_it_is_of_stands_in_the_data(app: FastPath, lang: str):
    given = {
        (
            f"{one['indicator']} {one['area']} {one['reference_date']}",
            "" if one["value"] is None else str(one["value"]),
        )
        for one in rows(app, f"/{lang}/changes?since=2021-03-18")
    }
    shown = page(app, lang, "?since=2021-03-18").find("data")

    assert len(shown) > 5
    assert {(one.attributes["data-of"], one.attributes["value"]) for one in shown} <= given


def test_a_corrected_value_is_named_with_day_source_and_both_values(own: Workspace):
    """One settled day of one district is told otherwise."""
    body = json.loads(own.landing.read(own.ledger.last_look("hs-cases-district").sha256))
    day = body["confirmed"]["Pirkanmaa"][-40]
    day["value"] += 700
    land(own, "hs-cases-district", json.dumps(body).encode(), NOW + timedelta(minutes=5))
    app = site(own, clock=lambda: NOW + timedelta(minutes=6))
    since = f"?since={stamp(NOW)}"

    (one,) = [row for row in rows(app, f"/fi/changes{since}") if row["kind"] == "corrected"]
    assert (one["indicator"], one["area"], one["value"] - one["was"]) == (
        "cases",
        "hospital-district:06",
        700,
    )
    assert one["reference_date"] == day["date"][:10]
    assert "1 arvo korjattu" in page(app, "fi", since).text


@pytest.mark.parametrize("query", [f"?since={stamp(NOW)}", "?since=2021-03-20T18:00Z", "?since=2030-01-01"])
def test_with_nothing_between_the_instants_there_is_nothing_and_the_page_says_so(app: FastPath, query: str):
    assert rows(app, f"/fi/changes{query}") == []
    assert page(app, "fi", query).find("h2") == []
    assert "vertailtavaa ei ole" in page(app, "fi", query).text


def test_an_instant_that_cannot_be_read_is_refused_in_words(app: FastPath):
    answer = ask(app, "/sv/changes?since=igår")

    assert answer.status_code == 400
    assert "Datumet kan inte läsas" in answer.text


def test_a_refused_answer_is_among_the_changes_of_its_day_only(app: FastPath):
    assert "Testit koko maassa (HS)" in page(app, "fi").find("section")[-1].text
    assert "refused" not in {one["kind"] for one in rows(app, "/fi/changes?as_of=2021-03-19")}


def test_the_script_of_the_last_visit_is_small():
    assert len(static("visit.js").packed) <= 500
