"""Decisions by the form: three fields are enough, what is handed in lands as bytes, versions never go."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from shown import NOW, Element, land, tree

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.calendar import helsinki_date, instant
from tilannekuva.flows.inbox import receipt
from tilannekuva.flows.picture import Question
from tilannekuva.flows.update import received
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.pages.decide import OWN
from tilannekuva.web.server import site

TAMPERE, TURKU = "municipality:837", "municipality:853"
STAFF, NEIGHBOUR = Viewer("staff", TAMPERE), Viewer("staff", TURKU)
TODAY = helsinki_date(NOW)
TOLD = {"title_fi": "Kirjastot suljetaan", "body": "crisis-group", "taken_on": TODAY.isoformat()}
EXPECTED = {
    "taken_on": (TODAY - timedelta(days=2)).isoformat(), "expected_indicator": "incidence-14d",
    "expected_direction": "down", "expected_size": "20", "expected_by": TODAY.isoformat(),
    "review_on": TODAY.isoformat(),
}  # fmt: skip


@dataclass
class Office:
    """A site with an inbox that somebody empties, and whoever sits before it."""

    workspace: Workspace
    app: FastPath
    viewer: Viewer = STAFF

    def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> httpx2.Response:
        """Ask the site as the viewer, whose name is maija."""

        async def named(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
            await self.app({**scope, "viewer": self.viewer, "person": "maija"}, receive, send)

        async def asked() -> httpx2.Response:
            transport = httpx2.ASGITransport(named, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
                body = urlencode(fields, doseq=True) if fields else None
                kind = {"content-type": "application/x-www-form-urlencoded"} if fields else {}
                return await client.request(method, path, content=body, headers=kind)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(asked())).result()

    def opened(self, path: str = "/fi/decide") -> dict[str, Any]:
        """Open a form and give the fields that go along unseen."""
        inputs = tree(self.ask("GET", path).text).find("input")
        hidden = (one.attributes for one in inputs if one.attributes.get("type") == "hidden")
        return {one["name"]: one["value"] for one in hidden if one["name"] in ("receipt", "seen_at", "of")}

    def record(self, path: str = "/fi/decide", **fields: Any) -> str:  # noqa: ANN401 - fields by name
        """Fill a form in and hand it in; gives the address that it leads to."""
        answer = self.ask("POST", path, self.opened(path) | fields)
        assert answer.status_code == 303, tree(answer.text).find("main")[0].text[:300]
        return answer.headers["location"]

    def page(self, path: str) -> Element:
        return tree(self.ask("GET", path).text).find("main")[0]

    def rows(self, path: str) -> list[dict[str, Any]]:
        return list(json.loads(self.ask("GET", f"{path}.json").content)["rows"])

    def do(self, where: str, act: str) -> str:
        """Give the address of a form that changes a decision."""
        return f"/fi/decide?decision={where.rpartition('/')[2]}&act={act}"


@contextmanager
def opened(workspace: Workspace) -> Iterator[Office]:
    """Open a site on a workspace, beside somebody who empties its inbox."""
    seconds = count()

    def clock() -> datetime:
        """Go on by a second whenever the clock is looked at."""
        return NOW + timedelta(seconds=next(seconds))

    app = site(workspace, clock=clock)
    assert app.site.reception

    async def emptied(_: float) -> None:
        received(workspace, clock=clock)

    app.site.reception.sleep = emptied
    with workspace.writing("test"):
        yield Office(workspace, app)


@pytest.fixture
def office(bare: Path, tmp_path: Path) -> Iterator[Office]:
    """Give the office of a city that has asked nothing yet: its pages take no time."""
    workspace = Workspace(shutil.copytree(bare, tmp_path / "own"))
    with opened(workspace) as made:
        yield made
    workspace.close()


@pytest.fixture(scope="module")
def refusing(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office at which nothing is recorded."""
    workspace = Workspace(shutil.copytree(bare, tmp_path_factory.mktemp("refusing") / "own"))
    with opened(workspace) as made:
        yield made
    workspace.close()


@pytest.fixture
def busy(own: Workspace) -> Iterator[Office]:
    """Give the office of a city with figures."""
    with opened(own) as made:
        yield made


def test_title_body_and_day_are_enough(office: Office):
    """The rest is filled in: for whom, by whom, and the picture it was made on, which can be opened."""
    (version,) = (one for one in office.rows(office.record(**TOLD)) if one["part"] == "version")

    assert (TAMPERE, "maija", "public", "Kirjastot suljetaan", "crisis-group") == tuple(
        version[name] for name in ("municipality", "by", "visibility", "title_fi", "body")
    )
    assert office.ask("GET", f"/fi/?published={version['picture']}").status_code == 200


def test_the_picture_kept_is_the_one_that_was_seen_when_the_form_was_opened(busy: Office):
    """As everybody sees it; what became known while it was filled in is not in it."""
    form = busy.opened()
    seen = busy.app.site.reader.answering(PUBLIC).picture(Question(NOW, TAMPERE)).id
    land(busy.workspace, "hs-tests", b'{"also broken": ', NOW + timedelta(minutes=1))
    busy.app.site.clear(NOW + timedelta(minutes=2))

    with busy.workspace.writing("test"):
        where = busy.ask("POST", "/fi/decide", form | TOLD).headers["location"]

    assert seen == busy.rows(where)[0]["picture"]


def test_what_is_handed_in_lands_as_bytes_with_who_entered_it(office: Office):
    office.record(**TOLD)

    look = office.workspace.ledger.last_look("decisions-own")
    (landed,) = json.loads(office.workspace.landing.read(look.sha256))["decisions"]

    assert ("maija", TAMPERE, TOLD["title_fi"]) == tuple(
        landed[name] for name in ("by", "municipality", "title_fi")
    )


def test_sent_twice_is_recorded_once_and_a_page_gone_back_to_makes_a_new_version(office: Office):
    """Of the same decision, under a receipt of its own: nothing that was written is lost."""
    form = office.opened() | TOLD
    first = office.ask("POST", "/fi/decide", form).headers["location"]

    assert first == office.ask("POST", "/fi/decide", form).headers["location"]
    assert 1 == len(office.rows(first))
    assert (
        first == office.ask("POST", "/fi/decide", form | {"title_fi": "Kirjastot kiinni"}).headers["location"]
    )
    assert ["Kirjastot kiinni", "Kirjastot suljetaan"] == [one["title_fi"] for one in office.rows(first)]


def test_who_saves_after_somebody_else_is_told_so_and_loses_nothing(office: Office):
    """The second of two forms that were open at once comes back as it was filled, and can be sent then."""
    where = office.do(office.record(**TOLD), "edit")
    first, second = (office.opened(where) | TOLD | {"owner": who} for who in ("Rehtori", "Johtaja"))
    answers = [office.ask("POST", where, form) for form in (first, first, second)]
    fields = {one.attributes["name"]: one.attributes for one in tree(answers[2].text).find("input")}

    assert [303, 303, 422] == [one.status_code for one in answers]
    assert "Joku muu on muuttanut" in answers[2].text
    assert "Johtaja" == fields["owner"]["value"]
    again = office.ask("POST", where, second | {"of": fields["of"]["value"]})
    assert ["Johtaja", "Rehtori", ""] == [one["owner"] for one in office.rows(again.headers["location"])]


FAULTS = {
    "no title": ({"title_fi": " "}, "title_fi"),
    "no body": ({"body": ""}, "body"),
    "no day": ({"taken_on": ""}, "taken_on"),
    "a day to come": ({"taken_on": "2021-04-20"}, "taken_on"),
    "ends before it begins": ({"effective_from": "2021-03-20", "effective_to": "2021-03-19"}, "effective_to"),
    "a script as link": ({"link": "javascript:alert(1)"}, "link"),
    "an effect without a direction": ({"expected_indicator": "cases"}, "expected_direction"),
    "no number": ({**EXPECTED, "expected_size": "paljon"}, "expected_size"),
    "a person": ({"text_fi": "Soittakaa 040 1234567"}, "text_fi"),
    "a day of no calendar of ours": ({"taken_on": "0001-01-01"}, "taken_on"),
    "hidden from oneself": ({"visibility": "leadership"}, "visibility"),
}


@pytest.mark.parametrize(("fields", "column"), FAULTS.values(), ids=FAULTS.keys())
def test_a_form_with_a_fault_comes_back_as_it_was_filled(
    refusing: Office, fields: dict[str, str], column: str
):
    """With the fault beside its field, and nothing recorded."""
    filled = {**TOLD, "options": "Lyhennetään aukioloa", **fields}
    answer = refusing.ask("POST", "/fi/decide", refusing.opened() | filled)

    page = tree(answer.text)
    marked = [one for one in page.walk() if one.attributes.get("aria-invalid") == "true"]
    said = [one.attributes["id"] for one in page.find("span", "fault")]
    assert (422, [column], [f"{column}-said"]) == (
        answer.status_code, [one.attributes["name"] for one in marked], said,
    )  # fmt: skip
    assert "Lyhennetään aukioloa" in page.text
    assert [] == refusing.workspace.ledger.decisions(source="decisions-own")


def test_several_measures_are_recorded_with_their_strengths(office: Office):
    where = office.record(**TOLD, measure=["C2", "H8"], **{"strength-C2": "2", "strength-C5": "1"})

    assert ("C2 H8", "2 -") == tuple(office.rows(where)[0][name] for name in ("measure", "strength"))


def test_a_decision_that_is_replaced_ends_the_day_before_and_leads_to_the_new_one(office: Office):
    old = office.record(**TOLD, effective_from="2021-03-10")
    new = office.record(
        office.do(old, "supersede"), **TOLD | {"title_fi": "Avataan"}, effective_from="2021-03-19"
    )

    told = office.rows(old)[0]
    assert (new.rpartition("/")[2], "2021-03-18") == (told["superseded_by"], told["effective_to"])
    assert "Avataan" in office.page(old).text
    assert "korvattu uudemmalla päätöksellä" in office.page(old).find("p", "standing")[0].text


def test_a_record_taken_back_leaves_the_list_and_its_versions_stay(office: Office):
    where = office.record(**TOLD)
    office.record(office.do(where, "withdraw"), sure="1")

    assert TOLD["title_fi"] not in office.page("/fi/decisions").text
    assert ["withdrawn", "normal"] == [one["status"] for one in office.rows(where)]


def test_a_decision_waits_for_its_review_until_it_is_reviewed(busy: Office):
    """On the front page, and with what was expected against what was seen."""
    where = busy.record(**TOLD | EXPECTED)
    assert "1 päätös on arvioitava" in busy.page("/fi/").text
    assert busy.page(where).find("section", "effect")

    busy.record(
        busy.do(where, "review"),
        seen="Väheni.",
        verdict="ended",
        reviewed_on=TODAY.isoformat(),
        review_on="",
    )

    assert "on arvioitava" not in busy.page("/fi/").text
    told = busy.rows(where)[0]
    assert (TODAY.isoformat(), "Väheni.", "ended") == tuple(
        told[n] for n in ("reviewed_on", "seen", "verdict")
    )
    assert told["effective_to"] == TODAY.isoformat()


def test_a_review_leaves_all_else_as_it_was(office: Office):
    where = office.record(
        **TOLD | EXPECTED, measure=["C2", "H8"], options="Ei mitään", published_at="2021-03-19T09:30"
    )
    office.record(
        office.do(where, "review"), seen="", verdict="kept", reviewed_on=TODAY.isoformat(), review_on=""
    )

    after, before = (one for one in office.rows(where) if one["part"] == "version")
    told = {"reviewed_on", "seen", "verdict", "review_on", "known_at"}
    assert {name for name in after if after[name] != before[name]} <= told


@pytest.mark.parametrize(
    ("viewer", "status"), [(PUBLIC, 401), (Viewer("partner", TURKU), 401), (NEIGHBOUR, 404)]
)
def test_only_who_may_decide_for_the_municipality_opens_its_form(office: Office, viewer: Viewer, status: int):
    where = office.record(**TOLD)
    office.viewer = viewer

    assert status == office.ask("GET", office.do(where, "edit")).status_code
    assert status == office.ask("POST", office.do(where, "edit"), {"receipt": "x"} | TOLD).status_code


@pytest.mark.parametrize("viewer", [PUBLIC, NEIGHBOUR])
def test_a_hidden_decision_is_as_one_that_is_not_there(office: Office, viewer: Viewer):
    """Its page, the list, the other that it replaces, and the picture kept for it alone."""
    old = office.record(**TOLD)
    where = office.record(
        office.do(old, "supersede"), **TOLD | {"title_fi": "Salainen"}, visibility="internal"
    )
    office.viewer = viewer

    hidden, absent = (office.ask("GET", path) for path in (where, where[:-6] + "000000"))
    assert (404, 404) == (hidden.status_code, absent.status_code)
    assert hidden.text == absent.text
    assert "Salainen" not in office.page("/fi/decisions").text
    assert ("", "") == tuple(office.rows(old)[0][name] for name in ("superseded_by", "by"))


def test_a_decision_that_was_open_once_and_is_hidden_now_is_not_there(office: Office):
    """Not even as it was told while it was open."""
    where = office.record(**TOLD)
    office.record(office.do(where, "edit"), **TOLD, visibility="internal")
    office.viewer = PUBLIC

    assert 404 == office.ask("GET", where).status_code


def test_where_nobody_updates_the_form_says_that_it_is_kept(office: Office):
    async def nothing(_: float) -> None:
        """Wait for nobody."""

    assert office.app.site.reception
    office.app.site.reception.sleep = nothing
    answer = office.ask("POST", "/fi/decide", office.opened() | TOLD)

    assert (202, 1) == (answer.status_code, len(tree(answer.text).find("p", "fault")))


@pytest.mark.parametrize("seen_at", ["", "nonsense", "2021-03-01T12:00:00Z"])
def test_a_form_of_long_ago_comes_back_as_it_was_filled_and_can_be_sent(refusing: Office, seen_at: str):
    """The picture that would be kept with it is then that of now."""
    answer = refusing.ask("POST", "/fi/decide", refusing.opened() | TOLD | {"seen_at": seen_at})
    inputs = {
        one.attributes["name"]: one.attributes.get("value", "") for one in tree(answer.text).find("input")
    }

    assert (422, "Kirjastot suljetaan") == (answer.status_code, inputs["title_fi"])
    assert "liian kauan sitten" in answer.text
    assert instant(inputs["seen_at"]) >= NOW


def test_what_is_not_changed_stays_to_the_second(office: Office):
    """Also half past three of the night in which the clock shows it twice."""
    at, empty = "2020-10-25T01:30:45Z", dict.fromkeys(office.workspace.source(OWN).fetch.columns, "")
    told = {**empty, **TOLD, "id": "x", "published_at": at, "municipality": TAMPERE}
    reception = office.app.site.reception
    assert reception
    reception.desk.deliver(OWN, json.dumps({"decisions": [told]}).encode(), receipt())
    received(office.workspace, clock=reception.now)
    office.app.site.clear(reception.now())
    (known,) = office.workspace.ledger.decisions(source=OWN)
    where = f"/fi/decisions/{known.name}"
    inputs = tree(office.ask("GET", office.do(where, "edit")).text).find("input")
    shown = {one.attributes["name"]: one.attributes.get("value", "") for one in inputs}
    office.record(office.do(where, "edit"), **TOLD, published_at=shown["published_at"], organ="Johtoryhmä")

    assert [instant(at)] * 2 == [
        one.published_at for one in office.workspace.ledger.decisions(revisions=True)
    ]
