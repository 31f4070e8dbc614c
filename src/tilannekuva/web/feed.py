"""The feed of corrections (Atom): what was told otherwise, taken back, refused or redefined."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilannekuva.domain.calendar import stamp
from tilannekuva.flows.asking import area_name
from tilannekuva.flows.changes import Revision
from tilannekuva.flows.corrections import Correction
from tilannekuva.web import render
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.tiles import value_text
from tilannekuva.web.site import Site
from tilannekuva.web.urls import feed as address

PATHS = {"/fi/corrections.atom": "Feed of corrections (Atom). Likewise `/sv/` and `/en/`."}
ATOM: Final = "http://www.w3.org/2005/Atom"
_LINES = 12  # areas named in an entry
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))


def routes(site: Site) -> list[Route]:
    """Give the feed's route."""

    async def endpoint(request: Request) -> Response:
        request.scope.update(page="sources", twin="")
        return await site.answer(request, lambda: _body(site.view(request)))

    return [Route("/{lang:lang}/corrections.atom", endpoint)]


def _body(view: View) -> render.Body:
    return render.body(atom(view), "application/atom+xml; charset=utf-8")


def atom(view: View) -> bytes:
    """Write the feed in the language of a view; ids of entries stay for ever, addresses are whole."""
    language, picture = view.language, view.picture
    found = view.reader.corrections(picture.as_of)
    made = Element("feed", {"xmlns": ATOM, "xml:lang": language.code})
    own = view.reader.settings.origin + address(language.code, view.query)
    newest = found[0].at if found else picture.data_at or picture.as_of
    _text(made, "id", own)
    _text(made, "title", language.text("{title}: corrections", title=picture.title))
    _text(
        made,
        "subtitle",
        language.text("Figures told otherwise, figures taken back, refused answers, new definitions."),
    )
    _text(made, "updated", stamp(newest))
    SubElement(made, "link", {"rel": "self", "type": "application/atom+xml", "href": own})
    SubElement(
        made, "link", {"rel": "alternate", "type": "text/html", "href": _whole(view, view.url("sources"))}
    )
    _text(SubElement(made, "author"), "name", picture.title)
    if picture.exercise:
        SubElement(made, "category", {"term": "exercise", "label": language.text("EXERCISE")})
    for one in found:
        _entry(made, view, one)
    written: bytes = tostring(made, encoding="utf-8", xml_declaration=True)
    return written


def _whole(view: View, path: str) -> str:
    return view.reader.settings.origin + path


def _text(within: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(within, name, attributes).text = text.translate(_NO_XML)


def _entry(feed: Element, view: View, one: Correction) -> None:
    made = SubElement(feed, "entry")
    _text(made, "id", one.id)
    _text(made, "title", _title(view, one))
    _text(made, "updated", stamp(one.at))
    SubElement(
        made, "link", {"rel": "alternate", "type": "text/html", "href": _whole(view, _leads(view, one))}
    )
    SubElement(made, "category", {"term": one.kind})
    lines = list(_lines(view, one)) or [_title(view, one)]
    _text(made, "content", "\n".join(lines), type="text")


def _title(view: View, one: Correction) -> str:
    language, indicator = view.language, view.picture.indicators.get(one.subject)
    source = view.picture.sources.get(one.subject)
    of = indicator.title if indicator else source.title if source else None
    name = of.in_(language.code) if of else one.subject
    return {
        "corrected": language.text("Corrected: {name}", name=name),
        "withdrawn": language.text("Taken back: {name}", name=name),
        "refused": language.text("Answer refused: {name}", name=name),
        "indicator": language.text("New definition: {name}", name=name),
        "recipe": language.text("New recipe of a source: {name}", name=name),
    }[one.kind]


def _leads(view: View, one: Correction) -> str:
    """Give the address of the page on which a correction is seen."""
    if one.revisions:
        worst = max(one.revisions, key=lambda found: found.largest.size)
        day = worst.largest.reference_date.isoformat()
        return view.url("trace", name=one.subject, area=worst.area, day=day)
    if one.kind == "indicator" and one.subject in view.picture.indicators:
        return view.url("indicator", name=one.subject)
    return f"{view.url('sources')}#{one.subject}"


def _lines(view: View, one: Correction) -> Iterator[str]:
    """Yield what an entry says, an area a line."""
    language = view.language
    for found in one.revisions[:_LINES]:
        yield _line(view, found)
    if len(one.revisions) > _LINES:
        yield language.text("and {n} more areas", n=len(one.revisions) - _LINES)
    if one.message:
        yield language.text("The old figures stay. The reason, in English: {message}", message=one.message)


def _line(view: View, one: Revision) -> str:
    language, indicator, largest = view.language, view.picture.indicators.get(one.indicator), one.largest
    was, now = (
        value_text(language, indicator, value, status) if indicator else str(value)
        for value, status in ((largest.was, largest.was_status), (largest.value, largest.status))
    )
    place = area_name(one.area, language.code)
    day = language.period(largest.reference_date, one.freq)
    values = {"place": place, "day": day, "was": was, "now": now}
    return language.plural(
        "{place}: {day} was {was}, is {now}",
        "{place}: {n} values, most of all {day}: was {was}, is {now}",
        len(one.values),
        **values,
    )
