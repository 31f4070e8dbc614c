"""The brief: the front page on two sheets of paper, as a card for a chat, and as a mail.

Its value is made of the front page's own, and of the texts of the sectors: it computes no number.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import PurePath
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.picture import Picture
from tilannekuva.errors import BadInput
from tilannekuva.flows.picture import Question
from tilannekuva.flows.reader import Reader
from tilannekuva.web import charts, render, typesetting
from tilannekuva.web.language import Language, language
from tilannekuva.web.pages.area_map import AreaMap
from tilannekuva.web.pages.brief import sector_texts
from tilannekuva.web.pages.changes import Item
from tilannekuva.web.pages.decisions import body_word, holds
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.front import Front, front
from tilannekuva.web.pages.graphs import Graph
from tilannekuva.web.pages.tiles import Tile

FORMS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "eml": "message/rfc822",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
_PPI = 144  # of the card: 1200 dots wide
_RECENT = timedelta(days=14)  # decisions told
_LINES = 6  # of what waits, of sources, of decisions; the pages have them all
_AREAS = 8  # of the map's table
_LEVEL = re.compile(r'class="level level-(\w+)"')
_ENTRY = re.compile(r"<li>(<svg.*?</svg>)(.*?)</li>", re.DOTALL)
Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which brief: of which area (None for the first), in which language, as known when."""

    area: str | None
    lang: str
    as_of: datetime
    rewound: bool


def form_of(name: str) -> str:
    """Give the form that a file's name asks for; raises BadInput."""
    form = PurePath(name).suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise BadInput(f"'{name}' names no form of a brief; let it end in .{', .'.join(FORMS)}")
    return form


def of(reader: Reader, wanted: Wanted, form: str, *, head: str = "") -> tuple[Picture, bytes]:
    """Give a picture and its brief in a form of FORMS; raises NotInstalled without the extra `brief`.

    `head` is the end of the log of who saw and changed what, printed in a brief of now.
    """
    area = register().area(wanted.area or reader.areas[0]).id
    picture = reader.picture(Question(wanted.as_of, area, rewound=wanted.rewound))
    return picture, made(View(picture, language(wanted.lang), "brief", reader), form, head=head)


def made(view: View, form: str, *, head: str = "") -> bytes:
    """Give the brief of a view in a form of FORMS; raises NotInstalled without the extra `brief`."""
    value = content(view, head)
    if form == "pdf":
        return typesetting.pdf("brief.typ", value, made_at=view.picture.as_of)
    if form == "png":
        return typesetting.png("card.typ", value, ppi=_PPI)
    if form == "eml":
        return _mail(view, value, head)
    template = "mail.html" if form == "html" else "mail.txt"
    return render.html(view.language.code, template, v=value)


def _mail(view: View, value: Value, head: str) -> bytes:
    """Give a draft that a mail program opens: the text, the same as HTML, and the PDF with it."""
    message = EmailMessage()
    message["Subject"] = value["title"]
    message["Date"] = format_datetime(view.picture.as_of)
    message["X-Unsent"] = "1"  # a draft, for programs that know the word
    message.set_content(made(view, "txt", head=head).decode())
    message.add_alternative(made(view, "html", head=head).decode(), subtype="html")
    name = f"tilannekuva-{view.picture.as_of:%Y-%m-%d}-{view.language.code}.pdf"
    message.add_attachment(made(view, "pdf", head=head), maintype="application", subtype="pdf", filename=name)
    for nth, part in enumerate(one for one in message.walk() if one.is_multipart()):
        part.set_boundary(
            f"=={view.picture.id}-{nth}=="
        )  # not drawn by lot: the same brief is the same bytes
    return message.as_bytes()


def content(view: View, head: str = "") -> Value:
    """Give what a brief says, in the order in which it says it, as texts and drawings."""
    page, lang, picture = front(view), view.language, view.picture
    known = lang.text("As known {instant}", instant=page.frame.as_of)
    of_what = lang.text("Brief: {place}, {instant}", place=page.heading, instant=page.frame.as_of)
    exercise = (
        f"{lang.text('EXERCISE')}: {lang.text('The figures are simulated.')}" if picture.exercise else ""
    )
    return {
        "lang": lang.code,
        "title": f"{lang.text('EXERCISE')}: {of_what}" if exercise else of_what,
        "exercise": exercise,
        "picture_title": picture.title,
        "heading": of_what,
        "level": page.level,
        "level_word": _word(page.sign),
        "sentence": page.sentence,
        "answers": [[question, "; ".join(said)] for question, said in page.answers],
        "tiles": _tiles(view, page),
        "chart": page.graph and _chart(page, page.graph),
        "map": page.map and _map(view, page.map),
        "lists": [*_lists(view, page), _decisions(view)],
        "sectors": lang.text("The sectors in their own words"),
        "texts": [
            {"title": one.title, "title_lang": one.title_lang, "lang": one.lang, "by": one.by}
            | {"paragraphs": list(one.paragraphs)}
            for one in sector_texts(view)
        ],
        "foot": " · ".join([known, lang.text("Picture {id}", id=picture.id), *_anchor(view, head)]),
        "published": page.frame.published,
    }


def _anchor(view: View, head: str) -> Iterator[str]:
    """Tell the end of the log, so that paper shows if rows were lost; a brief of the past has none."""
    if head and not view.picture.rewound:
        yield view.language.text("Head of the log {head}", head=head)


def _tiles(view: View, page: Front) -> Value:
    lang = view.language
    head = (
        lang.text("Indicator"),
        lang.text("Value"),
        lang.text("Level"),
        lang.text("Direction"),
        lang.text("Area and day"),
    )
    title, none = lang.text("Figures"), lang.text("No figures yet: the sources have not answered.")
    return {"title": title, "head": head, "rows": [_tile(one) for one in page.tiles], "none": none}


def _tile(one: Tile) -> Value:
    found = _LEVEL.search(one.level)
    return {
        "title": one.title,
        "value": one.figure.text,
        "unit": one.unit,
        "level": found[1] if found else "",
        "level_word": _word(one.level),
        "direction": one.direction,
        "place": f"{one.place}, {one.days}",
        "notes": f"{one.age}. {one.note}".strip(),
    }


def _word(mark: str) -> str:
    """Give the words of a mark or an entry, without its drawing."""
    return html.unescape(re.sub(r"<[^>]*>", "", mark)).strip()


def _chart(page: Front, graph: Graph) -> Value:
    events = [
        {"number": one.number, "title": one.title, "lang": one.lang, "when": f"{one.lane}, {one.days}"}
        for one in graph.events
    ]
    svg = charts.standalone(graph.wide, "print")
    return {
        "title": page.course,
        "svg": svg,
        "alt": f"{graph.title}. {graph.sentence}",
        "sentence": graph.sentence,
        "events": events[-_LINES:],
    }


def _map(view: View, found: AreaMap) -> Value:
    shown = [one for nth, one in enumerate(found.rows) if nth < _AREAS or one.here]
    return {
        "title": found.title,
        "svg": charts.standalone(found.svg, "print"),
        "alt": view.language.text("Map: {title}", title=found.title),
        "unit": _word(found.legend.partition("<ul")[0]),
        "legend": [
            {"svg": charts.standalone(swatch, "print"), "text": _word(words)}
            for swatch, words in _ENTRY.findall(found.legend)
        ],
        "head": [view.language.text("Area"), view.language.text("Value"), view.language.text("Day")],
        "rows": [[one.name, one.figure.text, one.days] for one in shown],
    }


def _lists(view: View, page: Front) -> Iterator[Value]:
    lang = view.language
    unchanged = lang.text("Nothing has changed since {instant}.", instant=page.since)
    yield _list(lang, lang.text("Changed since yesterday"), map(_line, page.changed), unchanged)
    yield _list(
        lang, lang.text("To decide or falling due"), map(_line, page.due), lang.text("Nothing waits.")
    )
    told = [{"title": "", "lang": "", "text": page.frame.health.text}, *map(_line, page.health)]
    yield _list(lang, lang.text("Condition of the picture"), told, "")


def _list(lang: Language, title: str, lines: Iterable[Value], none: str) -> Value:
    found = [*lines]
    more = [{"title": "", "lang": "", "text": lang.text("More on the page.")}] if len(found) > _LINES else []
    return {"title": title, "lines": found[:_LINES] + more, "none": none}


def _line(one: Item) -> Value:
    moved = f"{one.was} → {one.now.text} {one.unit}".strip() if one.now else ""
    more = ": ".join(each for each in (one.words, moved) if each)
    return {"title": one.title, "lang": one.lang, "text": f": {more}" if more else ""}


def _decisions(view: View) -> Value:
    """Tell the decisions of the last two weeks, the newest first."""
    lang, today = view.language, helsinki_date(view.picture.as_of)
    since = today - _RECENT
    found = [one for one in view.picture.decisions if one.taken_on and since <= one.taken_on <= today]
    lines = []
    for one in reversed(found):
        told = (body_word(lang, one.body), one.taken_on and lang.day(one.taken_on), holds(lang, one, today))
        text = ", ".join(each for each in told if each)
        lines.append({"title": one.title(lang.code), "lang": one.lang(lang.code), "text": f": {text}"})
    return _list(lang, lang.text("Decisions of the last two weeks"), lines, lang.text("None is known."))
