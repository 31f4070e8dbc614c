"""The guarded transport: how every answer comes into the house.

Only the hosts that recipes name, only public addresses unless the settings
allow a network, limits on time and on unpacked size, conditional requests.
"""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from time import monotonic, time
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin

import httpx2
import stamina

from tilannekuva import __version__
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer, NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import jsonrows
from tilannekuva.sources.pace import Pace
from tilannekuva.sources.protocols import Get
from tilannekuva.sources.recipe import Recipe

_PATIENCE = 30.0  # seconds a source may ask us to wait within one look
_MAX_PAGES = 200
_PROTOCOLS = "tilannekuva.sources.protocols"
_MAX_REDIRECTS = 3
stamina.instrumentation.set_on_retry_hooks([])  # the ledger says what came of a look; retries are no news
_LONGEST_WAIT = 86_400.0  # seconds; what a source asks for beyond a day is an error or malice
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_PACKINGS = ("", "identity", "gzip", "deflate")  # one at most: packed twice, a few bytes become gigabytes


class Guard(httpx2.BaseTransport):
    """Resolves a host once, refuses inner addresses, and connects to the address it checked."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]
        self._inner = httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the checked address under the host's own name."""
        host = request.url.host
        address = self._address(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return self._inner.handle_request(request)

    def _address(self, host: str, port: int) -> str:
        try:
            found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError, OverflowError) as error:
            raise NoAnswer(f"no address is known for {host}: {error}") from None
        for text in found:
            address = ipaddress.ip_address(text)
            if _is_inner(address) and not any(address in network for network in self._allowed):
                inner = f"{host} leads to {address}, inside the house; if that is meant, add its network to"
                raise NoAnswer(f"{inner} allow_networks in tilannekuva.toml", permanent=True)
        return min(found)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _is_inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address, or the one that a tunnel or translator would make of it, is not public."""
    wrapped = address
    if isinstance(address, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        wrapped = address.ipv4_mapped or address.sixtofour or (last if address in _TRANSLATED else address)
    return not (address.is_global and wrapped.is_global) or address.is_multicast


@dataclass(slots=True)
class Transport:
    """Asks sources; one for all, safe to use from several threads."""

    allowed: Sequence[str] = ()
    contact: str = ""
    attempts: int = 3
    _client: httpx2.Client = field(init=False)
    _pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        """Open the client."""
        agent = f"tilannekuva/{__version__} {self.contact}".strip()
        self._client = httpx2.Client(
            transport=Guard(self.allowed),
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
        fetch, headers = recipe.fetch, {**recipe.fetch.headers, **_key(recipe)}
        urls = addresses(fetch, today, first=first)
        if fetch.protocol == "get" and not fetch.next and len(urls) == 1:
            conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
            headers |= {name: value for name, value in conditions.items() if value}
            return self._patiently(recipe, urls[0], headers)

        def get(url: str, body: bytes | None = None) -> Answer:
            if not _stays(urls[0], url, *fetch.hosts):
                raise NoAnswer(
                    f"{recipe.id} leads to another host, {url[:200]}: name it in `hosts`", permanent=True
                )
            return self._patiently(recipe, url, headers, body)

        pages = [page for url in urls for page in _protocol(fetch.protocol)(fetch, url, get)]
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
            with attempt, self._pace.turn(httpx2.URL(url).host, recipe.fetch.per_minute):
                return self._once(recipe, url, headers, body)
        raise NoAnswer(f"{recipe.id} did not answer")  # pragma: no cover - the context returns or raises

    def _once(
        self, recipe: Recipe, url: str, headers: dict[str, str], body: bytes | None, redirects: int = 0
    ) -> Answer:
        seconds = recipe.fetch.timeout.total_seconds()
        method, kind = ("POST", {"Content-Type": "application/json"}) if body is not None else ("GET", {})
        try:
            with self._client.stream(
                method, url, content=body, headers=headers | kind, timeout=seconds
            ) as response:
                if response.is_redirect and redirects < _MAX_REDIRECTS:
                    return self._once(recipe, _same_host(url, response), headers, body, redirects + 1)
                _expect_success(response, recipe)
                same = response.status_code == httpx2.codes.NOT_MODIFIED
                given = b"" if same else _body(response, recipe, seconds)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise NoAnswer(f"{recipe.id} gave no answer: {type(error).__name__} {error}".rstrip()) from None
        told = response.headers
        return Answer(
            recipe.id,
            given,
            url=url,
            media_type=told.get("content-type", ""),
            etag=told.get("etag", ""),
            last_modified=told.get("last-modified", ""),
            not_modified=same,
        )


def addresses(fetch: Fetch, today: date, *, first: bool = False) -> list[str]:
    """Give the addresses to ask: one for each text of `each`, and for each day where days are asked for."""
    last = today - timedelta(days=fetch.lag_days)
    length = fetch.history_days if first and fetch.history_days else fetch.window_days
    begin = last - timedelta(days=length)
    days = [begin + timedelta(days=n + 1) for n in range(length)] if fetch.by_day else [last]
    urls = [_filled(fetch.url, {"from": f"{begin}", "to": f"{last}", **_of(day)}) for day in days]
    for name, texts in fetch.each.items():
        urls = [_filled(url, {name: quote(text, safe="")}) for url in urls for text in texts]
    return urls


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
        return _followed
    pages: Callable[[Fetch, str, Get], Iterable[Answer]] = import_module(f"{_PROTOCOLS}.{name}").pages
    return pages


def _followed(fetch: Fetch, url: str, get: Get) -> Iterator[Answer]:
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
        seconds = float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - time()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_WAIT)


def _body(response: httpx2.Response, recipe: Recipe, seconds: float) -> bytes:
    limit, end = recipe.fetch.max_mb << 20, monotonic() + seconds
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
        if monotonic() > end:
            raise NoAnswer(f"{recipe.id} did not finish within {seconds:g} seconds")
    return b"".join(chunks)


def _same_host(url: str, response: httpx2.Response) -> str:
    target = urljoin(url, response.headers.get("location", ""))
    if not _stays(url, target):
        other = f"redirected to another host or out of encryption, {target[:200]}"
        raise NoAnswer(f"{other}: if that is meant, put the new address into the recipe", permanent=True)
    return target


def _stays(url: str, target: str, *hosts: str) -> bool:
    """Whether a target is on the same host (or a named one) and no less encrypted: it may see the key."""
    ours, theirs = httpx2.URL(url), httpx2.URL(target)
    return theirs.host in (ours.host, *hosts) and theirs.scheme in ("https", ours.scheme)


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
