"""The law of asking: what a source may do to us over HTTP, and what we never do to it."""

import gzip
import json
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from service import Handler, own, serving

from tilannekuva import __version__
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources import transport as transport_module
from tilannekuva.sources.pace import Pace
from tilannekuva.sources.transport import Transport

DAY = date(2021, 3, 15)
BODY = b'[{"value": 7}]'
LOOPBACK = ("127.0.0.0/8",)
PAGED = 'rows = "rows.*"\nnext = "links.next"'
AT_ONCE = Pace(sleep=lambda _: None)  # no test waits on the clock


def ask(url: str, more: str = "", **named: str) -> Answer:
    """Ask once, without second attempts."""
    with Transport(LOOPBACK, "tampere@example.org", attempts=1, pace=AT_ONCE) as transport:
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

    assert (answer.not_modified, answer.body, len(service.asked)) == (True, b"", 1)
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
    (timedelta(hours=1), 3_500, 3_600),
    (timedelta(hours=-1), 0, 0),
    ("9" * 400, 86_400, 86_400),
    ("99999999", 86_400, 86_400),
], ids=["seconds", "date to come", "date gone", "endless", "too long"])  # fmt: skip
def test_how_long_to_wait_is_heard(header: str | timedelta, low: float, high: float):
    """In seconds or as a date; more than a day is a mistake."""
    if isinstance(header, timedelta):
        header = format_datetime(datetime.now(UTC) + header, usegmt=True)
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


def left_in_time(url: str) -> bool:
    """Whether a source is left when its second is over, not only when it has ended."""
    begun = time.monotonic()
    return str(refusal(url)) == "own did not finish within 1 seconds" and time.monotonic() - begun < 1.9


def test_a_silent_source_is_left_after_its_time():
    with serving(lambda one: one.dawdle(3)) as service:
        assert left_in_time(service.url)


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
        assert left_in_time(service.url)


def test_headers_that_drip_are_left_after_their_time():
    """A limit on each read would let them drip for hours."""

    def drip(one: Handler) -> None:
        for _ in range(20):
            one.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n" if not _ else b"X-B: 2\r\n")
            one.dawdle(0.2)

    with serving(drip) as service:
        assert left_in_time(service.url)


def test_an_answer_without_a_length_is_not_taken_for_whole_when_its_time_is_up():
    """Its end is the end of the connection, and that we made ourselves."""

    def endless(one: Handler) -> None:
        one.close_connection = True
        one.send_response(200)
        one.end_headers()
        one.wfile.write(BODY)
        one.dawdle(2)

    with serving(endless) as service:
        assert str(refusal(service.url)) == "own did not finish within 1 seconds"


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


@pytest.mark.parametrize("addresses", [["127.0.0.9", "127.0.0.1"], ["127.0.0.1", "127.0.0.9"]])
def test_an_address_where_nobody_is_does_not_hide_the_next(addresses: list[str]):
    """A name of two addresses, one of a kind that this machine cannot reach."""
    with serving(lambda one: one.give(200, BODY)) as service:
        url = service.url.replace("127.0.0.1", "data.example")
        both = Transport(LOOPBACK, attempts=1, resolve=lambda *_: addresses)
        with both as transport:
            assert transport.ask(own(url), today=DAY).body == BODY

    assert service.asked[0][1]["host"] == f"data.example:{service.server_port}"


def test_no_two_requests_share_a_connection():
    """What one host proved of itself is not lent to another at the same address."""
    callers = set[tuple[str, int]]()

    def answer(one: Handler) -> None:
        callers.add(one.client_address)
        paged(one)

    with serving(answer) as service:
        ask(service.url, PAGED)

    assert len(callers) == 3


def test_every_step_of_a_redirect_takes_a_turn():
    """What a host counts is requests, not answers."""
    turns = list[float]()
    pace = Pace(sleep=turns.append)
    with (
        serving(
            lambda one: one.give(200, BODY) if one.path == "/new" else one.give(302, Location="/new")
        ) as service,
        Transport(LOOPBACK, attempts=1, pace=pace) as transport,
    ):
        transport.ask(own(service.url), today=DAY)

    assert len(turns) == len(service.asked) == 2


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


POSTED = 'protocol = "pxweb"\nquery = { Vuosi = "*" }'
TABLE = (
    b'{"title": "t", "variables": [{"code": "Vuosi", "text": "Vuosi", "values": ["1"], "valueTexts": ["1"]}]}'
)


def sent_on_to(target: str) -> list[str]:
    """Ask a table whose service sends what is posted on; give the paths at which a body was received."""

    def answer(one: Handler) -> None:
        if one.command == "POST" and one.path != "/new":
            one.give(307, Location=target)
        else:
            one.give(200, TABLE)

    with serving(answer) as service, suppress(NoAnswer):
        ask(service.url, POSTED)
    return [path for (path, _), body in zip(service.asked, service.bodies, strict=True) if b"query" in body]


@pytest.mark.parametrize("target", ["http://localhost/x", "//other.example/", "http://127.0.0.1:1/"])
def test_what_we_send_is_not_sent_on_to_another_host(target: str):
    """A question in a body goes to whom it was put to, and no further."""
    assert sent_on_to(target) == ["/data"]


def test_what_we_send_is_sent_again_on_the_same_host():
    assert sent_on_to("/new") == ["/data", "/new"]


def test_redirects_in_a_circle_end():
    with serving(lambda one: one.give(302, Location="/data")) as service:
        assert str(refusal(service.url)) == "own redirects more than 3 times"
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


def test_pages_are_followed_to_the_end():
    with serving(paged) as service:
        answer = ask(service.url, PAGED)

    assert [json.loads(page)["rows"][0]["value"] for page in answer.pages] == [1, 2, 3]


def test_a_next_page_elsewhere_is_refused():
    body = json.dumps({"rows": [], "links": {"next": "http://localhost/secret"}}).encode()
    with serving(lambda one: one.give(200, body)) as service:
        assert "leads to another host" in str(refusal(service.url, PAGED))


def test_a_named_host_may_be_led_to_but_is_not_told_the_key(monkeypatch: pytest.MonkeyPatch):
    """A portal may keep its files elsewhere; the key is for the portal."""
    monkeypatch.setenv("TILANNEKUVA_OWN_KEY", "s3cret")
    with serving(lambda one: one.give(200, b'{"rows": [], "links": {}}')) as files:
        there = files.url.replace("127.0.0.1", "localhost")
        first = json.dumps({"rows": [], "links": {"next": there}}).encode()
        with serving(lambda one: one.give(200, first)) as portal:
            answer = ask(portal.url, f'{PAGED}\nhosts = ["localhost"]\n{KEYED}')

    assert len(answer.pages) == 2
    assert [portal.asked[0][1].get("x-key"), files.asked[0][1].get("x-key")] == ["s3cret", None]


def test_pages_are_left_when_they_grow_too_large_together(monkeypatch: pytest.MonkeyPatch):
    """Each is within its limit, all of them would fill the memory."""
    monkeypatch.setattr(transport_module, "_MOST_MB", 2)
    body = json.dumps({"rows": [], "links": {"next": "/data"}, "x": "x" * 900_000}).encode()
    with serving(lambda one: one.give(200, body)) as service:
        assert str(refusal(service.url, PAGED)) == "the pages of own hold more than 2 MB"

    assert len(service.asked) == 3


def test_pages_without_an_end_are_left():
    body = json.dumps({"rows": [], "links": {"next": "/data"}}).encode()
    with serving(lambda one: one.give(200, body)) as service:
        assert str(refusal(service.url, PAGED)) == "own gave more than 200 pages"


KEYED = 'key = "env:TILANNEKUVA_OWN_KEY"\nkey_header = "X-Key"'


def test_the_key_is_sent_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TILANNEKUVA_OWN_KEY", "s3cret\n")
    with serving(lambda one: one.give(200, BODY)) as service:
        answer = ask(service.url, KEYED)

    assert service.asked[0][1]["x-key"] == "s3cret"
    assert "s3cret" not in repr(answer)


@pytest.mark.parametrize("key", ["s3\ncret", "s\xe4cret"])
def test_a_key_that_cannot_be_sent_is_not_told_to_anybody(monkeypatch: pytest.MonkeyPatch, key: str):
    monkeypatch.setenv("TILANNEKUVA_OWN_KEY", key)
    with pytest.raises(BadDefinition) as caught:
        ask("http://127.0.0.1/", KEYED)

    assert str(caught.value) == "TILANNEKUVA_OWN_KEY holds characters that no key has: set it anew"


def test_a_key_that_is_not_there_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TILANNEKUVA_OWN_KEY", raising=False)

    with pytest.raises(
        BadDefinition, match="own needs a key: set the environment variable TILANNEKUVA_OWN_KEY"
    ):
        ask("http://127.0.0.1/", KEYED)


def test_a_name_that_nobody_could_have_is_no_answer():
    assert "own gave no answer: InvalidURL" in str(refusal("http://[::1"))


def test_an_octal_address_is_no_address():
    assert "Invalid IPv4 address: '0177.0.0.1'" in str(refusal("http://0177.0.0.1/"))


@pytest.mark.parametrize("zone", ["-0000", "GMT", "+0000"])
def test_a_date_to_wait_for_is_in_universal_time(monkeypatch: pytest.MonkeyPatch, zone: str):
    """Whatever this machine's own clock shows."""
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    time.tzset()
    at = datetime.now(UTC) + timedelta(minutes=10)
    with serving(lambda one: one.give(429, Retry_After=f"{at:%a, %d %b %Y %H:%M:%S} {zone}")) as service:
        waits = refusal(service.url).retry_after or 0
    monkeypatch.undo()
    time.tzset()

    assert 590 <= waits <= 600


def test_the_window_ends_today():
    with serving(lambda one: one.give(200, BODY)) as service:
        ask(service.url + "?a={from}&b={to}", "window_days = 14")

    assert service.asked[0][0] == "/data?a=2021-03-01&b=2021-03-15"
