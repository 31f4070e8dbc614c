"""The guarded transport: how every answer comes into the house.

Only the hosts that recipes name, only public addresses unless the settings
allow a network, limits on time and on unpacked size, conditional requests.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from time import time
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin

import httpx2
import stamina

from tilannekuva import __version__
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer, NotUnderstood
from tilannekuva.sources.connection import Deadline, Guard, Resolve, resolved
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import jsonrows
from tilannekuva.sources.pace import Pace
from tilannekuva.sources.protocols import Get
from tilannekuva.sources.recipe import Recipe, facts

_PATIENCE = 30.0  # seconds a source may ask us to wait within one look
_MAX_PAGES = 200
_PROTOCOLS = "tilannekuva.sources.protocols"
_MAX_REDIRECTS = 3
_MOST_MB = 512  # of all pages of one answer together: they wait in memory to be read
_PORTS = {"http": 80, "https": 443}
stamina.instrumentation.set_on_retry_hooks([])  # the ledger says what came of a look; retries are no news
_LONGEST_WAIT = 86_400.0  # seconds; what a source asks for beyond a day is an error or malice
_PACKINGS = ("", "identity", "gzip", "deflate")  # one at most: packed twice, a few bytes become gigabytes


@dataclass(slots=True)
class Transport:
    """Asks sources; one for all, safe to use from several threads."""

    allowed: Sequence[str] = ()
    contact: str = ""
    attempts: int = 3
    resolve: Resolve = resolved
    pace: Pace = field(default_factory=Pace)
    _client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        """Open the client."""
        agent = f"tilannekuva/{__version__} {self.contact}".strip()
        self._client = httpx2.Client(
            transport=Guard(self.allowed, self.resolve),
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(
        self, recipe: Recipe, *, today: date, etag: str = "", last_modified: str = "", first: bool = False
    ) -> Answer:
        """Give a source's answer, marked when it is as before; raises NoAnswer.

        `first` asks for the window of a source of which nothing is known yet.
        """
        if recipe.fetch.protocol == "shipped":
            return Answer(recipe.id, facts(recipe), media_type="text/csv")
        fetch, key = recipe.fetch, _key(recipe)
        urls = addresses(fetch, today, first=first)
        if fetch.protocol == "get" and not fetch.next and len(urls) == 1:
            conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
            asked = {name: value for name, value in conditions.items() if value}
            return self._patiently(recipe, urls[0], fetch.headers | key | asked)

        def get(url: str, body: bytes | None = None) -> Answer:
            """Ask one page; the key goes to the recipe's own host alone."""
            ours = _stays(recipe, urls[0], url)
            if not ours and not _stays(recipe, urls[0], url, *fetch.hosts):
                raise NoAnswer(
                    f"{recipe.id} leads to another host, {url[:200]}: name it in `hosts`", permanent=True
                )
            return self._patiently(recipe, url, fetch.headers | key if ours else fetch.headers, body)

        given = (page for url in urls for page in _protocol(fetch.protocol)(fetch, url, get))
        pages = list(_bounded(recipe, given))
        if not pages:
            raise NoAnswer(f"{recipe.id} gave no page")
        return Answer(
            recipe.id,
            b"",
            url=urls[0],
            media_type=pages[0].media_type,
            pages=tuple(page.body for page in pages),
        )

    def _patiently(
        self, recipe: Recipe, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        for attempt in stamina.retry_context(
            on=_worth_another, attempts=self.attempts, timeout=_PATIENCE, wait_initial=0.5
        ):
            with attempt:
                return self._followed(recipe, url, headers, body)
        raise NoAnswer(f"{recipe.id} did not answer")  # pragma: no cover - the context returns or raises

    def _followed(self, recipe: Recipe, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """Ask, and go where the host sends us within itself: every step takes a turn of its own."""
        for _ in range(_MAX_REDIRECTS + 1):
            given = self._once(recipe, url, headers, body)
            if isinstance(given, Answer):
                return given
            url = given
        raise NoAnswer(f"{recipe.id} redirects more than {_MAX_REDIRECTS} times", permanent=True)

    def _once(self, recipe: Recipe, url: str, headers: dict[str, str], body: bytes | None) -> Answer | str:
        """Give the answer to one request, or where it leads."""
        seconds = recipe.fetch.timeout.total_seconds()
        method, kind = ("POST", {"Content-Type": "application/json"}) if body is not None else ("GET", {})
        with self.pace.turn(_url(recipe, url).host, recipe.fetch.per_minute), Deadline(seconds) as deadline:
            try:
                with self._client.stream(
                    method,
                    url,
                    content=body,
                    headers=headers | kind,
                    timeout=seconds + 1,
                    extensions={"trace": deadline.trace},
                ) as response:
                    if response.has_redirect_location:
                        return _same_host(recipe, url, response)
                    _expect_success(response, recipe)
                    answer = _answer(recipe, url, response)
            except (httpx2.HTTPError, ValueError) as error:
                if not deadline.passed:
                    raise NoAnswer(
                        f"{recipe.id} gave no answer: {type(error).__name__} {error}".rstrip()
                    ) from None
        if deadline.passed:  # an answer without a length looks whole wherever it is cut
            raise NoAnswer(f"{recipe.id} did not finish within {seconds:g} seconds")
        return answer


def _answer(recipe: Recipe, url: str, response: httpx2.Response) -> Answer:
    same, told = response.status_code == httpx2.codes.NOT_MODIFIED, response.headers
    return Answer(
        recipe.id,
        b"" if same else _body(response, recipe),
        url=url,
        media_type=told.get("content-type", ""),
        etag=told.get("etag", ""),
        last_modified=told.get("last-modified", ""),
        not_modified=same,
    )


def _bounded(recipe: Recipe, pages: Iterable[Answer]) -> Iterator[Answer]:
    """Yield pages as long as they can be held together."""
    size, most = 0, max(_MOST_MB, recipe.fetch.max_mb)
    for page in pages:
        size += len(page.body)
        if size > most << 20:
            raise NoAnswer(f"the pages of {recipe.id} hold more than {most} MB", permanent=True)
        yield page


def addresses(fetch: Fetch, today: date, *, first: bool = False) -> list[str]:
    """Give the addresses to ask: one for each text of `each`, and for each day where days are asked for."""
    last = today - timedelta(days=fetch.lag_days)
    length = fetch.history_days if first and fetch.history_days else fetch.window_days
    begin = last - timedelta(days=length)
    days = [begin + timedelta(days=n + 1) for n in range(length)] if fetch.by_day else [last]
    urls = [_filled(fetch.url, {"from": f"{begin}", "to": f"{last}", **_of(day)}) for day in days]
    for name, texts in fetch.each.items():
        urls = [_filled(url, {name: quote(text, safe="")}) for url in urls for text in texts]
    return list(dict.fromkeys(urls))  # days of one month, say, that share an address


def _of(day: date) -> dict[str, str]:
    """Give the ways in which addresses write a day; traffic's raw files pad neither year nor day."""
    return {
        "day": day.isoformat(),
        "year": str(day.year),
        "month": str(day.month),
        "yy": str(day.year % 100),
        "yday": str(day.timetuple().tm_yday),
    }


def _filled(url: str, texts: dict[str, str]) -> str:
    for name, text in texts.items():
        url = url.replace(f"{{{name}}}", text)
    return url


def _protocol(name: str) -> Callable[[Fetch, str, Get], Iterable[Answer]]:
    """Give the way to ask that a protocol prescribes; its module is loaded when it is needed."""
    if name == "get":
        return _linked
    pages: Callable[[Fetch, str, Get], Iterable[Answer]] = import_module(f"{_PROTOCOLS}.{name}").pages
    return pages


def _linked(fetch: Fetch, url: str, get: Get) -> Iterator[Answer]:
    """Yield an answer and the pages that follow it."""
    for _ in range(_MAX_PAGES):
        page = get(url)
        yield page
        url = _next(page, fetch)
        if not url:
            return
    raise NoAnswer(f"{page.source_id} gave more than {_MAX_PAGES} pages")


def _key(recipe: Recipe) -> dict[str, str]:
    name = recipe.fetch.key.removeprefix("env:")
    if not name:
        return {}
    key = os.environ.get(name, "").strip()
    if not key:
        raise BadDefinition(f"{recipe.id} needs a key: set the environment variable {name}")
    if not (key.isascii() and key.isprintable()):
        raise BadDefinition(f"{name} holds characters that no key has: set it anew")
    return {recipe.fetch.key_header: key}


def _expect_success(response: httpx2.Response, recipe: Recipe) -> None:
    status = response.status_code
    if response.is_success or status == httpx2.codes.NOT_MODIFIED:
        return
    permanent = status < httpx2.codes.INTERNAL_SERVER_ERROR and status != httpx2.codes.TOO_MANY_REQUESTS
    raise NoAnswer(
        f"{recipe.id} answered {status} {response.reason_phrase}".rstrip(),
        retry_after=_retry_after(response.headers.get("retry-after", "")),
        permanent=permanent,
    )


def _retry_after(text: str) -> float | None:
    """Give the seconds of a Retry-After header, in seconds or as a date."""
    try:
        seconds = float(text) if text.isdecimal() else _until(text)
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_WAIT)


def _until(text: str) -> float:
    at = parsedate_to_datetime(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - time()


def _body(response: httpx2.Response, recipe: Recipe) -> bytes:
    limit = recipe.fetch.max_mb << 20
    packing = response.headers.get("content-encoding", "").strip().casefold()
    if packing not in _PACKINGS:
        raise NoAnswer(f"{recipe.id} packed its answer as {packing[:40]}, not as gzip", permanent=True)
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise NoAnswer(f"{recipe.id} gave more than {recipe.fetch.max_mb} MB", permanent=True)
    return b"".join(chunks)


def _same_host(recipe: Recipe, url: str, response: httpx2.Response) -> str:
    target = urljoin(url, response.headers.get("location", ""))
    if not _stays(recipe, url, target):
        other = f"redirected to another host or out of encryption, {target[:200]}"
        raise NoAnswer(f"{other}: if that is meant, put the new address into the recipe", permanent=True)
    return target


def _stays(recipe: Recipe, url: str, target: str, *hosts: str) -> bool:
    """Whether a target is at the same door or on a named host, and no less encrypted: it may see the key.

    The same door: another port of a host inside the house is another service.
    """
    ours, theirs = _url(recipe, url), _url(recipe, target)
    same = theirs.host == ours.host and (_port(theirs) == _port(ours) or not (theirs.port or ours.port))
    return (same or theirs.host in hosts) and theirs.scheme in ("https", ours.scheme)


def _port(url: httpx2.URL) -> int | None:
    return url.port or _PORTS.get(url.scheme)


def _url(recipe: Recipe, text: str) -> httpx2.URL:
    try:
        return httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise NoAnswer(f"{recipe.id} gave no answer: InvalidURL {error}", permanent=True) from None


def _next(page: Answer, fetch: Fetch) -> str:
    """Give the address of the next page; empty at the end."""
    if not fetch.next:
        return ""
    try:
        node = jsonrows.load(page.body.decode("utf-8-sig"))
    except (NotUnderstood, UnicodeDecodeError):
        return ""  # reading the page will say what is wrong with it
    for step in fetch.next.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return urljoin(page.url, node) if isinstance(node, str) and node else ""


def _worth_another(error: Exception) -> bool | float:
    """Whether to try again, and after how many seconds when the source said so."""
    if not isinstance(error, NoAnswer) or error.permanent:
        return False
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= _PATIENCE else False
    return True
