"""Connections: to an address that was checked, under the host's own name, for a limited time."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import httpx2

from tilannekuva.errors import NoAnswer

_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out for the public network
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64: the last four bytes are the address meant
_CONNECTED = "connection.connect_tcp.complete"
Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> list[str]:
    """Give a host's addresses in the order in which the system would try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Guard(httpx2.BaseTransport):
    """Resolves a host once, refuses inner addresses, and connects to the addresses it checked.

    A connection serves one request: what a host has proved of itself is never
    lent to another host that shares its address.
    """

    def __init__(self, allowed: Sequence[str], resolve: Resolve = resolved) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]
        self._resolve = resolve
        self._inner = httpx2.HTTPTransport(limits=httpx2.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the first checked address that is there."""
        host, port = request.url.raw_host.decode("ascii"), request.url.port
        addresses = self._addresses(host, port or (443 if request.url.scheme == "https" else 80))
        request.extensions = {**request.extensions, "sni_hostname": host}
        for address in addresses[:-1]:
            with suppress(
                httpx2.ConnectError, httpx2.ConnectTimeout
            ):  # nothing was sent: the next may be there
                return self._sent(request, address)
        return self._sent(request, addresses[-1])

    def _sent(self, request: httpx2.Request, address: str) -> httpx2.Response:
        request.url = request.url.copy_with(host=address)
        return self._inner.handle_request(request)

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError, OverflowError) as error:
            raise NoAnswer(f"no address is known for {host}: {error}") from None
        if not found:
            raise NoAnswer(f"no address is known for {host}")
        for text in found:
            address = ipaddress.ip_address(text)
            if is_inner(address) and not any(address in network for network in self._allowed):
                inner = f"{host} leads to {address}, inside the house; if that is meant, add its network to"
                raise NoAnswer(f"{inner} allow_networks in tilannekuva.toml", permanent=True)
        return found

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def is_inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address, or the one that a tunnel or translator makes of it, is not public."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _TRANSLATED:
            return is_inner(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _UNICAST or (address.sixtofour and is_inner(address.sixtofour)):
            return True
    return not address.is_global or address.is_multicast


class Deadline:
    """Ends a connection when its time is up, be it in the handshake, the headers or the body.

    Time limits of single reads do not help against a source that drips: each drop comes in time.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._watch(None)

    def trace(self, event: str, told: dict[str, Any]) -> None:
        """Hear from the client that a connection stands: a second handle of it is held."""
        if event == _CONNECTED:
            self._watch(told["return_value"].get_extra_info("socket").dup())

    def _watch(self, handle: socket.socket | None) -> None:
        with self._lock:
            if self._socket:
                self._socket.close()
            self._socket = handle
            if self.passed:
                self._end()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            self._end()

    def _end(self) -> None:
        if self._socket:
            with suppress(OSError):  # the other side ended it first
                self._socket.shutdown(socket.SHUT_RDWR)
