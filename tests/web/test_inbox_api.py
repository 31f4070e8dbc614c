"""The law of handing in: who may, what is taken, and what is answered."""

import asyncio
import gzip
import shutil
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from delivered import AT, SOURCE, Box, city, prepare

from tilannekuva.access.audit import Audit
from tilannekuva.access.tokens import Tokens
from tilannekuva.flows import tokens
from tilannekuva.flows.delivery import Arrival, Desk
from tilannekuva.flows.inbox import TAKEN
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.update import received
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath, application
from tilannekuva.web.inbox import Reception
from tilannekuva.web.site import Shelf, Site

PATH = f"/api/inbox/{SOURCE}"
CSV = {"content-type": "text/csv"}


@dataclass
class Counter:
    """A site with an inbox, the token of its source, and whether somebody updates beside it."""

    box: Box
    app: FastPath
    token: str

    def ask(self, method: str, path: str, body: Any = b"", **headers: str) -> httpx2.Response:  # noqa: ANN401 - bytes, or pieces
        """Ask the site; header names are written with underscores."""
        named = CSV | {"authorization": f"Bearer {self.token}"}
        named |= {key.replace("_", "-"): value for key, value in headers.items()}

        async def asked() -> httpx2.Response:
            transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
                return await client.request(method, path, content=body, headers=named)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(asked())).result()

    def post(self, body: Any, **headers: str) -> httpx2.Response:  # noqa: ANN401 - bytes, or pieces
        """Hand in."""
        return self.ask("POST", PATH, body, **headers)

    def waiting(self) -> list[Path]:
        """Give what was kept."""
        taken = self.box.folder / TAKEN
        return [*taken.iterdir()] if taken.is_dir() else []


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("counter") / "workspace")


@pytest.fixture
def alone(prepared: Path, tmp_path: Path) -> Iterator[Counter]:
    """Give a site beside which nobody updates: `serve --no-update`."""
    shutil.copytree(prepared, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    token = tokens.issue(workspace, SOURCE, days=30, note="", now=AT)

    async def nothing(_: float) -> None:
        """Wait for nobody."""

    with workspace.writing("test"):
        yield Counter(Box(workspace), site(workspace, nothing), token)
    workspace.close()


@pytest.fixture
def counter(alone: Counter) -> Counter:
    """Give a site beside which a runner empties the inbox."""
    workspace = alone.box.workspace

    async def updated(_: float) -> None:
        """Let the runner take its turn while we wait."""
        received(workspace, clock=lambda: AT)

    return Counter(alone.box, site(workspace, updated), alone.token)


def site(workspace: Workspace, sleep: Any) -> FastPath:  # noqa: ANN401 - a way to wait
    reception = Reception(Desk(workspace), patience=1, sleep=sleep, now=lambda: AT)
    return application(Site(Reader(workspace, AT), Shelf(AT), reception))


def said(answer: httpx2.Response) -> str:
    """Give the message of a refusal, which has the one shape of errors."""
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    return str(error["message"])


def test_who_hands_in_hears_what_came_of_it(counter: Counter):
    answer = counter.post(city("Tampere", 5, 7))
    told = answer.json()

    assert (answer.status_code, counter.box.value("837")) == (200, 7)
    assert told == {
        "outcome": "ok",
        "rows": 2,
        "news": 2,
        "message": "",
        "receipt": answer.headers["location"],
    }
    assert counter.ask("GET", told["receipt"]).json() == told


def test_a_refused_delivery_is_told_why(counter: Counter):
    answer = counter.post(b"<title>Huoltokatko</title>")

    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused")
    assert "expected CSV, got a web page: 'Huoltokatko'" in answer.json()["message"]
    assert counter.ask("GET", answer.headers["location"]).status_code == 200


def test_what_waits_is_kept_and_answered_with_a_receipt(alone: Counter):
    """Also where nobody updates: what was acknowledged is there whoever comes to take it."""
    answer = alone.post(city("Tampere", 5))
    waiting = alone.ask("GET", answer.json()["receipt"])
    (kept,) = alone.waiting()
    before = kept.read_bytes()
    alone.box.turn()
    after = alone.ask("GET", answer.json()["receipt"])

    assert (answer.status_code, answer.json()["outcome"], before) == (202, "waiting", city("Tampere", 5))
    assert (waiting.status_code, after.status_code, after.json()["outcome"]) == (202, 200, "ok")
    assert alone.box.value("837") == 5


def test_handing_in_writes_the_bytes_and_nothing_else(alone: Counter):
    """Only who updates records."""
    before = alone.box.workspace.ledger.version()
    alone.post(city("Tampere", 5))

    assert before == alone.box.workspace.ledger.version()
    assert [one.stem for one in alone.waiting()] == [alone.waiting()[0].name.removesuffix(".csv")]


TOKENS = {"none": "", "another scheme": "Basic dGs6", "unknown": "Bearer tk_unknown", "empty": "Bearer "}


@pytest.mark.parametrize("header", TOKENS.values(), ids=TOKENS.keys())
def test_without_a_token_nothing_is_taken(alone: Counter, header: str):
    """Nor with a cookie, which a browser would send for another site."""
    answer = alone.post(city("Tampere", 5), authorization=header, cookie=f"token={alone.token}")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer" in said(answer)
    assert alone.waiting() == []


@pytest.mark.parametrize("days", [29, 30])
def test_a_token_ends_on_its_day(alone: Counter, days: int):
    """And at once when it is revoked."""
    workspace, now = alone.box.workspace, AT + timedelta(days=days)
    opened = tokens.opened(workspace, alone.token, now)
    (kept,) = Tokens(workspace.book).all()
    tokens.revoke(workspace, kept.id, AT)

    assert (opened is not None) == (days < 30)
    assert tokens.opened(workspace, alone.token, AT) is None


def test_what_is_handed_in_is_in_the_log_with_its_receipt(alone: Counter):
    receipt = alone.post(city("Tampere", 5)).json()["receipt"].rpartition("/")[2]
    row = Audit(alone.box.workspace.book).rows()[-1]
    (kept,) = Tokens(alone.box.workspace.book).all()

    assert (f"token:{kept.id}", "deliver", f"{SOURCE} {receipt}") == (row.who, row.action, row.object)


def test_a_token_is_kept_as_its_hash_alone(alone: Counter):
    """Whoever reads the files can use none."""
    stored = b"".join(one.read_bytes() for one in alone.box.workspace.folder.glob("*.sqlite*"))

    assert alone.token.startswith("tk_")
    assert len(alone.token) == 46
    assert alone.token.encode() not in stored
    assert alone.token[3:].encode() not in stored


@pytest.mark.parametrize("path", ["/api/inbox/hs-tests", "/api/inbox/no-such-source"])
def test_a_token_opens_its_own_source_alone(alone: Counter, path: str):
    """Whether the other is there or not is not told."""
    answer = alone.ask("POST", path, city("Tampere", 5))

    assert (answer.status_code, said(answer)) == (403, "this token is for city-cases alone")


def test_a_source_that_takes_no_deliveries_any_more_is_not_found(alone: Counter):
    """Its token may outlive it."""
    file = alone.box.workspace.folder / "recipes" / f"{SOURCE}.toml"
    file.unlink()
    alone.box.workspace.define(AT)

    answer = alone.post(city("Tampere", 5))

    assert answer.status_code == 404
    assert said(answer).startswith("no source is called 'city-cases'")


LARGE = b"kunta;pvm;tapaukset\n" + b" " * (2 << 20)


async def pieces(body: bytes) -> Any:  # noqa: ANN401 - an asynchronous generator
    """Give a body in pieces, so that nobody knows how long it will be."""
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]


@pytest.mark.parametrize(
    "body", [LARGE, gzip.compress(LARGE), gzip.compress(b" " * (200 << 20))], ids=["plain", "packed", "bomb"]
)
@pytest.mark.parametrize("known", [True, False])
def test_a_body_too_large_is_left(alone: Counter, body: bytes, *, known: bool):
    """Whether it says so, or comes in pieces, or only unpacks so: at most a megabyte is written."""
    packing = {} if body is LARGE else {"content_encoding": "gzip"}
    answer = alone.post(body if known else pieces(body), **packing)

    assert (answer.status_code, said(answer)[:36]) == (413, "at most 1 MB are taken, unpacked: `m")
    assert alone.waiting() == []


@pytest.mark.parametrize("body", [
    gzip.compress(city("Tampere", 5)),
    gzip.compress(city("Tampere", 5)[:20]) + gzip.compress(city("Tampere", 5)[20:]),
    gzip.compress(city("Tampere", 5)) + b"\0" * 512,
], ids=["one part", "two parts", "padded"])  # fmt: skip
def test_a_packed_body_is_kept_unpacked(alone: Counter, body: bytes):
    alone.post(body, content_encoding="gzip")

    assert [one.read_bytes() for one in alone.waiting()] == [city("Tampere", 5)]


def test_a_packed_body_of_exactly_one_piece_is_whole(alone: Counter):
    """What the unpacker holds back at its limit is not lost."""
    body = city("Tampere", 5) + b"\n" * ((1 << 20) - len(city("Tampere", 5)))
    answer = alone.post(gzip.compress(body), content_encoding="gzip")

    assert (answer.status_code, [one.read_bytes() for one in alone.waiting()]) == (202, [body])


def test_a_bomb_is_unpacked_a_little_at_a_time(tmp_path: Path):
    """A hundred kilobytes that hold a hundred megabytes never stand in memory as a whole."""
    bomb = gzip.compress(bytes(100 << 20))
    with Arrival(tmp_path / "a", 64 << 20, packed=True) as arrival:
        tracemalloc.start()
        arrival.write(bomb)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert arrival.is_too_large
    assert most < 8 << 20


BAD = {
    "empty": (b"", {}, 400, "the body is empty"),
    "cut": (gzip.compress(city("Tampere", 5))[:-9], {"content_encoding": "gzip"}, 400, "the body breaks off"),
    "no gzip": (city("Tampere", 5), {"content_encoding": "gzip"}, 400, "the body is not gzip"),
    "brotli": (b"x", {"content_encoding": "br"}, 415, "pack the body as gzip or not at all"),
    "twice": (b"x", {"content_encoding": "gzip, gzip"}, 415, "pack the body as gzip or not at all"),
    "a form": (b"a=b", {"content_type": "application/x-www-form-urlencoded"}, 415, "send the file itself"),
    "a form of files": (
        b"--x",
        {"content_type": "multipart/form-data; boundary=x"},
        415,
        "send the file itself",
    ),
}


@pytest.mark.parametrize(("body", "headers", "status", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_a_delivery_is_refused_and_not_kept(
    alone: Counter, body: bytes, headers: dict[str, str], status: int, message: str
):
    answer = alone.post(body, **headers)

    assert (answer.status_code, said(answer)[: len(message)]) == (status, message)
    assert alone.waiting() == []


def test_a_sender_that_goes_away_leaves_nothing(alone: Counter):
    """What came until then is no delivery."""
    came: Any = iter([
        {"type": "http.request", "body": city("Tampere", 5), "more_body": True}, {"type": "http.disconnect"},
    ])  # fmt: skip
    statuses = []
    headers = [(b"authorization", f"Bearer {alone.token}".encode())]
    scope: Any = {"type": "http", "method": "POST", "path": PATH, "raw_path": PATH.encode(), "root_path": "",
                  "query_string": b"", "headers": headers}  # fmt: skip

    async def receive() -> Any:  # noqa: ANN401 - a message
        return next(came)

    async def send(message: Any) -> None:  # noqa: ANN401 - a message
        statuses.append(message.get("status"))

    asyncio.run(alone.app(scope, receive, send))

    assert (statuses[0], alone.waiting()) == (400, [])


def test_too_many_requests_with_one_token_are_refused(alone: Counter):
    """Another token is not held back by them."""
    statuses = [alone.ask("GET", f"{PATH}/r20210315-120000-0123456789ab").status_code for _ in range(121)]
    last = alone.post(city("Tampere", 5))
    other = Counter(alone.box, alone.app, tokens.issue(alone.box.workspace, SOURCE, days=1, note="", now=AT))

    assert (statuses[:120], statuses[120]) == ([404] * 120, 429)
    assert 0 < int(last.headers["retry-after"]) <= 60
    assert said(last) == "at most 120 requests a minute with one token"
    assert other.post(city("Tampere", 5)).status_code == 202


def test_a_queue_that_nobody_empties_is_full_one_day(alone: Counter):
    """So that a forgotten server fills no disk."""
    alone.post(city("Tampere", 5))
    for nth in range(99):
        (alone.box.folder / TAKEN / f"{nth}").write_bytes(b"x")

    answer = alone.post(city("Tampere", 5))

    assert (answer.status_code, said(answer)[:26]) == (503, "too many deliveries wait: ")


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", PATH, 405),
    ("PUT", PATH, 405),
    ("GET", f"{PATH}/r20210315-120000-0123456789ab", 404),
    ("GET", f"{PATH}/tilannekuva", 404),
    ("GET", f"{PATH}/..%2f..%2ftilannekuva", 404),
    ("GET", f"{PATH}/r20210315-120000-0123456789ab/sheet", 404),
    ("GET", "/api/nothing", 404),
])  # fmt: skip
def test_every_refusal_has_the_one_shape(alone: Counter, method: str, path: str, status: int):
    answer = alone.ask(method, path)

    assert (answer.status_code, bool(said(answer))) == (status, True)
