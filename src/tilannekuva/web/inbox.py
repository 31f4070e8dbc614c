"""The inbox over HTTP: another system hands a file in and hears what came of it.

A bearer token opens one source; there are no cookies, so no other site can make
a browser deliver.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tilannekuva.access.floods import Pace
from tilannekuva.access.tokens import Token
from tilannekuva.domain.looks import Look
from tilannekuva.errors import BadInput, TooMany
from tilannekuva.flows import inbox
from tilannekuva.flows.delivery import Arrival, Desk, is_good

PATHS = {
    "/api/inbox/{source}": "Takes a file for a source (POST, bearer token) and answers with what came of it.",
    "/api/inbox/{source}/{receipt}": "What came of a delivery.",
    "/api/inbox/{source}/{receipt}/sheet": "The sheet of a delivery with its faults marked.",
}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS = ("multipart/", "application/x-www-form-urlencoded")
_PACKED = {"": False, "identity": False, "gzip": True, "x-gzip": True}
_PER_MINUTE = 120  # requests with one token
_PATIENCE, _PAUSE = 10.0, 0.25  # seconds to wait for the outcome, and between two looks for it
_LATER = {"Retry-After": "5"}


@dataclass(slots=True)
class Reception:
    """Takes deliveries in for a desk."""

    desk: Desk
    patience: float = _PATIENCE
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    pace: Pace = field(default_factory=lambda: Pace(_PER_MINUTE, 60.0))

    def routes(self) -> list[Route]:
        """Give the addresses."""
        where = "/api/inbox/{source:slug}"
        return [
            Route(where, self.deliver, methods=["POST"]),
            Route(f"{where}/{{receipt:slug}}", self.tell, methods=["GET"]),
            Route(f"{where}/{{receipt:slug}}/sheet", self.returned, methods=["GET"]),
        ]

    async def deliver(self, request: Request) -> Response:
        """Keep a delivery, wait a while for its outcome and tell it."""
        token = await self._admitted(request)
        source, packed = token.of, _form(request)
        with await run_in_threadpool(self.desk.arrival, source, packed=packed) as arrival:
            length = request.headers.get("content-length", "")
            _within(arrival, int(length) if length.isdecimal() else 0)
            if await run_in_threadpool(self.desk.is_full, source):
                raise HTTPException(503, "too many deliveries wait: is this picture being updated?", _LATER)
            receipt = await _kept(request, arrival)
        origin = request.client.host if request.client else ""
        await run_in_threadpool(self.desk.note, token, receipt, origin=origin, now=self.now())
        await self.awaited(source, receipt)
        return await self._told(request, source, receipt)

    async def awaited(self, source: str, receipt: str) -> Look | None:
        """Wait a while for what comes of a delivery; None when it still waits."""
        for _ in range(int(self.patience / _PAUSE)):
            if look := await run_in_threadpool(self.desk.outcome, source, receipt):
                return look
            await self.sleep(_PAUSE)
        return None

    async def tell(self, request: Request) -> Response:
        """Tell what came of a delivery."""
        source = (await self._admitted(request)).of
        return await self._told(request, source, _receipt(request))

    async def returned(self, request: Request) -> Response:
        """Give the sheet that goes back."""
        source = (await self._admitted(request)).of
        sheet = await run_in_threadpool(self.desk.sheet, source, _receipt(request))
        if sheet is None:
            raise HTTPException(404, "no sheet goes back for this delivery")
        return _workbook(sheet, 200)

    async def _admitted(self, request: Request) -> Token:
        """Give the token of a request, which speaks of the source that it is for and of no other."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        token = await run_in_threadpool(self.desk.opened, given.strip(), self.now())
        if scheme.casefold() != "bearer" or token is None:
            said = "send the header `Authorization: Bearer tk_…` with a token that holds"
            raise HTTPException(401, said, {"WWW-Authenticate": "Bearer"})
        self._count(token.id)
        if request.path_params["source"] != token.of:
            raise HTTPException(403, f"this token is for {token.of} alone")
        return token

    def _count(self, token_id: str) -> None:
        """Count a request; too many with one token in a minute are refused."""
        try:
            self.pace.count(token_id, now=self.clock())
        except TooMany as error:
            said = f"at most {_PER_MINUTE} requests a minute with one token"
            raise HTTPException(429, said, {"Retry-After": str(error.wait)}) from None

    async def _told(self, request: Request, source: str, receipt: str) -> Response:
        where = f"/api/inbox/{source}/{receipt}"
        try:
            look = await run_in_threadpool(self.desk.outcome, source, receipt)
        except BadInput as error:
            raise HTTPException(404, str(error)) from None
        if look is None:
            waiting = "kept; whoever updates this picture records it, ask at the receipt what came of it"
            told = {"outcome": "waiting", "message": waiting, "receipt": where}
            return _answer(told, 202, **_LATER, Location=where)
        status = 200 if is_good(look) or request.method == "GET" else 422
        sheet = await run_in_threadpool(self.desk.sheet, source, receipt)
        if sheet and _XLSX in request.headers.get("accept", ""):
            return _workbook(sheet, status)
        more = {"sheet": f"{where}/sheet"} if sheet else {}
        return _answer(_said(look) | {"receipt": where} | more, status, Location=where)


def _form(request: Request) -> bool:
    """Say whether a body is packed; a form, or a packing that we do not know, is refused."""
    kind = request.headers.get("content-type", "").casefold()
    if kind.startswith(_FORMS):
        cure = "curl --data-binary @FILE -H 'Content-Type: text/csv'"
        raise HTTPException(415, f"send the file itself as the body, not a form: {cure}")
    packing = request.headers.get("content-encoding", "").strip().casefold()
    if packing not in _PACKED:
        raise HTTPException(415, "pack the body as gzip or not at all", {"Accept-Encoding": "gzip"})
    return _PACKED[packing]


def _within(arrival: Arrival, size: int) -> None:
    if size > arrival.limit or arrival.is_too_large:
        raise HTTPException(
            413, f"at most {arrival.limit >> 20} MB are taken, unpacked: `max_mb` of the recipe"
        )


async def _kept(request: Request, arrival: Arrival) -> str:
    try:
        async for piece in request.stream():
            await run_in_threadpool(arrival.write, piece)
            _within(arrival, 0)
        return await run_in_threadpool(arrival.keep)
    except ClientDisconnect:
        raise HTTPException(400, "the body broke off") from None
    except OSError as error:
        said = f"the delivery could not be kept ({error.strerror}); send it again later"
        raise HTTPException(503, said, _LATER) from None


def _receipt(request: Request) -> str:
    given: str = request.path_params["receipt"]
    if not inbox.RECEIPT.fullmatch(given):
        raise HTTPException(404, "this is no receipt")
    return given


def _said(look: Look) -> dict[str, Any]:
    return {"outcome": look.outcome, "rows": look.rows, "news": look.news, "message": look.message}


def _answer(told: dict[str, Any], status: int, **headers: str) -> Response:
    return JSONResponse(told, status, headers={"Cache-Control": "no-store", **headers})


def _workbook(sheet: bytes, status: int) -> Response:
    named = {"Content-Disposition": 'attachment; filename="returned.xlsx"', "Cache-Control": "no-store"}
    return Response(sheet, status, media_type=_XLSX, headers=named)
