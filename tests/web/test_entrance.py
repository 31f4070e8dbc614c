"""The entrance: what a browser gets, what is refused, what is written down."""
# ruff: noqa: S106 - passwords of nobody

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from shown import ask
from starlette.routing import Route
from visiting import AT, PASSWORD, Visitor, populated

from tilannekuva.access.audit import Row
from tilannekuva.flows import tokens
from tilannekuva.flows.entrance import CONSOLE, Entrance
from tilannekuva.flows.office import Office
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import server
from tilannekuva.web.app import FastPath, application
from tilannekuva.web.entrance import Door
from tilannekuva.web.gate import Cookie, Gate, inside
from tilannekuva.web.registry import PAGES
from tilannekuva.web.rules import PAGE_RULES, RULES, right_of

PAGE = "/fi/glossary"


@dataclass
class House:
    """A workspace with people, its site, and a clock that the test moves."""

    workspace: Workspace
    now: datetime = AT

    def __post_init__(self) -> None:
        self.app: FastPath = server.site(self.workspace, clock=lambda: self.now)

    def visitor(self, name: str = "", base: str = "http://site") -> Visitor:
        found = Visitor(self.app, base)
        if name:
            assert 303 == found.login(name).status_code
        return found

    def log(self) -> list[Row]:
        return Entrance(self.workspace).audit.rows()


@pytest.fixture(scope="module")
def prepared(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house") / "workspace"
    shutil.copytree(bare, folder)
    workspace = Workspace(folder)
    populated(workspace)
    workspace.close()
    return folder


@pytest.fixture
def house(prepared: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(prepared, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    yield House(workspace)
    workspace.close()


def test_who_logs_in_gets_a_session_that_no_script_and_no_other_site_can_have(house: House):
    answer = house.visitor().login("saara", next="/fi/map?day=2021-03-01")

    assert (303, "/fi/map?day=2021-03-01") == (answer.status_code, answer.headers["location"])
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} == {*flags}
    assert "tilannekuva" == name.split("=")[0]
    assert 43 == len(name.split("=")[1])


def test_by_https_the_cookie_is_bound_to_the_host_and_never_sent_in_clear():
    cookie = Cookie("tilannekuva", secure=True)

    assert "__Host-tilannekuva=x; Path=/; HttpOnly; SameSite=Lax; Secure" == cookie.written("x")
    assert "x" == cookie.read(b"a=b; __Host-tilannekuva=x")
    assert not cookie.read(b"tilannekuva=x")
    assert not cookie.read(b"__Host-tilannekuva=x; __Host-tilannekuva=y"), "one of two is somebody else's"


def test_the_address_of_the_settings_tells_whether_it_is_https(house: House):
    settings = house.workspace.settings.model_copy(update={"address": "https://kuva.example.fi"})
    house.workspace.settings = settings

    gate = server.door(house.workspace, lambda: AT).gate

    assert ("__Host-tilannekuva", "__Host-tilannekuva-login") == (gate.cookie.name, gate.binding.name)


def test_a_page_says_in_which_role_one_looks_and_is_kept_by_nobody(house: House):
    everybody, saara = ask(house.app, PAGE), house.visitor("saara").get(PAGE)

    assert "private, no-store" == saara.headers["cache-control"]
    assert "Cookie, Authorization, Accept-Encoding" == saara.headers["vary"]
    assert "Henkilöstö, Tampere" in saara.text
    assert "Henkilöstö" not in everybody.text
    assert "no-cache" == everybody.headers["cache-control"]


def test_a_stolen_cookie_opens_nothing_after_the_log_out(house: House):
    saara = house.visitor("saara")
    thief = house.visitor()
    thief.client.cookies.update(saara.client.cookies)
    assert "Henkilöstö" in thief.get(PAGE).text

    assert 303 == saara.post("/fi/logout").status_code

    assert "Henkilöstö" not in thief.get(PAGE).text
    assert {} == saara.cookies


def test_who_is_disabled_is_out_at_once(house: House):
    saara = house.visitor("saara")
    assert 200 == saara.get("/fi/account").status_code

    Office(house.workspace, CONSOLE, AT).disable("saara")

    assert "/fi/login?next=%2Ffi%2Faccount" == saara.get("/fi/account").headers["location"]
    assert 401 == saara.login("saara").status_code


def test_a_session_ends_when_it_is_not_used_and_when_its_day_is_over(house: House):
    saara = house.visitor("saara")
    house.now = AT + timedelta(minutes=29)
    assert 200 == saara.get("/fi/account").status_code

    house.now += timedelta(minutes=31)

    assert 303 == saara.get("/fi/account").status_code


def test_each_hour_a_browser_learns_another_number_and_the_old_one_opens_nothing(house: House):
    saara, thief = house.visitor("saara"), house.visitor()
    thief.client.cookies.update(saara.cookies)
    for minutes in (20, 40, 61):
        house.now = AT + timedelta(minutes=minutes)
        answer = saara.get(PAGE)
    house.now += timedelta(minutes=2)

    assert {"Path=/", "HttpOnly", "SameSite=Lax"} == {*answer.headers["set-cookie"].split("; ")[1:]}
    assert [200, 303] == [one.get("/fi/account").status_code for one in (saara, thief)]


def test_what_somebody_is_refused_is_written_down(house: House):
    saara = house.visitor("saara")
    statuses = [saara.get("/brief/fi.txt").status_code for _ in range(31)]
    token = tokens.issue_reader(house.workspace, "staff", municipality="837", days=1, note="", now=AT)
    changed = ask(house.app, "/fi/account", "POST", authorization=f"Bearer {token}")

    assert ([200] * 30 + [429], 403) == (statuses, changed.status_code)
    told = [(one.action, one.object, one.ok) for one in house.log()]
    assert [("view", "/brief/fi.txt", 1), ("view", "/brief/fi.txt", 0)] == told[-4:-2]
    assert ("send", "/fi/account", 0) == told[-1]


def test_a_number_that_a_browser_brings_never_becomes_a_session(house: House):
    """Fixation: who puts a cookie into another's browser before the log-in has nothing of it after."""
    saara = house.visitor()
    saara.client.cookies.set("tilannekuva", "fixed")

    saara.login("saara")

    thief = house.visitor()
    thief.client.cookies.set("tilannekuva", "fixed")
    assert 303 == thief.get("/fi/account").status_code


def test_a_log_in_ends_the_session_that_the_browser_had(house: House):
    saara = house.visitor("saara")
    before = saara.cookies
    saara.login("leena")

    old = house.visitor()
    old.client.cookies.update(before)

    assert 303 == old.get("/fi/account").status_code


HERE, THERE = "http://site", "http://evil.example"
SENT_FROM = [  # headers, whether a form with them is taken
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "none"}, True),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "cross-site", "origin": HERE}, False),
    ({"origin": HERE}, True),
    ({"origin": THERE}, False),
    ({"origin": "null"}, False),
    ({"origin": "http://site.evil.example"}, False),
    ({"origin": "http://evil.example/site"}, False),
    ({}, False),  # with a cookie, and no browser would say nothing
    ({"authorization": "Bearer x"}, False),  # likewise
]


@pytest.mark.parametrize(("headers", "taken"), SENT_FROM)
def test_a_form_of_another_site_is_refused(house: House, headers: dict[str, str], *, taken: bool):
    saara = house.visitor("saara")

    answer = saara.ask("POST", "/fi/logout", headers, {})

    assert answer.status_code in ((303,) if taken else (401, 403))
    assert taken == ("tilannekuva" not in saara.cookies)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_every_method_that_may_change_something_is_guarded(house: House, method: str):
    answer = house.visitor("saara").ask(method, PAGE, {"sec-fetch-site": "cross-site"})

    assert 403 == answer.status_code


AWAY = [
    "",
    "//evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "https://evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "/fi/\r\nSet-Cookie: a=b",
    "evil.example",
    " //evil.example",
    "/fi/login?next=/",
    "/login/oidc",
    "/ä",
]


@pytest.mark.parametrize("asked", AWAY)
def test_a_log_in_leads_to_no_other_site(house: House, asked: str):
    assert "/fi/" == inside(asked, "fi")
    assert "/fi/" == house.visitor().login("saara", next=asked).headers["location"]


def test_a_log_in_leads_back_to_the_page_that_asked_for_it():
    assert "/sv/map?day=2021-03-01&place=837" == inside("/sv/map?day=2021-03-01&place=837", "fi")


def test_a_token_that_reads_opens_data_as_its_role_and_changes_nothing(house: House):
    token = tokens.issue_reader(house.workspace, "staff", municipality="837", days=1, note="Power BI", now=AT)
    key = {"authorization": f"Bearer {token}"}

    answer = ask(house.app, "/fi/sources.json", **key)

    assert (200, "private, no-store") == (answer.status_code, answer.headers["cache-control"])
    assert "view" == house.log()[-1].action
    assert house.log()[-1].who.startswith("token:")
    assert 403 == ask(house.app, "/fi/account", "POST", **key).status_code
    house.now = AT + timedelta(days=2)
    assert 401 == ask(house.app, "/fi/sources.json", **key).status_code


def test_a_token_that_opens_nothing_is_told_so(house: House):
    answer = ask(house.app, "/fi/sources.json", authorization="Bearer tk_x")

    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])
    assert "no-store" == answer.headers["cache-control"]


def test_who_has_not_the_right_is_led_to_the_log_in_or_refused(house: House):
    data, nobody, saara = {"accept": "application/json"}, house.visitor(), house.visitor("saara")

    assert "/fi/login?next=%2Ffi%2Fpeople" == nobody.get("/fi/people").headers["location"]
    assert 401 == nobody.ask("GET", "/fi/people", data).status_code
    assert 403 == saara.get("/fi/people").status_code
    assert 200 == house.visitor("aino").get("/fi/people").status_code


def test_every_view_is_written_down_also_one_from_the_shelf(house: House):
    saara = house.visitor("saara")
    saara.get(f"{PAGE}?wall=1")
    saara.get(f"{PAGE}?wall=1")
    saara.get("/fi/indicator/nothing")
    saara.get("/static/style.css")

    told = [(one.who, one.role, one.municipality, one.action, one.object, one.ok) for one in house.log()[-3:]]

    who = ("saara", "staff", "municipality:837", "view")
    assert [(*who, f"{PAGE}?wall=1", 1)] * 2 + [(*who, "/fi/indicator/nothing", 0)] == told


def test_nothing_leaves_that_cannot_be_written_down(house: House):
    saara = house.visitor("saara")
    assert 200 == saara.get(PAGE).status_code
    with sqlite3.connect(house.workspace.book.path) as book:
        book.execute("create trigger full before insert on audit begin select raise(abort, 'full'); end")
    book.close()

    answer = saara.get(PAGE)

    assert 500 == answer.status_code
    assert "Sanasto" not in answer.text


def test_for_everybody_no_file_is_read(house: House):
    house.workspace.book.all("select 1")
    house.app.gate = Gate(None, "http://site", lambda: AT)  # type: ignore[arg-type]

    assert 200 == ask(house.app, PAGE).status_code
    assert 200 == ask(house.app, PAGE, cookie="another=1").status_code


def test_no_secret_is_in_a_log_a_page_an_error_or_the_log_of_views(
    house: House, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    saara, pages = house.visitor(), []
    pages += [saara.login("saara", password="canary wrong one two"), saara.login("nobody canary")]
    pages += [saara.login("saara"), saara.get("/fi/account"), saara.get(PAGE)]
    secret = saara.cookies["tilannekuva"]
    pages += [saara.post("/fi/account", password="canary", new="canary", again="canary 2")]
    pages += [ask(house.app, PAGE, authorization="Bearer tk_canary"), saara.post("/fi/logout")]

    told = [*caplog.messages, *map(str, house.log()), *(one.text for one in pages)]
    whole = house.workspace.book.path.read_bytes()

    assert not [one for one in told if "canary" in one or PASSWORD in one or secret in one]
    assert secret.encode() not in whole
    assert PASSWORD.encode() not in whole


def test_a_route_without_a_rule_is_not_served(house: House, monkeypatch: pytest.MonkeyPatch):
    for path, page in [("/en/new", ""), ("/new/", "own"), ("", "new page")]:
        with pytest.raises(LookupError, match="no rule"):
            right_of(path, page)
    door = server.door(house.workspace, lambda: AT)
    monkeypatch.setattr(Door, "routes", lambda _: [Route("/forgotten", door.shown)])
    with pytest.raises(LookupError, match="/forgotten has no rule"):
        application(house.app.site, door=door)


def test_no_rule_is_of_an_address_that_is_gone(house: House):
    paths = {one.path for one in house.app.app.routes}  # type: ignore[attr-defined]

    gone = {one for one in RULES if one not in paths and not any(path.startswith(one) for path in paths)}

    assert {"/ground/{id:slug}"} == gone, "which is there where a base map is"
    assert PAGE_RULES.keys() == PAGES.keys()


def test_wrong_tries_must_wait(house: House):
    visitor = house.visitor()
    statuses = [visitor.login("saara", password="wrong one two three").status_code for _ in range(6)]

    answer = visitor.login("saara")

    assert ([401] * 5, 429) == (statuses[:5], answer.status_code)
    assert 0 < int(answer.headers["retry-after"]) <= 120
    assert "Yritä uudelleen" in answer.text


def test_another_password_ends_all_sessions_but_a_new_one(house: House):
    saara, elsewhere, new = house.visitor("saara"), house.visitor("saara"), "neljä aivan uutta sanaa taas"

    assert 401 == saara.post("/fi/account", password="wrong one two", new=new, again=new).status_code
    assert 400 == saara.post("/fi/account", password=PASSWORD, new="salasana", again="salasana").status_code
    assert 303 == saara.post("/fi/account", password=PASSWORD, new=new, again=new).status_code

    assert 200 == saara.get("/fi/account").status_code
    assert 303 == elsewhere.get("/fi/account").status_code
    assert 303 == house.visitor().login("saara", password=new).status_code


def test_an_administrator_manages_the_people_of_their_own_municipality(house: House):
    aino = house.visitor("aino")
    people = "/fi/people"

    assert 303 == aino.post(people, do="add", name="Kaisa", role="staff", password=PASSWORD).status_code
    assert 303 == aino.post(people, do="role", name="kaisa", role="leadership").status_code
    assert 303 == aino.post(people, do="disable", name="saara").status_code

    kept = Entrance(house.workspace).people
    assert ("leadership", "municipality:837") == (
        kept.person("kaisa").role,
        kept.person("kaisa").municipality,
    )
    assert kept.person("saara").disabled_at
    assert {"add person", "change role", "disable person"} <= {one.action for one in house.log()}


@pytest.mark.parametrize("name", ["tuula", "aino", "nobody"])
@pytest.mark.parametrize("do", ["role", "password", "disable", "enable", "log-out"])
def test_an_administrator_changes_nobody_else(house: House, name: str, do: str):
    aino, before = house.visitor("aino"), Entrance(house.workspace).people.all()

    answer = aino.post("/fi/people", do=do, name=name, role="leadership", password=PASSWORD)

    assert 400 == answer.status_code
    assert before == Entrance(house.workspace).people.all()
    assert 200 == aino.get("/fi/account").status_code


def test_a_token_is_shown_once_and_ended_by_its_id(house: House):
    aino = house.visitor("aino")

    made = aino.post("/fi/people", do="read", role="staff", note="Power BI", days="30")

    token = made.text.partition("<code>tk_")[2].partition("<")[0]
    key = {"authorization": f"Bearer tk_{token}"}
    assert 200 == ask(house.app, PAGE, **key).status_code
    assert token not in aino.get("/fi/people").text
    found = Entrance(house.workspace).tokens.all()[0]
    assert 303 == aino.post("/fi/people", do="revoke", token=found.id).status_code
    assert 401 == ask(house.app, PAGE, **key).status_code


def test_where_nobody_can_log_in_no_page_speaks_of_it(empty: FastPath):
    assert "/fi/login" not in ask(empty, PAGE).text
    assert "tilannekuva user add" in ask(empty, "/fi/login").text


def test_a_program_is_answered_so_often_and_no_more(house: House):
    leena = house.visitor("leena")

    statuses = [leena.get("/brief/fi.txt").status_code for _ in range(31)]

    assert ([200] * 30, 429) == (statuses[:30], statuses[30])
