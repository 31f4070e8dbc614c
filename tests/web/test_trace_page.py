"""Laws of the trace page: it shows the number of its data, its way from the bytes, and why there is none."""

import hashlib
from datetime import date

import pytest
from shown import LANGS, NOW, REWOUND, Element, ask, rows, tree

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language
from tilannekuva.web.server import site

BASE, DERIVED = "trace/cases", "trace/incidence-14d"


def main(app: FastPath, path: str) -> Element:
    return tree(ask(app, path).text).find("main")[0]


def steps(app: FastPath, path: str, step: str) -> list[dict[str, object]]:
    return [row for row in rows(app, path) if row["step"] == step]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", [BASE, DERIVED, f"{BASE}?{REWOUND}"])
def test_the_number_is_that_of_the_day_and_of_its_data(app: FastPath, lang: str, path: str):
    shown = main(app, f"/{lang}/{path}").find("data")[0]
    (value,) = steps(app, f"/{lang}/{path}", "value")

    assert shown.attributes["data-of"] == f"{value['indicator']} {value['area']} {value['reference_date']}"
    assert round(float(shown.attributes["value"]), 1) == round(float(str(value["value"])), 1)


def test_every_time_that_a_number_was_told_stands_in_the_table(app: FastPath):
    told = steps(app, f"/fi/{BASE}", "told")
    lines = main(app, f"/fi/{BASE}").find("tbody")[0].find("tr")

    assert len(lines) == len(told) > 0
    assert lines[0].find("td")[0].text == language("fi").number(float(str(told[-1]["value"])))


def test_a_computed_number_shows_its_formula_and_leads_to_each_of_its_inputs(app: FastPath):
    page = main(app, f"/sv/{DERIVED}")
    inputs = steps(app, f"/sv/{DERIVED}", "input")
    links = [one.attributes["href"] for one in page.find("a", "fig")]

    assert "sum(c.value)" in page.find("pre")[0].text
    assert len(links) == len(inputs) == 31
    assert all(ask(app, one).status_code == 200 for one in links[:3])
    assert [one["reference_date"] for one in inputs] == sorted(
        (one["reference_date"] for one in inputs), reverse=True
    )


@pytest.mark.parametrize("indicator", ["positivity", "incidence-14d", "change-7d"])
def test_what_went_in_is_what_the_pages_of_the_inputs_say(app: FastPath, indicator: str):
    """Also where an input is computed itself, from days before the first that is shown."""
    for one in steps(app, f"/fi/trace/{indicator}", "input"):
        given = rows(app, f"/fi/indicator/{one['indicator']}")
        same = [row for row in given if all(row[key] == one[key] for key in ("area", "reference_date"))]

        assert [(row["value"], row["status"]) for row in same] == [(one["value"], one["status"])]


@pytest.mark.parametrize("lang", LANGS)
def test_the_bytes_are_a_link_away_and_are_those_that_are_named(app: FastPath, lang: str):
    (value,) = steps(app, f"/{lang}/{BASE}", "value")
    (link,) = [one for one in main(app, f"/{lang}/{BASE}").find("a") if "download" in one.attributes]
    sent = ask(app, link.attributes["href"])

    assert link.attributes["href"] == f"/raw/{value['sha256']}"
    assert hashlib.sha256(sent.content).hexdigest() == value["sha256"]
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in sent.headers["content-security-policy"]


def test_bytes_that_are_nobodys_business_are_not_there(app: FastPath, city_workspace: Workspace):
    refused = city_workspace.ledger.last_look("hs-tests", outcomes=("refused",))
    recipe = city_workspace.ledger.definitions()["recipe", "hs-tests"].sha256
    assert refused

    assert [ask(app, f"/raw/{one}").status_code for one in (refused.sha256, recipe, "0" * 64)] == [404] * 3
    assert ask(app, "/raw/../ledger.sqlite").status_code == 404


def test_the_bytes_of_a_later_day_are_not_there_yet(app: FastPath):
    (value,) = steps(app, f"/fi/{BASE}", "value")
    address = f"/raw/{value['sha256']}"

    assert ask(app, address).status_code == 200
    assert ask(app, f"{address}?as_of={NOW.date() - (NOW.date() - date(2021, 3, 16))}").status_code == 404


def test_the_bytes_read_anew_give_the_same_number(app: FastPath):
    page = main(app, f"/fi/{BASE}?anew=1")

    assert page.find("p", "proven")[0].text == "Tavut luettiin uudelleen, ja niistä tulee sama luku."
    assert "Pirkanmaa" in page.find("dl", "facts")[-1].text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{BASE}?day=1999-01-01", "mikään lähde ei ole kertonut tästä päivästä"),
        (f"{BASE}?day=2021-03-19", "Luku on alustava"),
        (BASE, "Luku on vakiintunut"),
    ],
)
def test_why_there_is_a_number_or_none_is_said_in_words(app: FastPath, path: str, said: str):
    assert said in main(app, f"/fi/{path}").find("section", "lead")[0].text


def test_any_day_of_a_week_leads_to_the_week(app: FastPath):
    (monday,), (sunday,) = (
        steps(app, f"/fi/trace/cases-weekly?day={day}", "value") for day in ("2021-03-08", "2021-03-14")
    )

    assert monday == sunday
    assert monday["reference_date"] == "2021-03-08"


@pytest.mark.parametrize(("path", "status"), [("trace/nothing", 404), (f"{BASE}?day=soon", 400)])
def test_what_cannot_be_traced_is_refused(app: FastPath, path: str, status: int):
    assert ask(app, f"/en/{path}").status_code == status


def test_damaged_bytes_are_not_sent(own: Workspace):
    app = site(own, clock=lambda: NOW)
    (value,) = steps(app, f"/fi/{BASE}", "value")
    name = str(value["sha256"])
    (own.landing.folder / name[:2] / name).write_bytes(b"changed")

    assert ask(app, f"/raw/{name}").status_code == 500
    assert "ei voitu nyt lukea" in main(site(own, clock=lambda: NOW), f"/fi/{BASE}?anew=1").text
