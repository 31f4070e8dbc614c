"""What all tests share: no network, the recorded past, a fresh workspace, both engines of the store."""

import ipaddress
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.duckdb import DuckStore
from tilannekuva.store.ledger import Ledger
from tilannekuva.store.memory import MemoryStore, Store

settings.register_profile("unhurried", deadline=None)  # how long a machine takes is no fault of the code
settings.load_profile("unhurried")

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data"


class NetworkShut(RuntimeError):
    """A test reached for the network; give it a server on 127.0.0.1, or recorded bytes."""


@pytest.fixture(scope="session", autouse=True)
def network_shut() -> Iterator[None]:
    """Refuse every connection but those to this machine itself, and every look-up of a name."""
    look_up = socket.getaddrinfo

    def refused(host: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the socket takes
        if host not in (None, "", "localhost", b"localhost") and _ip(host) is None:
            raise NetworkShut(f"the network is shut in tests: {host} was looked up")
        return look_up(host, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", refused)
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _loopback_only(getattr(socket.socket, name)))
        yield


def _loopback_only(connect: Any) -> Any:  # noqa: ANN401 - a method of the socket class
    def guarded(self: socket.socket, address: Any) -> Any:  # noqa: ANN401 - its form depends on the family
        is_ip = self.family in (socket.AF_INET, socket.AF_INET6)
        found = _ip(address[0]) if is_ip else None
        if is_ip and address[0] != "localhost" and not (found and found.is_loopback):
            raise NetworkShut(f"the network is shut in tests: {address} was called")
        return connect(self, address)

    return guarded


def _ip(host: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:  # noqa: ANN401 - text or bytes
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return None


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Give the folder of recorded data beside the project."""
    if not RECORDED.exists():
        pytest.skip("the recorded data are not beside the project")
    return RECORDED


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Give a fresh workspace of Tampere."""
    init(tmp_path / "workspace", template="corona", areas=["837"])
    made = Workspace(tmp_path / "workspace")
    yield made
    made.close()


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckStore]:
    """Give an empty store of segments that may be written to."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    made = DuckStore(tmp_path / "segments", ledger)
    made.fence = ledger.lease("test", datetime.now(UTC))
    yield made
    ledger.close()


@pytest.fixture(params=["memory", "duckdb"])
def store(request: pytest.FixtureRequest) -> Store:
    """Give an empty store of each engine in turn."""
    return MemoryStore() if request.param == "memory" else request.getfixturevalue("duck")
