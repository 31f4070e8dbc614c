"""The sources page: how each source fares, who publishes it, and why an answer was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.looks import Health, Look
from tilannekuva.domain.services import Service
from tilannekuva.flows.asking import sources as source_rows
from tilannekuva.flows.health import LATE
from tilannekuva.flows.looking import Course
from tilannekuva.flows.messages import said
from tilannekuva.flows.trace import told_address
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.landed import outcome_word
from tilannekuva.web.urls import feed

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_WEEK = 7
_ORDER = ("refused", "failing", "late", "never", "fresh")


@dataclass(frozen=True, slots=True)
class Message:
    """What was said of a look: in the page's language, or else in `lang` and for those who mend it."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look at a source: when, what came of it, how many values were news, what was said.

    `receipt` begins the receipt of a delivery; empty for what was asked for.
    """

    at: str
    outcome: str
    news: str
    message: Message
    receipt: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source: its condition as mark and word, its instants, its publisher and licence.

    `message` is what went wrong; `message_lead` says before it, in the page's language, what that means, and
    `cure` what to do.
    `bar` draws the age of the newest news against the rhythm, `age` says it in words; `due` is empty where
    nothing is due or the page is of the past. `looks` are the newest, `refused` the newest refused ones;
    `indicators` what it tells; `definition` begins the hash of its recipe.
    """

    id: str
    title: str
    about: str
    condition: str
    condition_word: str
    news: str
    look: str
    rhythm: str
    message_lead: str
    message: Message | None
    publisher: str
    licence: str
    contact: str
    url: str
    cure: str
    bar: Markup
    age: str
    due: str
    looks: tuple[LookRow, ...]
    refused: tuple[LookRow, ...]
    sent: bool
    indicators: tuple[Link, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """All sources of the picture, those in trouble first; `counts` says how many fare how."""

    frame: Frame
    counts: tuple[tuple[str, int], ...]
    feed: Link
    rows: tuple[SourceRow, ...]


def sources_page(view: View) -> SourcesPage:
    """Make the sources page."""
    language = view.language
    health = sorted(view.picture.health, key=lambda one: (_ORDER.index(one.condition), one.source_id))
    courses = view.reader.courses([one.source_id for one in health], view.picture.as_of)
    counted = {name: sum(one.condition == name for one in health) for name in _ORDER}
    return SourcesPage(
        frame(view),
        tuple((condition_word(language, name), n) for name, n in counted.items() if n),
        Link(language.text("Corrections as a feed (Atom)"), feed(language.code, view.query)),
        tuple(_row(view, one, courses[one.source_id]) for one in health),
    )


def _row(view: View, one: Health, course: Course) -> SourceRow:
    source, language = view.picture.sources[one.source_id], view.language
    service = next(
        (each for each in view.reader.services(view.picture.as_of) if each.source == source.id), None
    )
    message = _message(language, one.message, service) if one.message else None
    rhythm = _span(language, source.rhythm)
    return SourceRow(
        id=source.id,
        title=source.title.in_(language.code),
        about=source.about.in_(language.code),
        condition=one.condition,
        condition_word=condition_word(language, one.condition),
        news=_instant(language, one.last_news_at),
        look=_instant(language, one.last_look_at),
        rhythm=rhythm,
        message_lead=_lead(language, one.condition, reported=bool(message and not message.lang)),
        message=message,
        publisher=source.publisher,
        licence=source.licence.in_(language.code),
        contact=source.contact,
        url=course.address,
        cure=_cure(language, one, sent=course.sent),
        bar=_bar(view, one, source.rhythm),
        age=_age(view, one, source.rhythm),
        due=_due(view, one),
        looks=tuple(_look(language, look, service) for look in course.looks),
        refused=tuple(_look(language, look, service) for look in course.refused),
        sent=course.sent,
        indicators=tuple(
            Link(found.title.in_(language.code), view.url("indicator", name=name))
            for name in course.tells
            if (found := view.picture.indicators.get(name))
        ),
        definition=course.definition[:12],
    )


def _message(language: Language, message: str, service: Service | None) -> Message:
    """Say a message in the page's language where it is for people who report."""
    told = said(message, service)
    return Message(told.in_(language.code), "") if told else Message(message, "en")


def _look(language: Language, look: Look, service: Service | None) -> LookRow:
    return LookRow(
        at=language.instant(look.landed_at),
        outcome=outcome_word(language, look.outcome),
        news=language.number(look.news),
        message=_message(language, look.message, service),
        receipt=told_address(look.url).removeprefix("inbox:") if look.url.startswith("inbox:") else "",
    )


def _bar(view: View, one: Health, rhythm: timedelta) -> Markup:
    """Draw how much of the time to being late has passed; a line marks one rhythm."""
    if one.last_news_at is None:
        return Markup("")
    passed = (view.picture.as_of - one.last_news_at) / (rhythm * LATE)
    over, mark = " over" if passed > 1 else "", round(100 / LATE)
    return Markup(
        '<svg class="rhythm" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" y="2" width="100" height="4"/>'
        f'<rect class="age-bar{over}" y="2" width="{min(100, round(100 * passed, 1))}" height="4"/>'
        f'<line x1="{mark}" x2="{mark}" y1="0" y2="8" vector-effect="non-scaling-stroke"/></svg>'
    )


def _age(view: View, one: Health, rhythm: timedelta) -> str:
    if one.last_news_at is None:
        return ""
    language, age = view.language, view.picture.as_of - one.last_news_at
    return language.text(
        "Newest news is {age} old; late after {limit}.",
        age=_length(language, age),
        limit=_length(language, rhythm * LATE),
    )


def _length(language: Language, span: timedelta) -> str:
    """Write a length of time in days, or in hours below two days, or in minutes below two hours."""
    if span >= 2 * _DAY:
        return language.plural("{n} day", "{n} days", round(span / _DAY))
    if span >= 2 * _HOUR:
        return language.plural("{n} hour", "{n} hours", round(span / _HOUR))
    return language.plural("{n} minute", "{n} minutes", round(span / timedelta(minutes=1)))


def _due(view: View, one: Health) -> str:
    """Say when a source is asked next; of the past nobody asks."""
    if view.picture.rewound or one.due_at is None:
        return ""
    if one.due_at <= view.picture.as_of:
        return view.language.text("now")
    return view.language.instant(one.due_at)


def _cure(language: Language, one: Health, *, sent: bool) -> str:
    """Say what to do for a source in trouble; empty when nothing."""
    if sent and one.condition == "refused":
        return language.text(
            "Whoever sent it corrects it and sends it again. If it is right, take it with the command "
            "tilannekuva update --source {source} --accept.",
            source=one.source_id,
        )
    return {
        "refused": language.text(
            "Compare the answer with the recipe. If the answer is right, take it with the command "
            "tilannekuva update --source {source} --accept. If its form has changed, mend the recipe.",
            source=one.source_id,
        ),
        "failing": language.text(
            "The source is asked again by itself. If it stays silent, open its address or ask its publisher."
        ),
        "late": language.text("Ask the publisher whether the figures are delayed or have moved elsewhere."),
        "never": language.text("It is asked when its turn comes. Nothing needs to be done."),
        "fresh": "",
    }[one.condition]


def condition_word(language: Language, condition: str) -> str:
    """Give the word for a source's condition."""
    return {
        "fresh": language.text("fresh"),
        "late": language.text("late: no news"),
        "refused": language.text("answer refused"),
        "failing": language.text("no answer"),
        "never": language.text("not asked yet"),
    }[condition]


def _lead(language: Language, condition: str, *, reported: bool) -> str:
    """Say what a message means; `reported` is one for whoever reports, in the page's language."""
    if reported and condition == "refused":
        return language.text("It was not taken, so the figures are those of the last good delivery:")
    if reported:
        return language.text("The newest delivery was taken in part:")
    return {
        "refused": language.text("The answer was refused, so the figures are those of the last good answer:"),
        "failing": language.text(
            "The source gives no answer, so the figures are those of the last good one:"
        ),
    }.get(condition, language.text("Note of the newest answer:"))


def _instant(language: Language, at: datetime | None) -> str:
    return language.instant(at) if at else "–"


def _span(language: Language, span: timedelta) -> str:
    if span.days % _WEEK == 0 and span.days:
        return language.plural("every week", "every {n} weeks", span.days // _WEEK)
    if span >= _DAY:
        return language.plural("every day", "every {n} days", span.days)
    return language.plural("every hour", "every {n} hours", span.seconds // 3600)


def rows(view: View) -> list[dict[str, Any]]:
    """Give the sources as data: one row a source."""
    found = source_rows(view.picture.health, view.picture.sources, view.language.code)
    courses = view.reader.courses([row["source"] for row in found], view.picture.as_of)
    return [
        {
            **row,
            "due_at": one.due_at and stamp(one.due_at) if not view.picture.rewound else None,
            "indicators": ";".join(courses[one.source_id].tells),
            "recipe_sha256": courses[one.source_id].definition,
        }
        for row, one in zip(found, view.picture.health, strict=True)
    ]
