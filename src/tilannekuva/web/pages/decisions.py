"""The decisions page: what was decided, by whom, and from when to when it holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.decisions import BODIES, Decision, Standing
from tilannekuva.domain.measures import measure
from tilannekuva.errors import BadInstant
from tilannekuva.flows.asking import area_name, decision_row
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import words

_MOST = 300  # decisions shown at once; the data have them all


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision of the register.

    `number` is that of its marker in the chart, `day` when it was taken; `lang` is the title's language where
    it is another than the page's; `link` leads to its own page; `by` names the kind of body and the
    area, `organ` the body's own name, which is in Finnish; `holds` says from when to when it is in force, and
    whether it is now; `about` is the measure; `note` the source's own remark; `known` says when the picture
    came to know of it, and from which source.
    """

    number: int
    day: str
    title: str
    lang: str
    link: str
    by: str
    organ: str
    holds: str
    about: str
    note: str
    known: str


@dataclass(frozen=True, slots=True)
class Month:
    """The decisions of a month, the newest first; those whose day is not told stand last, under a title."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """The timeline and register of decisions.

    `sentence` says how many there are and how many hold now; `wide` and `narrow` are the timeline, empty
    where no decision has a day; `bodies` are the choices of the form (value, words), `body` the one chosen,
    `first` and `last` its days; `kept` its other fields; `months` the register, `left` says how many are not
    shown; `record` leads whoever may decide to the form.
    """

    frame: Frame
    sentence: str
    wide: Markup
    narrow: Markup
    bodies: tuple[tuple[str, str], ...]
    body: str
    first: str
    last: str
    kept: tuple[tuple[str, str], ...]
    months: tuple[Month, ...]
    left: str
    record: Link | None


def decisions_page(view: View) -> DecisionsPage:
    """Make the page; raises BadInstant for a period that cannot be read."""
    language, today = view.language, helsinki_date(view.picture.as_of)
    found = _asked(view)
    shown = sorted(found, key=_order, reverse=True)[:_MOST]
    numbers = _numbers(shown)
    wide, narrow = _timeline(view, shown, numbers)
    there = {one.body for one in view.picture.decisions}
    return DecisionsPage(
        frame=frame(view),
        sentence=_sentence(language, found, today),
        wide=wide,
        narrow=narrow,
        bodies=tuple((one, body_word(language, one)) for one in BODIES if one in there),
        body=view.asked("body"),
        first=view.asked("first"),
        last=view.asked("last"),
        kept=tuple(one for one in view.query if one[0] not in ("body", "first", "last")),
        months=tuple(_months(view, shown, numbers)),
        left=_left(language, len(found) - len(shown)),
        record=Link(language.text("Record a decision"), view.url("decide")) if view.may("decide") else None,
    )


def _order(one: Decision) -> tuple[str, str, str]:
    return (str(one.taken_on or ""), one.source, one.key)


def _asked(view: View) -> list[Decision]:
    """Give the decisions that are asked for: of a body, touching a period."""
    body, first, last = view.asked("body"), _day(view, "first"), _day(view, "last")
    return [
        one
        for one in view.picture.decisions
        if body in ("", one.body)
        and (first is None or (one.effective_to or _begun(one) or date.min) >= first)
        and (last is None or (_begun(one) or date.min) <= last)
    ]


def _day(view: View, name: str) -> date | None:
    text = view.asked(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInstant(f"'{text}' is no day (2021-03-15)") from None


def _begun(one: Decision) -> date | None:
    return one.effective_from or one.taken_on


def _numbers(found: Iterable[Decision]) -> Mapping[tuple[str, str], int]:
    """Give decisions numbers by their days, the oldest first and those without a day last."""
    ordered = sorted(found, key=lambda one: (one.taken_on is None, *_order(one)))
    return {(one.source, one.key): n for n, one in enumerate(ordered, 1)}


def _sentence(language: Language, found: list[Decision], today: date) -> str:
    if not found:
        return language.text("No decisions are known.")
    holding = sum(one.standing(today) == "in-force" for one in found)
    told = language.plural("{n} decision is known.", "{n} decisions are known.", len(found))
    if not holding:
        return told
    return f"{told} " + language.plural("{n} of them is in force.", "{n} of them are in force.", holding)


def _left(language: Language, n: int) -> str:
    if n <= 0:
        return ""
    return language.plural(
        "{n} older decision is not shown; choose a period, or read them all as data.",
        "{n} older decisions are not shown; choose a period, or read them all as data.",
        n,
    )


def _timeline(
    view: View, found: list[Decision], numbers: Mapping[tuple[str, str], int]
) -> tuple[Markup, Markup]:
    """Draw decisions in a lane for each body, the bodies in the order of BODIES."""
    days = [(day, one) for one in found if (day := _begun(one)) and day <= (one.effective_to or day)]
    if not days:
        return Markup(), Markup()
    language, today = view.language, helsinki_date(view.picture.as_of)
    events = [
        charts.Event(
            day,
            one.effective_to,
            numbers[one.source, one.key],
            body_word(language, one.body),
            one.title(language.code),
        )
        for day, one in sorted(days, key=lambda item: (BODIES.index(item[1].body), item[0]))
    ]
    ends = [one.until or one.day for one in events]
    title = language.text("Decisions by who took them")
    draw = partial(
        charts.timeline,
        events,
        span=(min(one.day for one in events), max(today, *ends)),
        title=title,
        description=language.text("The register below tells each decision by its number."),
        words=words(language, 0),
    )
    return Markup(draw()), Markup(draw(narrow=True))


def _months(view: View, found: list[Decision], numbers: Mapping[tuple[str, str], int]) -> Iterable[Month]:
    language = view.language
    for month, group in groupby(found, lambda one: one.taken_on and one.taken_on.replace(day=1)):
        title = language.period(month, "month") if month else language.text("Day not told")
        yield Month(
            title[:1].upper() + title[1:],
            tuple(_entry(view, one, numbers[one.source, one.key]) for one in group),
        )


def _entry(view: View, one: Decision, number: int) -> Entry:
    language = view.language
    lang = one.lang(language.code)
    by = one.organ if one.organ and language.code == "fi" else body_word(language, one.body)
    source = view.picture.sources.get(one.source)
    known = language.text(
        "Known to the picture {instant}; source: {source}",
        instant=language.instant(one.known_at),
        source=source.title.in_(language.code) if source else one.source,
    )
    return Entry(
        number=number,
        day=language.day(one.taken_on) if one.taken_on else language.text("Day not told"),
        title=one.title(language.code),
        lang="" if lang == language.code else lang,
        link=view.url("decision", name=one.name),
        by=f"{by}, {area_name(one.area, language.code)}" if one.area else by,
        organ="" if language.code == "fi" else one.organ,
        holds=holds(language, one, helsinki_date(view.picture.as_of)),
        about=", ".join(measure(each.code, language.code) for each in one.measures),
        note=note_words(language, one.note),
        known=known,
    )


def holds(language: Language, one: Decision, today: date) -> str:
    """Say from when to when a decision is in force; empty where that was not told."""
    first, last = ((day and language.day(day)) or "" for day in (one.effective_from, one.effective_to))
    standing = one.standing(today)
    if standing in ("proposed", "repealed", "superseded"):
        words = standing_words(language)[standing]
        return f"{words} ({_when(language, first, last)})" if first or last else words
    if standing == "ended":
        told = language.text("was in force {first}–{last}", first=first, last=last)
        return told if first else language.text("ended {last}", last=last)
    if standing == "taken":
        told = language.text("begins {first}, to {last}", first=first, last=last)
        return told if first and last else first and language.text("begins {first}", first=first)
    told = language.text("in force {first}–{last}", first=first, last=last)
    return told if first and last else _when(language, first, last)


def _when(language: Language, first: str, last: str) -> str:
    """Say when a decision holds, or held."""
    if first and last:
        return f"{first}–{last}"
    if last:
        return language.text("in force to {last}", last=last)
    return language.text("in force since {first}", first=first)


def standing_words(language: Language) -> dict[Standing, str]:
    """Give the words for how a decision stands."""
    return {
        "proposed": language.text("proposed"),
        "taken": language.text("taken"),
        "in-force": language.text("in force"),
        "ended": language.text("ended"),
        "repealed": language.text("repealed"),
        "superseded": language.text("replaced by a newer decision"),
    }


def note_words(language: Language, note: str) -> str:
    """Give a source's remark in the page's language where it says what is unverified."""
    said = note.removeprefix("unverified: ")
    if said == note:
        return note
    columns = {
        "taken_on": language.text("day of the decision"),
        "effective_from": language.text("first day in force"),
        "effective_to": language.text("last day in force"),
        "organ": language.text("name of the body"),
        "legal_basis": language.text("legal basis"),
        "title": language.text("title"),
        "link": language.text("link"),
    }
    parts = (one.partition(" ") for one in said.split(", "))
    what = ", ".join(f"{columns.get(name, name)} {rest}".strip() for name, _, rest in parts)
    return language.text("Unverified: {what}", what=what)


def body_word(language: Language, body: str) -> str:
    """Give the word for a kind of body."""
    return {
        "government": language.text("Government"),
        "ministry": language.text("Ministry"),
        "agency": language.text("Agency"),
        "council": language.text("Council"),
        "city-board": language.text("City board"),
        "committee": language.text("Committee"),
        "crisis-group": language.text("Crisis group"),
        "mayor": language.text("Mayor"),
        "officer": language.text("Officer"),
        "other": language.text("Other body"),
    }[body]


def rows(view: View) -> list[dict[str, Any]]:
    """Give the decisions that are asked for as data, the newest first."""
    return [decision_row(one) for one in sorted(_asked(view), key=_order, reverse=True)]
