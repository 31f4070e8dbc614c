"""What changed since an earlier instant, in words: readings, revisions, decisions, definitions, sources."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tilannekuva.domain.calendar import helsinki_date, instant, stamp
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point
from tilannekuva.flows.asking import area_name
from tilannekuva.flows.changes import Changes, Kind, Moved, Revision, Turn, day_before
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure, value_text
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.sources import condition_word
from tilannekuva.web.pages.tiles import level_word, unit


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that changed, or waits.

    `title` names it and `href` leads to it; `lang` is the title's language where it is another than the
    page's; `words` say how; `was` is the earlier value and `now` the present one, with its `unit`; `more`
    says when it became known, and from whom.
    """

    title: str
    href: str
    words: str = ""
    lang: str = ""
    was: str = ""
    now: Figure | None = None
    unit: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Changes of one kind, the gravest or largest first, with what the kind means where that is not plain."""

    id: str
    title: str
    about: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What changed since an earlier instant, in words: readings, levels, revisions, decisions, sources.

    `since` and `until` are the two instants in words, `sentence` sums up; `day` is the earlier one's day for
    the form, whose other fields are `kept`; `links` lead to usual earlier instants; `visit` is the address
    to which the instant of the last visit is added, and `seen` the instant of this picture; `sections` hold
    what changed, and are none where nothing did.
    """

    frame: Frame
    since: str
    until: str
    sentence: str
    day: str
    kept: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    visit: str
    seen: str
    sections: tuple[Section, ...]


def changes_page(view: View) -> ChangesPage:
    """Make the page; raises BadInstant when the earlier instant cannot be read."""
    found, language = compared(view), view.language
    return ChangesPage(
        frame=frame(view),
        since=language.instant(found.since),
        until=language.instant(found.as_of),
        sentence=_sentence(view, found),
        day=helsinki_date(found.since).isoformat(),
        kept=tuple(one for one in view.query if one[0] != "since"),
        links=tuple(_links(view, found.since)),
        visit=view.url("changes", since="@"),
        seen="" if view.picture.rewound else stamp(view.picture.as_of),
        sections=tuple(one for one in _sections(view, found) if one.items),
    )


def compared(view: View) -> Changes:
    """Compare the picture with the one of the instant that is asked, or of a day ago."""
    picture, text = view.picture, view.asked("since")
    asked = instant(text) if text else day_before(picture.as_of)
    return view.reader.changes(picture, min(asked, picture.as_of))


def _links(view: View, since: datetime) -> Iterator[Link]:
    now, language = view.picture.as_of, view.language
    week = helsinki_date(now) - timedelta(days=7)
    for words, text in ((language.text("a day ago"), ""), (language.text("a week ago"), week.isoformat())):
        at = instant(text) if text else day_before(now)
        yield Link(words, view.url("changes", since=text), here=at == since)


def _sentence(view: View, found: Changes) -> str:
    language = view.language
    if found.since >= found.as_of:
        return language.text("The two instants are the same: there is nothing to compare.")
    if found.none:
        return language.text("Nothing has changed.")
    corrected = sum(len(one.values) for one in found.revisions if one.kind != "completed")
    moved, turned = len(found.moved), len(found.decisions)
    counted = (
        (moved, language.plural("{n} reading moved", "{n} readings moved", moved)),
        (
            corrected,
            language.plural(
                "{n} settled value was told otherwise",
                "{n} settled values were told otherwise",
                corrected,
            ),
        ),
        (turned, language.plural("{n} event about decisions", "{n} events about decisions", turned)),
    )
    parts = [said for n, said in counted if n]
    return ", ".join(parts) + "." if parts else language.text("Only little has changed.")


def _sections(view: View, found: Changes) -> Iterator[Section]:
    text = view.language.text
    grave = [one for one in found.revisions if one.kind != "completed"]
    rest = [one for one in found.revisions if one.kind == "completed"]
    yield Section("levels", text("Levels"), "", crossings(view, found))
    yield Section("readings", text("Readings"), "", readings(view, found))
    yield Section(
        "corrections",
        text("Corrections"),
        text("Values that were settled, and that the source now tells otherwise or has taken back."),
        tuple(_revision(view, one) for one in grave),
    )
    yield Section(
        "completed",
        text("Filled up"),
        text("Values that were provisional or not there yet: that they change is expected."),
        tuple(_revision(view, one) for one in rest),
    )
    yield Section("decided", text("Decisions"), "", decided(view, found))
    yield Section(
        "definitions",
        text("Definitions"),
        text("A rewound page uses the definitions of its day."),
        tuple(_redefined(view, found)),
    )
    yield Section("conditions", text("Sources"), "", conditions(view, found))
    yield Section("refused", text("Refused answers"), "", tuple(_refused(view, found)))


def crossings(view: View, found: Changes) -> tuple[Item, ...]:
    """Give the readings that have come to another level."""
    language = view.language
    return tuple(
        _reading(
            view,
            one,
            language.text(
                "level {before} → {now}",
                before=level_word(language, one.before.level),
                now=level_word(language, one.now.level),
            ),
        )
        for one in found.moved
        if one.crossed and one.before
    )


def readings(view: View, found: Changes) -> tuple[Item, ...]:
    """Give the readings that moved, those that moved most first."""
    ordered = sorted((one for one in found.moved if _has_moved(one)), key=_relative, reverse=True)
    return tuple(_reading(view, one, "") for one in ordered)


def _has_moved(one: Moved) -> bool:
    """Whether a reading is written otherwise now than it was."""
    before, now = ((r and (r.status, r.value)) for r in (one.before, one.now))
    if before and now and None not in (before[1], now[1]):
        return round(before[1] or 0, one.indicator.decimals) != round(now[1] or 0, one.indicator.decimals)
    return before != now


def _relative(one: Moved) -> float:
    if one.before is None or one.before.value is None or one.now.value is None:
        return float("inf")
    scale = 100.0 if one.indicator.kind == "share" else max(abs(one.before.value), 1.0)
    return abs(one.now.value - one.before.value) / scale


def _reading(view: View, one: Moved, words: str) -> Item:
    language, before = view.language, one.before
    return Item(
        f"{one.indicator.short.in_(language.code)}, {area_name(one.now.area, language.code)}",
        view.url("indicator", name=one.indicator.id),
        words=words,
        was=value_text(language, one.indicator, before.value, before.status)
        if before
        else language.text("no figure"),
        now=figure(view, one.indicator, one.now.area, one.now),
        unit=unit(language, one.indicator, one.now.value),
    )


def corrections(view: View, found: Changes) -> tuple[Item, ...]:
    """Give what was settled and is told otherwise, or was taken back, one item an indicator and area."""
    return tuple(_revision(view, one) for one in found.revisions if one.kind != "completed")


def _revision(view: View, one: Revision) -> Item:
    language, indicator, most = view.language, indicator_of(view, one.indicator), one.largest
    day = language.short_day if one.freq == "day" else lambda day: language.period(day, one.freq)
    said = _told(language, one.kind, len(one.values))
    if len(one.values) > 1:
        said = language.text("{said}, the largest {day}", said=said, day=day(most.reference_date))
    else:
        said = f"{said}: {day(most.reference_date)}"
    point = Point(most.reference_date, most.value, most.status)
    return Item(
        f"{indicator.short.in_(language.code)}, {area_name(one.area, language.code)}",
        view.url("indicator", name=one.indicator),
        words=said,
        was=value_text(language, indicator, most.was, most.was_status),
        now=figure(view, indicator, one.area, point),
        more=language.text(
            "known {instant}; source: {source}",
            instant=language.instant(one.known_at, short=True),
            source=source_title(view, one.source),
        ),
    )


def _told(language: Language, kind: Kind, n: int) -> str:
    if kind == "withdrawn":
        return language.plural("{n} value withdrawn", "{n} values withdrawn", n)
    if kind == "corrected":
        return language.plural("{n} value corrected", "{n} values corrected", n)
    return language.plural("{n} value filled up", "{n} values filled up", n)


def indicator_of(view: View, name: str) -> Indicator:
    """Give an indicator of the picture."""
    return view.picture.indicators[name]


def source_title(view: View, name: str) -> str:
    """Give the title of a source; of one no longer defined its id."""
    found = view.picture.sources.get(name)
    return found.title.in_(view.language.code) if found else name


def decided(view: View, found: Changes) -> tuple[Item, ...]:
    """Give what became of decisions, the newest first."""
    return tuple(_decision(view, turn, one) for turn, one in found.decisions)


def _decision(view: View, turn: Turn, one: Decision) -> Item:
    language = view.language
    words = {
        "new": language.text("new decision"),
        "altered": language.text("decision told otherwise"),
        "withdrawn": language.text("decision taken back"),
        "begun": language.text("began to hold"),
        "ended": language.text("no longer holds"),
    }[turn]
    lang = one.lang(language.code)
    return Item(
        one.title(language.code),
        view.url("decision", name=one.name),
        words=f"{words}, {one.organ or area_name(one.area, language.code)}"
        if one.organ or one.area
        else words,
        lang="" if lang == language.code else lang,
    )


def _redefined(view: View, found: Changes) -> Iterator[Item]:
    language = view.language
    for one in found.redefined:
        since = language.text("new text since {instant}", instant=language.instant(one.known_at, short=True))
        if one.kind == "indicator":
            title, href = (
                indicator_of(view, one.id).title.in_(language.code),
                view.url("indicator", name=one.id),
            )
        else:
            title, href = source_title(view, one.id), f"{view.url('sources')}#{one.id}"
        yield Item(title, href, words=since)


def conditions(view: View, found: Changes) -> tuple[Item, ...]:
    """Give the sources whose condition is another one."""
    language = view.language
    return tuple(
        Item(
            source_title(view, name),
            f"{view.url('sources')}#{name}",
            words=f"{condition_word(language, before)} → {condition_word(language, now)}",
        )
        for name, before, now in found.sources
    )


def _refused(view: View, found: Changes) -> Iterator[Item]:
    for one in found.refused:
        words = view.language.text(
            "answer refused {instant}", instant=view.language.instant(one.landed_at, short=True)
        )
        yield Item(source_title(view, one.source_id), f"{view.url('sources')}#{one.source_id}", words=words)
