"""Live: tells open pages that there is a new picture, by server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.definitions import LANGS
from tilannekuva.web.language import language

PATHS = {"/events": "Server-sent events: one for each new picture, with the instant it is of."}
_BEAT = 20.0  # seconds of silence after which a sign of life is sent
_PATIENCE = 10.0  # seconds that a client may take to accept one event
_RETRY = 3000  # milliseconds after which a browser calls again
_CLIENTS = 4000  # more than this many open pages are told to ask again later


class News:
    """What open pages are told: only the newest, so that a slow reader costs nothing.

    Every stream waits for the same future; `open` turns it on, `close` ends all streams. `beat` are the
    seconds of silence before a sign of life, `patience` those that a client may take to accept one event.
    """

    def __init__(self, *, beat: float = _BEAT, patience: float = _PATIENCE) -> None:
        self._pause, self.patience = beat, patience
        self._at = datetime.min.replace(tzinfo=UTC)
        self._told = monotonic()
        self._said: dict[str, str] = {}
        self._next: asyncio.Future[bool] | None = None
        self._beating: asyncio.Task[None] | None = None
        self.clients = 0

    def open(self, now: datetime) -> None:
        """Begin to tell, in the running loop."""
        self._next = asyncio.get_running_loop().create_future()
        self._beating = asyncio.create_task(self._beat())
        self.tell(now)

    def close(self) -> None:
        """End all streams."""
        if self._beating and self._next:
            self._beating.cancel()
            self._next.set_result(False)
            self._next = self._beating = None

    def tell(self, now: datetime) -> None:
        """Tell of a picture as of `now`."""
        self._at, self._told, self._said = now, monotonic(), _said(now)
        self._wake()

    def _wake(self) -> None:
        if self._next:
            woken, self._next = self._next, self._next.get_loop().create_future()
            woken.set_result(True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            self._wake()

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield what is sent: at once the newest picture, then each newer one, a beat in between."""
        last, on = None, True
        while on and (coming := self._next):
            yield b":\n\n" if self._at == last else self._event()
            last = self._at
            on = await asyncio.shield(coming)

    def _event(self) -> bytes:
        told = {"as_of": stamp(self._at), "age": round(monotonic() - self._told, 1), **self._said}
        return f"retry: {_RETRY}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()

    async def endpoint(self, _: Request) -> Response:
        """Answer with a stream; 204 where nothing new can come, so that a browser does not call again."""
        if self._next is None:
            return Response(status_code=204)
        if self.clients >= _CLIENTS:
            raise HTTPException(503, "too many pages are open; this one does not hear of news")
        return _Stream(self)


class _Stream(Response):
    """Sends events until the client leaves, is too slow, or the server ends."""

    def __init__(self, news: News) -> None:
        super().__init__(
            media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        self._news = news

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Send the stream."""
        headers = [one for one in self.raw_headers if one[0] != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        left = asyncio.create_task(_left(receive))
        self._news.clients += 1
        try:
            await self._send(send, left)
        finally:
            self._news.clients -= 1
            left.cancel()

    async def _send(self, send: Send, left: asyncio.Task[None]) -> None:
        async for event in self._news.stream():
            if left.done():
                return
            body: Message = {"type": "http.response.body", "body": event, "more_body": True}
            try:
                await asyncio.wait_for(send(body), self._news.patience)
            except TimeoutError:
                return
        await send({"type": "http.response.body", "body": b""})


def _said(now: datetime) -> dict[str, str]:
    words = [language(lang) for lang in LANGS]
    return {one.code: one.text("The picture was updated {clock}.", clock=one.clock(now)) for one in words}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
