"""One decision: what was decided, what it was expected to bring about, what was seen, how long it took."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.decisions import Decision, flat
from tilannekuva.domain.measures import measure
from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.errors import UnknownDecision, UnknownPicture
from tilannekuva.flows.asking import DECISIONS, area_name, decision_row, plain
from tilannekuva.flows.effects import Effect, Latencies, Step
from tilannekuva.web.language import Language
from tilannekuva.web.pages.decide import OWN, visibility_words
from tilannekuva.web.pages.decisions import body_word, holds, note_words, standing_words
from tilannekuva.web.pages.effect_card import Card, effect_card
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import Graph, course_graph
from tilannekuva.web.pages.tiles import level_word

_AROUND = timedelta(days=60)  # of the course, before the day of the decision
_DAYS = 2  # from this many days on a span is told in days alone


@dataclass(frozen=True, slots=True)
class Took:
    """A step on the way to the decision: what it is, when it was, and how long after the one before."""

    title: str
    when: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """When something of the decision became known, what it was, and who recorded it."""

    known: str
    what: str
    by: str


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """One decision.

    `lang` and `text_lang` are the languages of title and text where they are others than the page's;
    `standing` says how it stands; `facts` are what is told of it (words, text, address); `unsure` says what
    is unverified; `card` is the effect, `graph` the course of its indicator; `review` says what was found;
    `steps` are how long it took under `took`; `versions` what became known when, the newest first; `actions`
    lead to what may be done to it.
    """

    frame: Frame
    title: str
    lang: str
    standing: str
    text: tuple[str, ...]
    text_lang: str
    facts: tuple[tuple[str, str, str], ...]
    unsure: str
    card: Card | None
    graph: Graph | None
    review: tuple[str, ...]
    took: str
    steps: tuple[Took, ...]
    versions: tuple[Version, ...]
    actions: tuple[Link, ...]


def decision_page(view: View) -> DecisionPage:
    """Make the page; raises UnknownDecision."""
    language, as_of = view.language, view.picture.as_of
    told = view.reader.decision(view.name, as_of)
    one = told[0]
    found = view.reader.effect(one, view.picture.area, as_of)
    took = view.reader.latencies(one, view.picture.area, as_of)
    lang, text_lang = one.lang(language.code), one.lang(language.code, "text")
    return DecisionPage(
        frame=frame(view),
        title=one.title(language.code),
        lang="" if lang == language.code else lang,
        standing=_standing(view, one),
        text=tuple(one.text(language.code).splitlines()),
        text_lang="" if text_lang == language.code else text_lang,
        facts=tuple(fact for fact in _facts(view, one) if fact[1]),
        unsure=note_words(language, one.note),
        card=effect_card(view, one, found) if found else None,
        graph=_graph(view, one, found) if found else None,
        review=tuple(_review(language, one)),
        took=_took(language, took) if took else "",
        steps=tuple(_steps(language, took)) if took else (),
        versions=tuple(_versions(language, told)),
        actions=tuple(_actions(view, one)),
    )


def _standing(view: View, one: Decision) -> str:
    language, today = view.language, helsinki_date(view.picture.as_of)
    if one.status == "withdrawn":
        return language.text("The record was taken back.")
    return holds(language, one, today) or standing_words(language)[one.standing(today)]


def _facts(view: View, one: Decision) -> Iterator[tuple[str, str, str]]:
    """Yield what is told of a decision: its name, its text, where it leads."""
    language = view.language
    text, code = language.text, language.code
    day = one.taken_on
    yield text("Decided by"), _by(language, one), ""
    yield text("Day"), language.day(day) if day else text("not told"), ""
    yield text("Published"), language.instant(one.published_at) if one.published_at else "", ""
    yield text("Area"), area_name(one.area, code) if one.area else "", ""
    yield text("Measures"), ", ".join(_measures(language, one)), ""
    yield text("Legal basis"), one.legal_basis, ""
    yield text("Case number"), one.case_number, ""
    link = "" if view.picture.exercise else one.link  # an exercise's own lead nowhere
    yield text("Source"), text("the decision itself") if link else "", link
    yield text("Options considered"), one.options, ""
    yield text("Responsible"), one.owner, ""
    yield text("Review on"), language.day(one.review_on) if one.review_on else "", ""
    if other := _other(view, one):
        yield text("Replaced by"), other.text, other.href
    yield text("Made on the picture"), one.picture, _picture(view, one)
    if one.visibility != "public":
        yield text("Shown to"), visibility_words(language)[one.visibility], ""


def _by(language: Language, one: Decision) -> str:
    word = body_word(language, one.body)
    return f"{one.organ} ({word.lower()})" if one.organ and one.organ != word else word


def _measures(language: Language, one: Decision) -> Iterator[str]:
    for each in one.measures:
        words = measure(each.code, language.code)
        yield (
            words
            if each.strength is None
            else language.text("{measure} (strength {n})", measure=words, n=each.strength)
        )


def _other(view: View, one: Decision) -> Link | None:
    if not one.superseded_by:
        return None
    try:
        found = view.reader.decision(one.superseded_by, view.picture.as_of)[0]
    except UnknownDecision:
        return None
    is_there = found.status != "withdrawn"
    return Link(found.title(view.language.code), view.url("decision", name=found.name)) if is_there else None


def _picture(view: View, one: Decision) -> str:
    """Lead to the picture that a decision was made on, where it is kept."""
    try:
        kept = view.reader.publication(one.picture) if one.picture else None
    except UnknownPicture:
        return ""
    return view.url("front", area=kept.area, published=kept.picture, as_of="") if kept else ""


def _graph(view: View, one: Decision, found: Effect) -> Graph | None:
    """Draw the course of the indicator from before the decision on."""
    wider, reading = _course(view, one, found)
    seen = replace(view, picture=wider)
    return course_graph(seen, found.indicator, reading) if reading else None


def _course(view: View, one: Decision, found: Effect) -> tuple[Picture, Reading | None]:
    since = (one.taken_on or found.due_on) - _AROUND
    wider = view.reader.wider(view.picture, frozenset({found.indicator.id}), since=since)
    return wider, wider.readings.get((found.indicator.id, found.area))


def _review(language: Language, one: Decision) -> Iterator[str]:
    if one.review:
        day = language.day(one.review.day)
        yield {
            "kept": language.text("Reviewed {day}: the decision stays as it is.", day=day),
            "changed": language.text("Reviewed {day}: the decision is changed.", day=day),
            "ended": language.text("Reviewed {day}: the decision ends.", day=day),
        }[one.review.verdict]
        yield from one.review.seen.splitlines()


def _took(language: Language, found: Latencies) -> str:
    return language.text(
        "{title}, {place}: the level {level} was entered before the decision.",
        title=found.indicator.title.in_(language.code),
        place=register().area(found.area).name(language.code),
        level=level_word(language, found.level),
    )


def _steps(language: Language, found: Latencies) -> Iterator[Took]:
    words = {
        "true": language.text("The level was entered"),
        "knowable": language.text("It could be known"),
        "shown": language.text("It was on a published picture"),
        "decided": language.text("It was decided"),
        "in-force": language.text("The decision came into force"),
    }
    before: Step | None = None
    for one in found.steps:
        when = language.instant(one.at) if one.at else one.day and language.day(one.day)
        after = _span(language, before, one) if before else ""
        yield Took(words[one.name], when or language.text("not known here"), after)
        before = one if one.day else before


def _span(language: Language, before: Step, after: Step) -> str:
    """Say how long after a step another came: in hours where both are known so well and lie near."""
    if before.day is None or after.day is None:
        return ""
    if before.at and after.at and after.at - before.at < timedelta(days=_DAYS):
        hours = round((after.at - before.at) / timedelta(hours=1))
        return language.plural("{n} hour later", "{n} hours later", hours)
    days = (after.day - before.day).days
    if days < 0:
        return language.plural("{n} day earlier", "{n} days earlier", -days)
    return language.plural("{n} day later", "{n} days later", days) if days else language.text("the same day")


def _versions(language: Language, told: tuple[Decision, ...]) -> Iterator[Version]:
    for one, before in zip(told, (*told[1:], None), strict=True):
        yield Version(language.instant(one.known_at), _turn(language, before, one), one.by)


def _turn(language: Language, before: Decision | None, one: Decision) -> str:
    """Say what became of a decision between two versions."""
    if before is None:
        return language.text("recorded")
    if one.status == "withdrawn":
        return language.text("taken back")
    if one.superseded_by != before.superseded_by:
        return language.text("replaced by another decision")
    if one.review != before.review:
        return language.text("reviewed")
    old, new = flat(before), flat(one)
    names = {
        "title": language.text("title"),
        "text": language.text("text"),
        "effective": language.text("days in force"),
        "expected": language.text("expected effect"),
        "visibility": language.text("who may see it"),
    }
    said = {name.split("_")[0] for name in new if new[name] != old[name] and name not in ("known_at", "by")}
    parts = [words for name, words in names.items() if name in said]
    return language.text("changed: {parts}", parts=", ".join(parts)) if parts else language.text("changed")


def _actions(view: View, one: Decision) -> Iterator[Link]:
    """Yield what may be done to a decision recorded here, as long as it stands."""
    here = view.reader.viewer.municipality
    if (
        not view.may("decide")
        or one.source != OWN
        or one.status == "withdrawn"
        or one.municipality not in ("", here)
    ):
        return
    text = view.language.text
    for act, words in (
        ("review", text("Review")),
        ("edit", text("Edit")),
        ("supersede", text("Replace")),
        ("withdraw", text("Take back")),
    ):
        yield Link(words, view.url("decide", decision=one.name, act=act))


def rows(view: View) -> list[dict[str, Any]]:
    """Give all versions of the decision, the newest first, then the figures of its effect, by `part`."""
    told = view.reader.decision(view.name, view.picture.as_of)
    found = view.reader.effect(told[0], view.picture.area, view.picture.as_of)
    empty = {"part": "version", **dict.fromkeys((*DECISIONS, "indicator", "reference_date", "value"))}
    told_of = _figures(view, told[0], found) if found else ()
    figures = [{"part": part, **_point(found, point)} for part, point in told_of if found]
    return [empty | row for row in (*map(decision_row, told), *figures)]


def _figures(view: View, one: Decision, found: Effect) -> Iterator[tuple[str, Point]]:
    """Yield the values that the page shows: of the two days, then of the course."""
    for name, told in (("decided", found.decided), ("seen", found.seen)):
        if told:
            yield f"{name} as known then", told.then
        if told and told.now:
            yield f"{name} as known now", told.now
    reading = _course(view, one, found)[1]
    for point in reading.points if reading else ():
        yield "course", point


def _point(found: Effect, point: Point) -> dict[str, Any]:
    day, value = point.reference_date.isoformat(), point.value
    return {
        "indicator": found.indicator.id,
        "area": found.area,
        "area_name": area_name(found.area),
        "reference_date": day,
        "value": None if value is None else plain(round(value, found.indicator.decimals)),
        "status": point.status,
    }
