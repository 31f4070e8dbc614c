"""A source on the loopback that answers as the test tells it, and remembers what it was asked."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tilannekuva.sources.recipe import Recipe, recipe

RECIPE = """
id = "own"
title = { fi = "Oma", sv = "Egen", en = "Own" }
about = { fi = "Oma", sv = "Egen", en = "Own" }
publisher = "us"
licence = { fi = "CC BY 4.0", sv = "CC BY 4.0", en = "CC BY 4.0" }
contact = "us@example.org"
every = "1h"
rhythm = "1d"
snapshot = "log"

[fetch]
url = "@url"
format = "json"
timeout = "1s"
max_mb = 1
columns = { value = "count" }
@more

[[series]]
indicator = "cases"
level = "country"
sql = "select 'Suomi' as area, answer.landed_date as reference_date, value from raw cross join answer"
"""


def own(url: str, more: str = "") -> Recipe:
    """Give a recipe that asks an address."""
    return recipe(RECIPE.replace("@url", url).replace("@more", more), "own.toml")


class Handler(BaseHTTPRequestHandler):
    """One exchange."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Remember the question and answer as told."""
        service = self.server
        assert isinstance(service, Service)
        service.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        service.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        service.answer(self)

    do_POST = do_GET  # noqa: N815 - the server's own name

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def give(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer; header names have `_` for `-`."""
        self.send_response(status)
        given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        for name, value in ({"content-length": str(len(body))} | given).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Break the connection off hard."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def dawdle(self, seconds: float) -> None:
        """Say nothing for a while."""
        time.sleep(seconds)


class Service(ThreadingHTTPServer):
    """A server whose answer is a function of the test."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Callable[[Handler], None], at: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        super().__init__(at, Handler)
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self.server_port}/data"

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away: some tests are about them."""


@contextmanager
def serving(answer: Callable[[Handler], None]) -> Iterator[Service]:
    """Run a service for the length of a test."""
    with Service(answer) as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            service.shutdown()
            thread.join()
