"""Decisions handed in by the form: each becomes a delivery, and so bytes with who entered them and when."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.calendar import instant, stamp
from tilannekuva.domain.decisions import Decision, flat
from tilannekuva.domain.looks import Look
from tilannekuva.errors import BadInput, UnknownSource
from tilannekuva.flows.decisions import Fault, decision
from tilannekuva.flows.delivery import is_good
from tilannekuva.flows.inbox import RECEIPT, receipt
from tilannekuva.flows.picture import Question
from tilannekuva.web import render
from tilannekuva.web.forms import filled
from tilannekuva.web.inbox import Reception
from tilannekuva.web.pages import decide
from tilannekuva.web.pages.decide import OWN
from tilannekuva.web.pages.decide_row import Values, plain, row
from tilannekuva.web.pages.frame import View
from tilannekuva.web.site import Site

_BEFORE = timedelta(days=1)
_OPEN = timedelta(days=7)  # for which a form may lie open: the picture that was seen then is kept with it


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was handed in: what it asks to be done, what it holds, and what it changes."""

    view: View
    values: Values
    known: Decision | None

    def page(self, status: int, *, fault: Fault | None = None, against: str = "") -> Response:
        """Give the form back as it was filled, with what is wrong."""
        values = dict(self.values)
        if fault and fault.kind == "old":
            values["seen_at"] = [stamp(self.view.picture.as_of)]
        if fault and fault.kind == "changed" and self.known:
            values["of"] = [stamp(self.known.known_at)]
        made = decide.form(self.view, values, self.known, fault=fault, against=against)
        body = render.html(self.view.language.code, "decide.html", page=made)
        return Response(body, status, media_type="text/html", headers={"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class Deciding:
    """Takes decisions in for a site."""

    site: Site
    reception: Reception

    async def take(self, request: Request) -> Response:
        """Take a form: hand it in, wait for what comes of it, and lead to the decision."""
        request.scope.update(page="decide", twin="")
        values = await filled(request)
        form = await run_in_threadpool(self._read, request, values)
        by = str(request.scope.get("person", ""))
        try:
            told = await run_in_threadpool(self._told, form, by)
            look = await self._handed_in(told, values["receipt"][0])
        except Fault as fault:
            return await run_in_threadpool(partial(form.page, 422, fault=fault))
        except UnknownSource:
            against = form.view.language.text(
                "This picture takes no decisions yet. The administrator adds decisions-own to the sources in "
                "tilannekuva.toml."
            )
            return await run_in_threadpool(partial(form.page, 503, against=against))
        if look is None or not is_good(look):
            return await run_in_threadpool(self._not_taken, form, look)
        now = max(look.landed_at, self.site.shelf.now)
        self.site.heard(now, await run_in_threadpool(self.site.reader.state, now))
        gone = decide.act(form.view) == "withdraw"
        where = form.view.url("decisions") if gone else form.view.url("decision", name=told[0].name)
        return RedirectResponse(where, 303)

    def _read(self, request: Request, values: Values) -> Form:
        view = self.site.view(request)
        known = decide.changed(view)
        if not RECEIPT.fullmatch(next(iter(values.get("receipt", ())), "")):
            raise HTTPException(400, "this form has no receipt: open it anew")
        return Form(view, values, known)

    def _told(self, form: Form, by: str) -> list[Decision]:
        """Give what a form tells: the decision, and the one that it replaces; raises Fault."""
        now = self.reception.now()
        here = form.view.reader.viewer.municipality
        told = row(decide.act(form.view), form.values, known=form.known, by=by, municipality=here)
        self._may_show(form.view, told)
        self._is_of_newest(form)
        if not told.get("taken_on"):
            raise Fault("taken_on", "missing", "has no day")
        made = decision(told, OWN, now)
        if not made.picture and decide.act(form.view) in ("new", "supersede"):
            made = made._replace(picture=self._kept(form, now))
        if form.known is None or decide.act(form.view) != "supersede":
            return [made]
        return [made, _replaced(form.known, made, by)]

    def _may_show(self, view: View, told: dict[str, str]) -> None:
        if told.get("visibility") == "leadership" and view.reader.viewer.role != "leadership":
            raise Fault("visibility", "choice", "staff cannot hide a decision from themselves")

    def _is_of_newest(self, form: Form) -> None:
        """Raise Fault where somebody changed the decision while the form was filled in.

        What was handed in before is no news to itself.
        """
        of, under = (next(iter(form.values.get(name, ())), "") for name in ("of", "receipt"))
        is_older = form.known and of and of != stamp(form.known.known_at)
        if is_older and not self.reception.desk.has(OWN, under):
            raise Fault("of", "changed", "somebody else has changed it meanwhile")

    def _kept(self, form: Form, now: datetime) -> str:
        """Keep the picture that was seen when the form was opened, as everybody sees it, and give its id."""
        seen_at = _instant(next(iter(form.values.get("seen_at", ())), ""))
        if seen_at is None or not (now - _OPEN <= seen_at <= now or form.view.picture.rewound):
            raise Fault("seen_at", "old", "this form was opened too long ago: send it again")
        shown = form.view.picture
        question = Question(min(seen_at, shown.as_of), shown.area, rewound=shown.rewound)
        reader = form.view.reader.answering(PUBLIC)
        found = reader.picture(question)
        reader.keep_for_decision(found, now)
        return found.id

    async def _handed_in(self, told: list[Decision], under: str) -> Look | None:
        """Hand decisions in, and wait for the look at them.

        A page that was gone back to has the receipt of what was handed in from it: what it now holds is a
        delivery of its own.
        """
        body = json.dumps({"decisions": [_cells(one) for one in told]}, ensure_ascii=False).encode()
        for one in (under, receipt()):
            await run_in_threadpool(self.reception.desk.deliver, OWN, body, one)
            look = await self.reception.awaited(OWN, one)
            if look is None or look.sha256 == hashlib.sha256(body).hexdigest():
                return look
        return look

    def _not_taken(self, form: Form, look: Look | None) -> Response:
        text = form.view.language.text
        if look is None:
            against = text(
                "The decision is kept but not yet recorded, as the picture is not being updated. "
                "It is recorded as soon as it is."
            )
            return form.page(202, against=against)
        return form.page(422, against=text("The decision was not recorded: {reason}", reason=look.message))


def _instant(given: str) -> datetime | None:
    try:
        return instant(given)
    except BadInput:
        return None


def _replaced(old: Decision, new: Decision, by: str) -> Decision:
    """End a decision on the day before the one that replaces it."""
    first = new.effective_from or new.taken_on or date.max
    last = min(old.effective_to or date.max, max(first - _BEFORE, old.effective_from or date.min))
    return old._replace(superseded_by=new.name, effective_to=last, by=by)


def _cells(one: Decision) -> dict[str, str]:
    """Write a decision as the recipe reads it: every column, so that none can be lost unseen."""
    return {
        name: plain(given) for name, given in flat(one).items() if name not in ("source", "known_at", "look")
    }


def routes(site: Site) -> list[Route]:
    """Give the address that takes the form; none where nothing can be handed in."""
    if site.reception is None:
        return []
    return [Route("/{lang:lang}/decide", Deciding(site, site.reception).take, methods=["POST"])]
