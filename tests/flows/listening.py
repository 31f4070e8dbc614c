"""A server that is begun for a test: a port for it, and its first answer."""

import socket
import time
from urllib.request import urlopen


def shown(url: str) -> tuple[int, str]:
    """Wait until a page is there and give its status and text."""
    for _ in range(300):
        try:
            with urlopen(url, timeout=10) as page:  # noqa: S310 - our own loopback
                return int(page.status), page.read().decode()
        except OSError:  # not there yet, or busy beginning
            time.sleep(0.1)
    return 0, ""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
