"""The site: who answers, what is asked of them, and the ready answers, made once for all who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import end_of_day, helsinki_date, instant
from tilannekuva.domain.picture import Picture
from tilannekuva.errors import BadInstant, UnknownIndicator
from tilannekuva.flows.picture import Question
from tilannekuva.flows.reader import Reader
from tilannekuva.web import inbox, render
from tilannekuva.web.language import language
from tilannekuva.web.live import News
from tilannekuva.web.pages.frame import View
from tilannekuva.web.registry import PAGES
from tilannekuva.web.urls import asked

_ROOM = 512  # pages held in memory
Key = tuple[Viewer, bytes, bytes]


@dataclass
class Shelf:
    """Ready pages by viewer and address; emptied when there is news, `now` is when it was last.

    `state` names what everybody could know then.
    """

    now: datetime
    state: str = ""
    pages: OrderedDict[Key, render.Body] = field(default_factory=OrderedDict)

    def clear(self, now: datetime, *, everybody: bool = True) -> None:
        """Forget pages. Not everybody: only those of viewers who are logged in."""
        self.now = now
        for key in [one for one in self.pages if everybody or one[0] != PUBLIC]:
            del self.pages[key]

    def keep(self, key: Key, page: render.Body) -> None:
        """Put a page on the shelf; the oldest make room."""
        self.pages[key] = page
        while len(self.pages) > _ROOM:
            self.pages.popitem(last=False)


@dataclass(frozen=True)
class Site:
    """What the site needs of the house: who answers, the shelf, the inbox, who is told of news.

    `own` are the files of this municipality by address: colours, logo, icons, the manifest.
    """

    reader: Reader
    shelf: Shelf
    reception: inbox.Reception | None = None
    news: News = field(default_factory=News)
    own: Mapping[str, render.Body] = field(default_factory=dict)
    _making: dict[Hashable, asyncio.Task[render.Body]] = field(default_factory=dict)

    def clear(self, now: datetime, *, everybody: bool = True) -> None:
        """Forget what was read and made, and say so; the next is of `now`.

        Not everybody: what changed is not for all to know. Then their pages stay, and they hear nothing.
        """
        self.reader.clear(now, everybody=everybody)
        self.shelf.clear(now, everybody=everybody)
        if everybody:
            self.news.tell(now)

    def heard(self, now: datetime, state: str) -> None:
        """Forget what news has made old; everybody's pages only where the reader's `state` has moved."""
        self.clear(now, everybody=state != self.shelf.state)
        self.shelf.state = state

    def asked_of(self, request: Request) -> Reader:
        """Give who answers a request: the reader of its viewer, everybody's unless somebody is logged in."""
        return self.reader.answering(viewer_of(request.scope))

    def question(self, request: Request, name: str) -> Question:
        """Read what an address asks; raises BadInput for what cannot be asked."""
        text = request.query_params.get("as_of", "")
        now = self.asked_of(request).now
        as_of = instant(text) if text else now
        if as_of > end_of_day(helsinki_date(now)):
            raise BadInstant(f"'{text}' has not come yet; ask for a day that has")
        place = register().area(request.query_params.get("area") or self.reader.areas[0])
        names = frozenset({name}) if name else frozenset()
        since = date.min if name else None  # such a page shows the indicator's whole course
        return Question(min(as_of, now), place.id, rewound=bool(text), indicators=names, since=since)

    async def page(self, request: Request) -> Response:
        """Answer with a page or its data twin."""
        kept = PAGES[request.scope["page"]].kept
        return await self.answer(request, lambda: self._made(request), kept=kept)

    async def answer(
        self, request: Request, make: Callable[[], render.Body], *, kept: bool = True
    ) -> Response:
        """Answer with what `make` makes, once for all who ask meanwhile; kept until there is news."""
        key, begun = address_of(request.scope), self.shelf.now
        work = (asyncio.get_running_loop(), begun, key, "" if kept else person_of(request.scope))
        if kept and key in self.shelf.pages:
            return Ready(self.shelf.pages[key])
        if work not in self._making:
            self._making[work] = asyncio.create_task(run_in_threadpool(make))
            self._making[work].add_done_callback(lambda _: self._making.pop(work))
        made = await asyncio.shield(self._making[work])
        if kept and begun == self.shelf.now:  # else there is news, and what was begun before it is old
            self.shelf.keep(key, made)
        return Ready(made)

    def _made(self, request: Request) -> render.Body:
        view, twin = self.view(request), request.scope["twin"]
        page = PAGES[view.page]
        if twin == "csv":
            return render.body(render.as_csv(page.rows(view)), "text/csv; charset=utf-8")
        if twin == "json":
            return render.body(render.as_json(view, page.rows(view)), "application/json")
        made = render.html(view.language.code, page.template, page=page.context(view))
        return render.body(made, "text/html; charset=utf-8")

    def _picture(self, request: Request, name: str) -> Picture:
        """Give the picture that an address asks for: computed, or as it was published then."""
        reader, published = self.asked_of(request), request.query_params.get("published", "")
        if not published:
            return reader.picture(self.question(request, name))
        found = replace(reader.published(published), rewound=True)
        whole = frozenset({name}) & found.indicators.keys()
        return reader.wider(found, whole, since=date.min) if whole else found

    def view(self, request: Request) -> View:
        """Give what a request asks to see; raises BadInput for what there is not."""
        page, name = request.scope["page"], request.path_params.get("id", "")
        indicator = "" if PAGES[page].own_ids else name
        picture = self._picture(request, indicator)
        if indicator and indicator not in picture.indicators:
            raise UnknownIndicator(f"no indicator '{name}'; there are {', '.join(picture.indicators)}")
        given = request.query_params.multi_items()
        query = tuple((key, value) for key, value in given if value and key in asked(page))
        by = "" if PAGES[page].kept else person_of(request.scope)
        lang = language(request.path_params["lang"])
        return View(picture, lang, page, self.asked_of(request), name, query, by)


def viewer_of(scope: Scope) -> Viewer:
    """Give who looks: whoever the entrance let in, else everybody."""
    found: Viewer = scope.get("viewer", PUBLIC)
    return found


def person_of(scope: Scope) -> str:
    """Give the name of who asks; empty for everybody."""
    found: str = scope.get("person", "")
    return found


def address_of(scope: Scope) -> Key:
    """Give the place of an answer on the shelf."""
    return viewer_of(scope), scope["raw_path"], scope["query_string"]


class Ready(Response):
    """Sends a ready body in the form and only if the client wants it."""

    def __init__(self, body: render.Body) -> None:
        super().__init__()
        self._ready = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Send the body."""
        await sent(scope, send, self._ready)


async def sent(scope: Scope, send: Send, body: render.Body) -> None:
    """Send a ready body, packed if the client takes that, or say that it has not changed."""
    asked = dict(scope["headers"])
    if body.tag in asked.get(b"if-none-match", b""):  # also in a list, or weakened by a proxy
        await send({"type": "http.response.start", "status": 304, "headers": body.headers[False]})
        await send({"type": "http.response.body", "body": b""})
        return
    packed = b"gzip" in asked.get(b"accept-encoding", b"")
    await send({"type": "http.response.start", "status": 200, "headers": body.headers[packed]})
    content = body.packed if packed else body.plain
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
