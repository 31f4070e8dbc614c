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
from tilannekuva.flows.entrance import Entrance, client_secret
from tilannekuva.flows.picture import states_of
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.update import Ask, Runner, utc_now
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import installed, render
from tilannekuva.web.app import FastPath, application
from tilannekuva.web.entrance import BACK, Door
from tilannekuva.web.gate import Gate
from tilannekuva.web.inbox import Reception
from tilannekuva.web.live import News
from tilannekuva.web.oidc import Directory
from tilannekuva.web.site import Shelf, Site

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
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=3
    )
    server = Server(config, app.site.news)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise TilannekuvaError("the server could not start; what it says above tells why")


class Server(uvicorn.Server):
    """Ends what open pages listen to before it waits for the answers that are under way."""

    def __init__(self, config: uvicorn.Config, news: News) -> None:
        super().__init__(config)
        self._news = news

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._news.close()
        await super().shutdown(sockets)


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
    made = Site(
        Reader(workspace, now), Shelf(now), Reception(Desk(workspace), now=clock), News(), _own(workspace)
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = threading.Event()
        every = workspace.settings.publish_every.total_seconds()
        threads = [
            threading.Thread(target=_run, args=(workspace, ask, clock, stop)),
            threading.Thread(target=_publish, args=(made.reader, every, clock, stop)),
        ]
        threads = threads if ask else []
        for thread in threads:
            thread.start()
        ticker = asyncio.create_task(_tick(workspace, made, clock))
        made.news.open(made.shelf.now)
        try:
            yield
        finally:
            made.news.close()
            stop.set()
            ticker.cancel()
            with suppress(asyncio.CancelledError):
                await ticker
            for thread in threads:
                await asyncio.to_thread(thread.join)

    return application(made, lifespan, door(workspace, clock))


def door(workspace: Workspace, clock: Callable[[], datetime]) -> Door:
    """Make the door of a workspace; raises BadDefinition when its secret is missing or weak."""
    settings = workspace.settings
    secret, oidc = client_secret(settings), settings.login.oidc
    directory = Directory(oidc, secret, settings.origin + BACK) if oidc else None
    return Door(Gate(Entrance(workspace), settings.origin, clock), workspace, directory)


def _run(workspace: Workspace, ask: Ask, clock: Callable[[], datetime], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            Runner(workspace, ask, clock=clock).run(stop)
        except TilannekuvaError as error:  # the lease was lost, say: the next turn tries again
            _log.warning("nothing is asked for now: %s", error)
        except Exception:  # noqa: BLE001 - the pages outlive whatever befalls the runner, and it begins anew
            _log.exception("the runner stumbled")
        stop.wait(_PAUSE)


def _publish(reader: Reader, every: float, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Keep the front pictures as they change, but not more often than every so many seconds."""
    while not stop.is_set():
        try:
            reader.publish(clock())
        except Exception:  # noqa: BLE001 - the pages outlive whatever befalls the archive
            _log.exception("the picture was not archived")
        stop.wait(every)


def _own(workspace: Workspace) -> dict[str, render.Body]:
    found = installed.files(workspace.settings, workspace.folder)
    return {path: render.body(*one) for path, one in found.items()}


async def _tick(workspace: Workspace, site: Site, clock: Callable[[], datetime]) -> None:
    """Empty the shelf when data, definitions, the day or a source's health have changed.

    What everybody sees moves only with what everybody may know: not even when somebody wrote is told.
    """
    known = None
    while True:
        now = clock()
        with suppress(TilannekuvaError):
            states = tuple(
                (one.source_id, one.condition) for one in await asyncio.to_thread(states_of, workspace, now)
            )
            is_open = Entrance(workspace).is_open
            found = (workspace.ledger.version(), helsinki_date(now), states, is_open)
            if found != known:
                site.heard(now, await asyncio.to_thread(site.reader.state, now))
                known = found
        await asyncio.sleep(_TICK)
