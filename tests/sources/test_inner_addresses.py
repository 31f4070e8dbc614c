"""The law of the house: no recipe, redirect or name server makes us ask a machine inside it."""

import ipaddress
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import chain, repeat
from urllib.parse import unquote

import pytest
from service import Handler, Service, own

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import NoAnswer
from tilannekuva.sources.connection import is_inner
from tilannekuva.sources.pace import Pace
from tilannekuva.sources.transport import Transport

DAY = date(2021, 3, 15)
OUTSIDE = "127.0.0.2"  # stands for the public network: the one address that is allowed
EVERYTHING = ("0.0.0.0/0", "::/0")
PAGED = 'rows = "rows.*"\nnext = "next"'

# Thirty-two ways in. `@` is the port of the inner service, and of the outer one at its own address.
HOSTILE = (
    "http://127.0.0.1:@/",
    "http://127.1:@/",
    "http://127.0.1:@/",
    "http://2130706433:@/",
    "http://0x7f000001:@/",
    "http://0x7F.0x0.0x0.0x1:@/",
    "http://017700000001:@/",
    "http://0177.0.0.1:@/",
    "http://0177.1:@/",
    "http://127.0.0.1.:@/",
    "http://localhost:@/",
    "http://LOCALHOST.:@/",
    "http://0.0.0.0:@/",
    "http://0:@/",
    "http://[::1]:@/",
    "http://[::]:@/",
    "http://[::ffff:7f00:1]:@/",
    "http://[::ffff:127.0.0.1]:@/",
    "http://[::7f00:1]:@/",
    "http://[64:ff9b::7f00:1]:@/",
    "http://[2002:7f00:1::]:@/",
    "http://[fe80::1%25lo]:@/",
    "http://public.example@127.0.0.1:@/",
    "http://127.0.0.1:@#.public.example/",
    "http://public.example\\@127.0.0.1:@/",
    "http://１２７.０.０.１:@/",
    "http://127。0。0。1:@/",
    "http://169.254.169.254/latest/meta-data/",
    "http://inner.example:@/",
    "http://mixed.example:@/",
    "http://public.example:@/to?http://127.0.0.1:@/",
    "http://rebound.example:@/next?/secret",
)
NAMES = {
    "public.example": (OUTSIDE,),
    "inner.example": ("127.0.0.1",),
    "mixed.example": (OUTSIDE, "127.0.0.1"),
}


class Resolver:
    """Stands in for a name server: one that reads numbers in any dress, and lies from the second time on."""

    def __init__(self) -> None:
        self.rebound = chain([OUTSIDE], repeat("127.0.0.1"))

    def __call__(self, host: str, _: int) -> list[str]:
        """Give the addresses of a host."""
        name = host.rstrip(".").lower()
        if name in NAMES:
            return [*NAMES[name]]
        if name in ("localhost", "rebound.example"):
            return ["127.0.0.1" if name == "localhost" else next(self.rebound)]
        if ":" in name:
            return [name.replace("%25", "%").partition("%")[0]]
        return [socket.inet_ntoa(socket.inet_aton(name))]


class Secret:
    """A service inside the house that counts who comes."""

    def __init__(self) -> None:
        self.listeners = [socket.create_server(("127.0.0.1", 0))]
        self.port: int = self.listeners[0].getsockname()[1]
        with suppress(OSError):  # a machine without IPv6
            self.listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self.callers = 0
        self.threads = [threading.Thread(target=self._listen, args=(one,)) for one in self.listeners]
        for thread in self.threads:
            thread.start()

    def _listen(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                self.callers += 1
                with caller:
                    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

    def close(self) -> None:
        """Stop listening."""
        for listener in self.listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self.threads:
            thread.join()


@pytest.fixture(scope="module")
def secret() -> Iterator[Secret]:
    made = Secret()
    yield made
    made.close()


@pytest.fixture(scope="module")
def outside(secret: Secret) -> Iterator[Service]:
    """Give a service outside, at the same port, that sends us wherever the address says."""

    def answer(one: Handler) -> None:
        path, _, target = unquote(one.path).partition("?")
        if path == "/to":
            one.give(302, Location=target)
        else:
            one.give(200, json.dumps({"rows": [], "next": target or None}).encode())

    with Service(answer, (OUTSIDE, secret.port)) as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield service
        service.shutdown()
        thread.join()


def ask(url: str, secret: Secret, *, allowed: tuple[str, ...] = (f"{OUTSIDE}/32",), more: str = "") -> Answer:
    """Ask an address with a name server that lies."""
    recipe = own(url.replace(":@", f":{secret.port}").replace("\\", "\\\\"), more)
    with Transport(allowed, attempts=1, resolve=Resolver(), pace=Pace(sleep=lambda _: None)) as transport:
        return transport.ask(recipe, today=DAY)


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("url", HOSTILE)
@pytest.mark.parametrize("more", ["", PAGED], ids=["one page", "pages"])
def test_no_hostile_address_reaches_a_service_inside(secret: Secret, url: str, more: str):
    """Whatever the address looks like, nobody knocks at the inner service."""
    with suppress(NoAnswer):
        assert ask(url, secret, more=more).body == b'{"rows": [], "next": "/secret"}'

    assert secret.callers == 0


def test_there_are_thirty_two_of_them():
    assert len(set(HOSTILE)) == 32


@pytest.mark.usefixtures("outside")
def test_an_outer_address_is_reached(secret: Secret):
    """So the table does not pass by asking nobody."""
    assert ask("http://public.example:@/", secret).body == b'{"rows": [], "next": null}'


@pytest.mark.usefixtures("outside")
def test_the_addresses_are_dangerous(secret: Secret):
    """With every network allowed most of them lead inside: the guard is what holds them off.

    Only loopback ones are tried: the tests call nobody else.
    """
    for url in HOSTILE:
        if not any(part in url for part in ("[", "http://0.0", "http://0:", "169.254")):
            with suppress(NoAnswer):
                ask(url, secret, allowed=EVERYTHING, more=PAGED)
    reached, secret.callers = secret.callers, 0

    assert reached >= 15


@pytest.mark.usefixtures("outside")
def test_a_name_that_changes_its_address_is_refused_the_second_time(secret: Secret):
    """The first page came from outside; the address of the second is checked anew."""
    with pytest.raises(NoAnswer, match=r"rebound\.example leads to 127\.0\.0\.1, inside the house"):
        ask("http://rebound.example:@/next?/secret", secret, more=PAGED)


@pytest.mark.usefixtures("outside")
def test_another_port_of_the_same_host_is_another_service(secret: Secret):
    """A source inside the house does not get to choose which of its host's services we ask."""
    with pytest.raises(NoAnswer, match="redirected to another host"):
        ask(f"http://public.example:@/to?http://public.example:{secret.port + 1}/", secret)


INNER = (
    *("127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "0.0.0.0", "0.1.2.3", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),  # noqa: S104 - asked, not listened on
    *("255.255.255.255", "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:7f00:1", "::ffff:10.0.0.1"),
    *("::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2002:a00:1::1", "2001::1", "2001:db8::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%2"),
    *("fec0::1", "ff02::1", "100::1", "4000::1"),
)
PUBLIC = (
    "86.50.1.2",
    "172.32.0.1",
    "193.166.4.1",
    "2001:708:10::1",
    "2a00:1450:4001::1",
    "64:ff9b::5632:102",
)


@pytest.mark.parametrize("address", INNER)
def test_every_address_that_is_not_the_public_network_is_inner(address: str):
    """Also mapped, compatible, translated, tunnelled, site-local and zoned ones."""
    assert is_inner(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not_inner(address: str):
    """Also one that a translator of a network without IPv4 makes."""
    assert not is_inner(ipaddress.ip_address(address))


def test_a_network_of_the_settings_is_allowed_and_no_other(secret: Secret):
    """Neither its neighbour nor the same address in another dress."""
    said = []
    for host in ("127.3.0.9", "127.4.0.9", "[::ffff:127.3.0.9]"):
        with pytest.raises(NoAnswer) as caught:
            ask(f"http://{host}:@/", secret, allowed=("127.3.0.0/16",))
        said.append("inside the house" in str(caught.value))

    assert said == [False, True, True]
