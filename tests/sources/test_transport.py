"""The law of asking: what a source may do to us over HTTP, and what we never do to it."""

import gzip
import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from service import Handler, own, serving

from tilannekuva import __version__
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources.transport import Transport

DAY = date(2021, 3, 15)
BODY = b'[{"value": 7}]'
LOOPBACK = ("127.0.0.0/8",)


def ask(url: str, more: str = "", **named: str) -> Answer:
    """Ask once, without second attempts."""
    with Transport(LOOPBACK, contact="tampere@example.org", attempts=1) as transport:
        return transport.ask(own(url, more), today=DAY, **named)


def refusal(url: str, more: str = "") -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        ask(url, more)
    return caught.value


def test_an_answer_comes_with_what_makes_the_next_question_cheap():
    with serving(lambda one: one.give(200, BODY, ETag='"1"', Content_Type="application/json")) as service:
        answer = ask(service.url)

    assert (answer.body, answer.etag, answer.media_type) == (BODY, '"1"', "application/json")
    assert service.asked[0][1]["user-agent"] == f"tilannekuva/{__version__} tampere@example.org"


def test_a_source_is_asked_on_condition_that_there_is_news():
    with serving(lambda one: one.give(304)) as service:
        answer = ask(service.url, etag='"1"', last_modified="Mon, 15 Mar 2021 10:00:00 GMT")

    assert (answer.not_modified, answer.body) == (True, b"")
    assert service.asked[0][1]["if-none-match"] == '"1"'
    assert service.asked[0][1]["if-modified-since"] == "Mon, 15 Mar 2021 10:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "permanent"), [(403, True), (404, True), (410, True), (500, False), (503, False)]
)
def test_an_error_status_is_no_answer(status: int, permanent: object):
    """What the source says for good is not tried again within the look."""
    with serving(lambda one: one.give(status, b"Huoltokatko")) as service:
        said = refusal(service.url)

    assert str(said).startswith(f"own answered {status}")
    assert said.permanent is permanent


@pytest.mark.parametrize(("header", "low", "high"), [
    ("120", 120, 120),
    (format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True), 3_500, 3_600),
    (format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 0, 0),
    ("9" * 400, 86_400, 86_400),
    ("99999999", 86_400, 86_400),
])  # fmt: skip
def test_how_long_to_wait_is_heard(header: str, low: float, high: float):
    """In seconds or as a date; more than a day is a mistake."""
    with serving(lambda one: one.give(429, Retry_After=header)) as service:
        said = refusal(service.url)

    assert low <= (said.retry_after or 0) <= high
    assert len(service.asked) == 1


@pytest.mark.parametrize("header", ["soon", "-5", "\xb2", ""])
def test_a_wait_that_cannot_be_read_is_none(header: str):
    with serving(lambda one: one.give(503, Retry_After=header)) as service:
        assert refusal(service.url).retry_after is None


def test_a_short_fault_is_tried_again_within_the_look():
    def answer(one: Handler) -> None:
        one.give(200, BODY) if len(one.server.asked) == 3 else one.give(503, Retry_After="0")  # type: ignore[attr-defined] # our Service

    with serving(answer) as service, Transport(LOOPBACK) as transport:
        assert transport.ask(own(service.url), today=DAY).body == BODY


def test_a_silent_source_is_left_after_its_time():
    with serving(lambda one: one.dawdle(3)) as service:
        begun = time.monotonic()
        said = refusal(service.url)

    assert "ReadTimeout" in str(said)
    assert time.monotonic() - begun < 2.5


def test_a_source_that_drips_is_left_after_its_time():
    """Each drop comes in time, the answer does not."""

    def drip(one: Handler) -> None:
        one.send_response(200)
        one.send_header("Content-Length", "1000")
        one.end_headers()
        for _ in range(20):
            one.wfile.write(b" ")
            one.dawdle(0.2)

    with serving(drip) as service:
        assert "did not finish within 1 seconds" in str(refusal(service.url))


def test_a_broken_connection_is_no_answer():
    with serving(lambda one: one.reset()) as service:
        assert "own gave no answer: " in str(refusal(service.url))


def test_a_body_shorter_than_promised_is_no_answer():
    """A cut answer never reaches the reader when the source said how long it is."""

    def cut(one: Handler) -> None:
        one.close_connection = True
        one.give(200, BODY, Content_Length="1000")

    with serving(cut) as service:
        assert "own gave no answer: RemoteProtocolError" in str(refusal(service.url))


def test_nobody_there_is_no_answer():
    with serving(lambda one: one.give(200)) as service:
        url = service.url

    assert "own gave no answer: ConnectError" in str(refusal(url))


def test_a_redirect_on_the_same_host_is_followed():
    def answer(one: Handler) -> None:
        one.give(200, BODY) if one.path == "/new" else one.give(302, Location="/new")

    with serving(answer) as service:
        assert ask(service.url).body == BODY


@pytest.mark.parametrize(
    "target", ["http://localhost/x", "https://example.org/", "//169.254.169.254/", "http://[", "http://[::1/"]
)
def test_a_redirect_elsewhere_is_refused(target: str):
    """So the key stays where it belongs, and nobody sends us to ask our own house."""
    with serving(lambda one: one.give(302, Location=target)) as service:
        said = refusal(service.url)

    assert "redirected to another host" in str(said) or "own gave no answer" in str(said)
    assert len(service.asked) == 1


def test_redirects_in_a_circle_end():
    with serving(lambda one: one.give(302, Location="/data")) as service:
        assert str(refusal(service.url)).startswith("own answered 302")
    assert len(service.asked) == 4


def test_an_answer_too_large_is_left():
    with serving(lambda one: one.give(200, b" " * (3 << 20))) as service:
        assert str(refusal(service.url)) == "own gave more than 1 MB"


def test_an_answer_that_unpacks_too_large_is_left():
    bomb = gzip.compress(b" " * (50 << 20))
    with serving(lambda one: one.give(200, bomb, Content_Encoding="gzip")) as service:
        assert str(refusal(service.url)) == "own gave more than 1 MB"


def test_an_answer_packed_twice_is_not_unpacked():
    """Packed twice, a few kilobytes become gigabytes at one blow."""
    bomb = gzip.compress(gzip.compress(b" " * (50 << 20)))
    with serving(lambda one: one.give(200, bomb, Content_Encoding="gzip, gzip")) as service:
        assert "packed its answer as gzip, gzip, not as gzip" in str(refusal(service.url))


def test_a_packed_answer_is_unpacked():
    with serving(lambda one: one.give(200, gzip.compress(BODY), Content_Encoding="gzip")) as service:
        assert ask(service.url).body == BODY


def test_broken_packing_is_no_answer():
    with serving(lambda one: one.give(200, b"no gzip", Content_Encoding="gzip")) as service:
        assert "own gave no answer: DecodingError" in str(refusal(service.url))


def paged(one: Handler) -> None:
    """Give three pages that name one another."""
    nth = int(one.path.partition("page=")[2] or 1)
    following = f"/data?page={nth + 1}" if nth < 3 else None
    one.give(200, json.dumps({"rows": [{"value": nth}], "links": {"next": following}}).encode())


PAGED = 'rows = "rows.*"\nnext = "links.next"'


def test_pages_are_followed_to_the_end():
    with serving(paged) as service:
        answer = ask(service.url, PAGED)

    assert [json.loads(page)["rows"][0]["value"] for page in answer.pages] == [1, 2, 3]


def test_a_next_page_elsewhere_is_refused():
    body = json.dumps({"rows": [], "links": {"next": "http://localhost/secret"}}).encode()
    with serving(lambda one: one.give(200, body)) as service:
        assert "leads to another host" in str(refusal(service.url, PAGED))


def test_pages_without_an_end_are_left():
    body = json.dumps({"rows": [], "links": {"next": "/data"}}).encode()
    with serving(lambda one: one.give(200, body)) as service:
        assert str(refusal(service.url, PAGED)) == "own gave more than 200 pages"


KEYED = 'key = "env:OWN_KEY"\nkey_header = "X-Key"'


def test_the_key_is_sent_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OWN_KEY", "s3cret\n")
    with serving(lambda one: one.give(200, BODY)) as service:
        answer = ask(service.url, KEYED)

    assert service.asked[0][1]["x-key"] == "s3cret"
    assert "s3cret" not in repr(answer)


@pytest.mark.parametrize("key", ["s3\ncret", "s\xe4cret"])
def test_a_key_that_cannot_be_sent_is_not_told_to_anybody(monkeypatch: pytest.MonkeyPatch, key: str):
    monkeypatch.setenv("OWN_KEY", key)
    with pytest.raises(BadDefinition) as caught:
        ask("http://127.0.0.1/", KEYED)

    assert str(caught.value) == "OWN_KEY holds characters that no key has: set it anew"


def test_a_key_that_is_not_there_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OWN_KEY", raising=False)

    with pytest.raises(BadDefinition, match="own needs a key: set the environment variable OWN_KEY"):
        ask("http://127.0.0.1/", KEYED)


INSIDE = (
    *("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1"),
    *("100.64.0.1", "0.0.0.0", "224.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]"),  # noqa: S104 - asked, not listened on
    *("[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "[::]"),
)
DRESSED = ("2130706433", "0x7f.1", "127.1", "0x7f000001", "167772161")


def refused(host: str) -> str:
    """Give what is said of a host when no inner network is allowed."""
    with Transport(attempts=1) as transport, pytest.raises(NoAnswer) as caught:
        transport.ask(own(f"http://{host}:9/"), today=DAY)
    return str(caught.value)


@pytest.mark.parametrize("host", INSIDE)
def test_addresses_inside_the_house_are_refused(host: str):
    """Also mapped, translated or tunnelled ones."""
    assert "inside the house; if that is meant, add its network to allow_networks" in refused(host)


@pytest.mark.parametrize("host", DRESSED)
def test_numbers_in_the_dress_of_names_are_refused(monkeypatch: pytest.MonkeyPatch, host: str):
    """A resolver reads decimal and hexadecimal addresses as a browser would; what it gives is checked."""
    monkeypatch.setattr(
        socket, "getaddrinfo", resolved(lambda name: socket.inet_ntoa(socket.inet_aton(name)))
    )

    assert "inside the house" in refused(host)


def test_an_octal_address_is_no_address():
    assert "Invalid IPv4 address: '0177.0.0.1'" in refused("0177.0.0.1")


def test_a_name_of_an_outer_and_an_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch):
    """One bad address spoils the name: nobody can choose which one is taken."""
    monkeypatch.setattr(socket, "getaddrinfo", resolved(lambda _: "1.1.1.1", lambda _: "10.0.0.1"))

    assert "data.example leads to 10.0.0.1, inside the house" in refused("data.example")


def resolved(*addresses: Callable[[str], str]) -> Callable[..., list[tuple[Any, ...]]]:
    """Give a resolver that answers with these addresses."""
    return lambda host, port, **_: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (of(host), port)) for of in addresses
    ]


def test_a_name_that_nobody_could_have_is_no_answer():
    assert "own gave no answer" in refused("[::1")


def test_the_window_ends_today():
    with serving(lambda one: one.give(200, BODY)) as service:
        ask(service.url + "?a={from}&b={to}", "window_days = 14")

    assert service.asked[0][0] == "/data?a=2021-03-01&b=2021-03-15"
