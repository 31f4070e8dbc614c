"""Roles, classes, routes, formats: who is answered what, asked of every route that there is.

A workspace holds a source, an indicator and decisions of each class, of Tampere's own and of Turku's; each
has a mark of its own. Every role asks every route, and is shown no mark of what it may not see.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import ZipFile

import duckdb
import pytest
from pypdf import PdfReader
from shown import land
from starlette.routing import Route
from visiting import AT, PEOPLE, Visitor, populated

from tilannekuva.domain.access import Visibility
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.looks import Look
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import server
from tilannekuva.web.registry import PAGES
from tilannekuva.web.rules import PAGE_RULES, RULES
from tilannekuva.web.urls import PATHS

CLASSES: tuple[Visibility, ...] = ("public", "shared", "internal", "leadership")
CITIES = {"837": "Tampere", "853": "Turku"}
SHOWN = {  # whose browser: which class is shown of which city; names of definitions are of no city
    "": {"public": "837 853"},
    "aino": {"public": "837 853"},
    "petra": {"public": "837 853", "shared": "837 853"},
    "saara": {"public": "837 853", "shared": "837 853", "internal": "837"},
    "leena": {"public": "837 853", "shared": "837 853", "internal": "837", "leadership": "837"},
    "tuula": {"public": "837 853", "shared": "837 853", "internal": "853"},
}
ALLOWED = {  # which right: whose browser
    "look": {*SHOWN},
    "deliver": set[str](),
    "report": {"saara", "leena", "tuula"},
    "decide": {"saara", "leena", "tuula"},
    "manage": {"aino"},
}
BEFORE = AT - timedelta(days=1)
OPEN = ("/static", "/own", "/manifest", "/api")  # the same for all, or for programs
_SLOW = ("png", "pdf")  # asked of one indicator alone; of a PNG the words are those of its sister in SVG
INDICATOR = """
id = "{name}"
title = {{ fi = "Mitta{name}", sv = "Mitta{name}", en = "Mitta{name}" }}
short = {{ fi = "Mitta{name}", sv = "Mitta{name}", en = "Mitta{name}" }}
unit = {{ fi = "kpl", sv = "st", en = "pcs" }}
explanation = {{ fi = "Selitys.", sv = "Förklaring.", en = "Explained." }}
caveats = {{ fi = "Ei ole.", sv = "Inga.", en = "None." }}
theme = "people"
tile = {tile}
visibility = "{visibility}"
sources = ["{name}"]
"""
SOURCE = """
id = "{name}"
title = {{ fi = "Lahde{name}", sv = "Lahde{name}", en = "Lahde{name}" }}
about = {{ fi = "Lähetetään.", sv = "Skickas.", en = "It is sent." }}
publisher = "The cities"
licence = {{ fi = "CC BY 4.0", sv = "CC BY 4.0", en = "CC BY 4.0" }}
contact = "us@example.org"
rhythm = "1d"
snapshot = "delivery"

[fetch]
protocol = "inbox"
format = "csv"
columns = {{ kunta = "text", pvm = "day", luku = "count" }}

[[series]]
indicator = "{name}"
level = "municipality"
sql = "select kunta as area, pvm as reference_date, luku as value from raw"
"""


def name_of(visibility: str) -> str:
    return f"zq{visibility[:4]}"


def value_of(visibility: str, city: str) -> str:
    return f"{CLASSES.index(visibility) + 4}7{city}"  # type: ignore[arg-type]


def marks(visibility: str, city: str) -> set[str]:
    """Give what tells of a class: a value and a decision of a city, and names that are of no city."""
    return {value_of(visibility, city), f"decided{visibility}{city}"}


def names(visibility: str) -> set[str]:
    return {f"Mitta{name_of(visibility)}", f"Lahde{name_of(visibility)}", name_of(visibility)}


ALL = {mark for one in CLASSES for city in CITIES for mark in marks(one, city) | names(one)}


def allowed(who: str) -> set[str]:
    """Give the marks that somebody may be shown."""
    shown = SHOWN[who]
    own = {mark for one, cities in shown.items() for city in cities.split() for mark in marks(one, city)}
    return own | {mark for one in shown for mark in names(one)}


def decided(visibility: Visibility, city: str) -> Decision:
    title = f"decided{visibility}{city}"
    told = {
        "body": "city-board",
        "organ": "Hallitus",
        "title_fi": title,
        "title_sv": title,
        "title_en": title,
    }
    told |= dict.fromkeys(("legal_basis", "link", "note"), "") | {"case_number": title, "status": "normal"}
    days = {"taken_on": AT.date(), "published_at": AT, "effective_from": AT.date(), "effective_to": None}
    return Decision(
        source="own",
        id=title,
        area=f"municipality:{city}",
        measures=(),
        known_at=BEFORE,
        look=1,
        visibility=visibility,
        municipality=f"municipality:{city}",
        **told,
        **days,
    )


def prepare(folder: Path) -> None:
    """Make the workspace, of little more than what is marked."""
    settings = [name_of(one) for one in CLASSES]
    (folder / "tilannekuva.toml").write_text(
        f'title = "Kuva"\nareas = ["municipality:837", "municipality:853"]\nsources = {settings}\n'
    )
    for tile, one in enumerate(CLASSES, 1):
        told = {"name": name_of(one), "visibility": one, "tile": tile}
        for kind, text in (("indicators", INDICATOR), ("recipes", SOURCE)):
            (folder / kind).mkdir(exist_ok=True)
            (folder / kind / f"{name_of(one)}.toml").write_text(text.format(**told))
    workspace = Workspace(folder)
    decisions = [decided(one, city) for one in CLASSES for city in CITIES]
    with workspace.writing("test"):
        workspace.define(BEFORE)
        looks = [Look(1, "own", BEFORE, "ok")]
        workspace.ledger.commit(workspace.store.fence, looks=looks, decisions=decisions, at=AT)
    for one in CLASSES:
        lines = [
            f"{name};2021-03-1{n};{value_of(one, city)}" for city, name in CITIES.items() for n in (7, 8)
        ]
        land(
            workspace,
            name_of(one),
            "\n".join(["kunta;pvm;luku", *lines, ""]).encode(),
            AT - timedelta(hours=1),
        )
    populated(workspace)
    workspace.close()


@dataclass
class Asked:
    """What everybody was answered: by who and address the status, where they were led, the marks shown."""

    statuses: dict[tuple[str, str, str], int] = field(default_factory=dict)
    led: dict[tuple[str, str, str], str] = field(default_factory=dict)
    found: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    rights: dict[tuple[str, str], str] = field(default_factory=dict)
    headers: dict[tuple[str, str, str], str] = field(default_factory=dict)


def filled(workspace: Workspace, route: Route) -> Iterator[str]:
    """Give the addresses of a route: of every indicator, decision and landing that there is."""
    sums = [one.sha256 for one in workspace.ledger.looks()]
    texts = {
        "lang": ["fi"],
        "sha256": sums,
        "name": ["style.css"],
        "kind": ["xlsx", "parquet", "geojson"],
        "source": [name_of("internal")],
        "receipt": ["r20210320-120000-000000000000"],
        "id": [*(name_of(one) for one in CLASSES), "nothing"],
    }
    if "decisions/{id" in route.path:
        texts["id"] = [one.name for one in workspace.ledger.decisions()]
    if route.path.endswith(_SLOW):
        texts["id"] = [name_of("internal")]
    yield from _each(route.path, {key: texts[key] for key in route.param_convertors})


def _each(path: str, texts: dict[str, list[str]]) -> Iterator[str]:
    if not texts:
        yield path
        return
    (key, values), *rest = texts.items()
    for value in values:
        yield from _each(re.sub(rf"\{{{key}(:\w+)?\}}", value, path), dict(rest))


def right(route: Route) -> str:
    page = next((one for one in PAGES if route.path in _paths(one)), "")
    return PAGE_RULES[page] if page else RULES["/own/" if route.path.startswith("/own/") else route.path]


def _paths(page: str) -> set[str]:
    path = "/{lang:lang}/" + PATHS[page][0].replace("{id}", "{id:slug}")
    return {path, *(f"{path}{'' if PATHS[page][0] else 'index'}.{one}" for one in ("json", "csv"))}


def plain(content: bytes) -> str:
    """Give a body, unpacked, in which numbers stand without what groups their digits."""
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as packed:
            content = b"\n".join(packed.read(one) for one in packed.namelist())
    if content.startswith(b"%PDF"):
        content = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).encode()
    if content.startswith(b"PAR1"):
        with NamedTemporaryFile(suffix=".parquet") as file:
            file.write(content)
            file.flush()
            content = str(
                duckdb.execute(
                    "select cast(columns(*) as varchar) from read_parquet(?)", [file.name]
                ).fetchall()
            ).encode()
    return re.sub(r"(?<=\d)(?:\s|&nbsp;|&#160;|,)(?=\d)", "", content.decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def asked(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("matrix") / "workspace"
    shutil.copytree(bare, folder)
    prepare(folder)
    workspace, told = Workspace(folder), Asked()
    moments = (AT + nth * timedelta(seconds=2) for nth in count())  # nobody asks too often
    app = server.site(workspace, clock=lambda: next(moments))
    routes = [one for one in app.app.routes if isinstance(one, Route)]  # type: ignore[attr-defined]
    for who in SHOWN:
        visitor = Visitor(app)
        assert not who or 303 == visitor.login(who).status_code
        for route in routes:
            _ask(told, who, visitor, route, [*filled(workspace, route)])
    yield told
    workspace.close()


def _ask(told: Asked, who: str, visitor: Visitor, route: Route, addresses: list[str]) -> None:
    method = "POST" if "POST" in (route.methods or ()) else "GET"
    if route.path.startswith("/login/oidc") or route.path.endswith("/logout") or "/events" in route.path:
        return  # tried elsewhere
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    for address in addresses:
        answer = visitor.ask(method, address, headers, {} if method == "POST" else None)
        key = (who, method, address)
        told.rights[method, address] = right(route)
        told.statuses[key] = answer.status_code
        told.led[key] = answer.headers.get("location", "")
        told.headers[key] = answer.headers.get("cache-control", "")
        text = plain(answer.content)
        told.found[key] = {mark for mark in ALL if mark in text or mark in str(answer.headers)}


def test_nobody_is_shown_what_they_may_not_see(asked: Asked):
    shown = {key: marks - allowed(key[0]) for key, marks in asked.found.items()}

    assert {} == {key: marks for key, marks in shown.items() if marks and not _own_words(key, marks)}


def _own_words(key: tuple[str, str, str], found: set[str]) -> bool:
    """Whether an answer only tells what the address asked for: a name that was typed is no news.

    Who makes tokens is told the ids of the sources that these are for.
    """
    ids = {name_of(one) for one in CLASSES} if key[2] == "/fi/people" else set()
    return all(mark in key[2] or mark in ids for mark in found)


def test_everybody_is_shown_all_that_they_may_see(asked: Asked):
    """The marks are seen where they may be, else the test before this one would see nothing."""
    for who in SHOWN:
        seen = {mark for key, marks in asked.found.items() if key[0] == who for mark in marks}
        assert set() == allowed(who) - seen, who


def test_who_has_a_right_is_answered_and_nobody_else(asked: Asked):
    wrong = {}
    for (who, method, address), status in asked.statuses.items():
        key = (who, method, address)
        is_refused = status in (401, 403) or "/login?" in asked.led[key]
        has_right = who in ALLOWED[asked.rights[method, address]] and (who or "/account" not in address)
        if is_refused == bool(has_right) or status >= 500:
            wrong[key] = status

    assert {} == wrong


def test_what_is_hidden_is_answered_as_what_is_not_there(asked: Asked):
    for (who, method, address), status in asked.statuses.items():
        hidden = [one for one in CLASSES if name_of(one) in address and one not in SHOWN[who]]
        if hidden and asked.rights[method, address] == "look":
            assert status == 404, (who, address)


def test_who_is_known_is_answered_for_themselves_alone(asked: Asked):
    shared = {
        key
        for key, told in asked.headers.items()
        if key[0]
        and told != "private, no-store"
        and not key[2].startswith(("/static", "/own", "/manifest", "/api"))
    }

    assert set() == shared


def test_the_whole_is_asked(asked: Asked):
    """Every route is asked by everybody, in every form."""
    assert {*SHOWN} == {*PEOPLE, ""}
    assert len(asked.statuses) >= 6 * 100
    for page in PAGES:
        for path in _paths(page):
            start = path.replace("{lang:lang}", "fi").partition("{")[0]
            assert any(address.startswith(start) for _, _, address in asked.statuses), path
