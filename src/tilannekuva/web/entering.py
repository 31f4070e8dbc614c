"""Reports handed in from the phone screen: judged before they land, landed once, and told what came of them.

One form filled in one way is one delivery, however often it is sent: the phone keeps it until it hears what
came of it, and a reply may be lost on the way. Every answer is the page itself, so that a browser without
scripts and the script that keeps the queue read the same.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilannekuva.domain.looks import Look
from tilannekuva.domain.reports import Cell, Report, faults
from tilannekuva.domain.services import STOCKS, Service, Stage
from tilannekuva.flows import services
from tilannekuva.flows.delivery import Desk
from tilannekuva.flows.inbox import RECEIPT
from tilannekuva.flows.messages import said
from tilannekuva.web import render
from tilannekuva.web.forms import filled
from tilannekuva.web.inbox import Reception
from tilannekuva.web.pages.enter import (
    CORRECTED,
    HELD,
    Given,
    Kind,
    Told,
    area_of,
    first_of,
    mark,
    report_page,
    service_of,
    today_of,
)
from tilannekuva.web.pages.frame import View
from tilannekuva.web.site import Site

_KEPT, _AHEAD = timedelta(days=14), timedelta(hours=1)  # how old a form may be, how far ahead a clock
_LATER = {"Retry-After": "30"}
_KINDS: Mapping[str, Kind] = {"ok": "taken", "unchanged": "same", "partial": "partly", "refused": "refused"}


def routes(site: Site) -> list[Route]:
    """Give the address that takes a report; none where nothing can be handed in."""
    if site.reception is None:
        return []
    answer = partial(_handed_in, site=site, reception=site.reception)
    return [Route("/{lang:lang}/enter/{id:slug}", answer, methods=["POST"])]


async def _handed_in(request: Request, site: Site, reception: Reception) -> Response:
    """Judge a report and hand it in, or give it back with its faults beside its fields."""
    fields = {name: values[0].strip() for name, values in (await filled(request)).items()}
    request.scope.update(page="report", twin="")
    view = await run_in_threadpool(site.view, request)
    entered = Entered(view, service_of(view), fields, reception.now())
    is_told = await run_in_threadpool(entered.is_told, reception.desk)
    wrong = {} if is_told else entered.misread() or await run_in_threadpool(entered.untrue)
    if wrong:
        return await entered.answer("held", wrong=wrong)
    look = await _landed(entered, reception)
    if look and look.outcome == "failed":
        raise HTTPException(503, look.message, _LATER)
    kind = _KINDS[look.outcome] if look else "waits"
    return await replace(entered, now=reception.now()).answer(kind, look=look)


async def _landed(entered: "Entered", reception: Reception) -> Look | None:
    """Hand a report in and give the look at it; None where it waits still."""
    source = entered.service.source
    if await run_in_threadpool(reception.desk.is_full, source):
        raise HTTPException(503, "too many deliveries wait: is this picture being updated?", _LATER)
    body = services.wire(entered.service, [entered.report])
    try:
        await run_in_threadpool(reception.desk.deliver, source, body, entered.receipt)
    except OSError as error:
        raise HTTPException(503, f"it could not be kept ({error.strerror})", _LATER) from None
    return await reception.awaited(source, entered.receipt)


@dataclass(frozen=True, slots=True)
class Entered:
    """A form as it came: the page it is of, its service, its fields, and when it came."""

    view: View
    service: Service
    fields: Mapping[str, str]
    now: datetime

    @property
    def receipt(self) -> str:
        """Give the receipt of the delivery: the same for the same form filled in the same way."""
        told = [
            self.service.id,
            area_of(self.view),
            *(f"{name}={self.fields[name]}" for name in sorted(self.fields)),
        ]
        return self.fields["receipt"][:-12] + hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]

    @property
    def counts(self) -> dict[Stage, float]:
        """Give the numbers that were written; ValueError for what is none."""
        written = {one: "".join(self.fields.get(one, "").split()) for one in self.service.stages}
        return {stage: float(_count(text)) for stage, text in written.items() if text}

    @property
    def report(self) -> Report:
        """Give the report."""
        return Report(
            area_of(self.view),
            date.fromisoformat(self.fields["day"]),
            self.counts,
            place=self.fields.get("place", ""),
            age=self.fields.get("age", ""),
            by=self.view.by,
            reason=self.fields.get("reason", ""),
        )

    def is_told(self, desk: Desk) -> bool:
        """Whether this very form was handed in before: its answer was lost, and nothing is judged anew."""
        is_own = self.fields.get("by", "") == mark(self.view.by)
        is_form = RECEIPT.fullmatch(self.fields.get("receipt", ""))
        return bool(is_own and is_form and desk.has(self.service.source, self.receipt))

    def misread(self) -> dict[str, str]:
        """Say what cannot be read, by field: the form itself, its day, its numbers."""
        words, wrong = self.view.language, self._misplaced()
        try:
            day = date.fromisoformat(self.fields.get("day", ""))
        except ValueError:
            wrong["day"] = words.text("Choose the day.")
        else:
            if day < first_of(self.view):
                wrong["day"] = words.text(
                    "Only the last {n} days are reported here. Send an earlier day as an Excel file.",
                    n=CORRECTED,
                )
        written = [one for one in self.service.stages if self.fields.get(one, "")]
        for one in written:
            if not _is_count(self.fields[one]):
                wrong[one] = words.text("Write a whole number in figures.")
        if services.tells_of_person(self.fields.get("reason", "")):
            wrong["reason"] = words.text("An identity code or a phone number is not recorded. Take it out.")
        if not written:
            wrong[self.service.screen[0]] = words.text("Write at least one number.")
        return wrong

    def _misplaced(self) -> dict[str, str]:
        """Say why a form is not to be taken from this person, or at this time."""
        words, given = self.view.language, self.fields.get("receipt", "")
        if self.fields.get("by", "") != mark(self.view.by):
            return {
                "": words.text(
                    "Somebody else entered these figures here. Check them, and send them as yours."
                )
            }
        made = _made_at(given)
        if made is None or not self.now - _KEPT <= made <= self.now + _AHEAD:
            return {
                "": words.text("This form was opened too long ago. Check the figures and send them again.")
            }
        return {}

    def untrue(self) -> dict[str, str]:
        """Say what cannot be true after all that was told before, by field."""
        report, code = self.report, self.view.language.code
        told = self.view.reader.reported(self.service, report.area, self.now)
        found: dict[str, str] = {}
        for one in faults(self.service, [report], told, today=today_of(self.view)):
            shown = [stage for stage in one.stages if stage in self.service.screen]
            found.setdefault(shown[0] if shown else "", one.text.in_(code))
        lowered = any(self._is_lowered(stage, value, told) for stage, value in report.counts.items())
        return found | ({"reason": ""} if found and lowered else {})

    async def answer(
        self, kind: Kind, *, look: Look | None = None, wrong: Mapping[str, str] | None = None
    ) -> Response:
        """Answer with the page: what came of the report, or the form with its faults."""
        made = await run_in_threadpool(self._page, kind, look, wrong or {})
        status = 422 if kind in HELD else 200
        return Response(made, status, media_type="text/html", headers={"Cache-Control": "no-store"})

    def _page(self, kind: Kind, look: Look | None, wrong: Mapping[str, str]) -> bytes:
        given = Given(self.fields, wrong) if kind in HELD else Given()
        if "" in wrong or kind == "refused":
            given = replace(given, fields={**self.fields, "receipt": ""})
        counts = () if kind in HELD else tuple(self._counted())
        told = Told(kind, self._said(kind), counts, tuple(self._reasons(look, wrong)))
        page = report_page(self.view, given, told, at=self.now)
        return render.html(self.view.language.code, "report.html", page=page)

    def _is_lowered(self, stage: Stage, value: float, told: Mapping[Cell, float]) -> bool:
        before = Cell(stage, self.report.area, self.report.day, self.report.stratum)
        return stage not in STOCKS and value < told.get(before, 0)

    def _said(self, kind: Kind) -> str:
        """Say in one sentence what came of it."""
        words = self.view.language
        told = {
            "taken": words.text("Taken."),
            "same": words.text("Nothing changed: the same figures had been given."),
            "partly": words.text("Taken in part."),
            "waits": words.text("Kept. It is recorded as soon as the picture is updated."),
            "refused": words.text("Not taken."),
            "held": words.text("Not sent yet: check what is marked."),
        }
        return told[kind]

    def _counted(self) -> list[str]:
        """Give the day and the numbers that were written."""
        report, words = self.report, self.view.language
        titles = ((self.service.count(one).title.in_(words.code), n) for one, n in report.counts.items())
        told = [f"{title}: {words.number(n)}" for title, n in titles]
        return [words.day(report.day), *told]

    def _reasons(self, look: Look | None, wrong: Mapping[str, str]) -> Iterator[str]:
        """Yield what is wrong and stands beside no field."""
        beside = {"day", "reason", *self.service.screen}
        yield from (text for name, text in wrong.items() if text and name not in beside)
        if look and look.message:
            told = said(look.message, self.service)
            yield told.in_(self.view.language.code) if told else look.message


def _is_count(text: str) -> bool:
    plain = "".join(text.split())
    return plain.isascii() and plain.isdecimal()


def _count(text: str) -> int:
    if not _is_count(text):
        raise ValueError(text)
    return int(text)


def _made_at(given: str) -> datetime | None:
    """Give when the form of a receipt was made; None for what is no receipt."""
    try:
        return (
            datetime.strptime(f"{given[1:16]}+0000", "%Y%m%d-%H%M%S%z") if RECEIPT.fullmatch(given) else None
        )
    except ValueError:
        return None
