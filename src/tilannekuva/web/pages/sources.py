"""The sources page: how each source fares, who publishes it, and why an answer was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tilannekuva.domain.looks import Health
from tilannekuva.flows.asking import sources as source_rows
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, View, frame

_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source: its condition as mark and word, its instants, its publisher and licence.

    `message` is what went wrong, in English and for those who mend it;
    `message_lead` says before it, in the page's language, what that means.
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
    message: str
    publisher: str
    licence: str
    contact: str
    url: str


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """All sources of the picture, those in trouble first."""

    frame: Frame
    rows: tuple[SourceRow, ...]


def sources_page(view: View) -> SourcesPage:
    """Make the sources page."""
    order = ("refused", "failing", "late", "never", "fresh")
    health = sorted(view.picture.health, key=lambda one: (order.index(one.condition), one.source_id))
    return SourcesPage(frame(view), tuple(_row(view, one) for one in health))


def _row(view: View, one: Health) -> SourceRow:
    source, language = view.picture.sources[one.source_id], view.language
    return SourceRow(
        id=source.id,
        title=source.title.in_(language.code),
        about=source.about.in_(language.code),
        condition=one.condition,
        condition_word=condition_word(language, one.condition),
        news=_instant(language, one.last_news_at),
        look=_instant(language, one.last_look_at),
        rhythm=_span(language, source.rhythm),
        message_lead=_lead(language, one.condition),
        message=one.message,
        publisher=source.publisher,
        licence=source.licence.in_(language.code),
        contact=source.contact,
        url=source.url,
    )


def condition_word(language: Language, condition: str) -> str:
    """Give the word for a source's condition."""
    return {
        "fresh": language.text("fresh"),
        "late": language.text("late: no news"),
        "refused": language.text("answer refused"),
        "failing": language.text("no answer"),
        "never": language.text("not asked yet"),
    }[condition]


def _lead(language: Language, condition: str) -> str:
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
    return source_rows(view.picture.health, view.picture.sources, view.language.code)
