"""The server: pages by uvicorn, the runner beside them in a thread, both ended together."""

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import uvicorn
from starlette.applications import Starlette

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.errors import BadInput, TilannekuvaError
from tilannekuva.flows.delivery import Desk
from tilannekuva.flows.picture import states_of
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.update import Ask, Runner, utc_now
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath, Shelf, Site, application
from tilannekuva.web.inbox import Reception

_log = logging.getLogger(__name__)
_PAUSE = 30.0  # seconds before a runner that ended on a fault begins anew
_TICK = 1.0  # seconds between two looks for news that another process may have written


def serve(workspace: Workspace, host: str, port: int, *, ask: Ask | None) -> None:
    """Serve until Ctrl-C; with `ask`, keep the picture up to date. Raises Busy when another does."""
    _free(host, port)
    if ask is not None:
        with workspace.writing("serve"):
            pass  # says at once who else is updating, before anybody sees a page
    app = site(workspace, ask=ask)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=3)


def _free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise BadInput(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from None


def site(
    workspace: Workspace, *, ask: Ask | None = None, clock: Callable[[], datetime] = utc_now
) -> FastPath:
    """Make the application of a workspace."""
    now = clock()
    made = Site(Reader(workspace, now), Shelf(now), Reception(Desk(workspace), now=clock))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = threading.Event()
        threads = [threading.Thread(target=_run, args=(workspace, ask, clock, stop))] if ask else []
        for thread in threads:
            thread.start()
        ticker = asyncio.create_task(_tick(workspace, made, clock))
        try:
            yield
        finally:
            stop.set()
            ticker.cancel()
            with suppress(asyncio.CancelledError):
                await ticker
            for thread in threads:
                await asyncio.to_thread(thread.join)

    return application(made, lifespan)


def _run(workspace: Workspace, ask: Ask, clock: Callable[[], datetime], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            Runner(workspace, ask, clock=clock).run(stop)
        except TilannekuvaError as error:  # the lease was lost, say: the next turn tries again
            _log.warning("nothing is asked for now: %s", error)
        except Exception:  # noqa: BLE001 - the pages outlive whatever befalls the runner, and it begins anew
            _log.exception("the runner stumbled")
        stop.wait(_PAUSE)


async def _tick(workspace: Workspace, site: Site, clock: Callable[[], datetime]) -> None:
    """Empty the shelf when data, definitions, the day or a source's health have changed."""
    seen = None
    while True:
        now = clock()
        with suppress(TilannekuvaError):
            states = tuple(
                (one.source_id, one.condition) for one in await asyncio.to_thread(states_of, workspace, now)
            )
            found = (workspace.ledger.version(), helsinki_date(now), states)
            if found != seen:
                site.clear(now)
                seen = found
        await asyncio.sleep(_TICK)
