"""The front page: better or worse, why, what waits, and can it be trusted, in ten seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.looks import Health
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.asking import area_name, plain
from tilannekuva.flows.asking import tiles as tile_rows
from tilannekuva.flows.changes import Changes
from tilannekuva.web.pages import changes, status
from tilannekuva.web.pages.area_map import AreaMap, area_map
from tilannekuva.web.pages.changes import Item
from tilannekuva.web.pages.figures import Figure, figure, value_text
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import Graph, course_graph
from tilannekuva.web.pages.sources import condition_word
from tilannekuva.web.pages.status import Rule, Status
from tilannekuva.web.pages.tiles import Tile, level_mark, limit_text, tile, unit

_COLUMNS = 4  # figures by which cities are compared
_REASONS = 2  # readings named as the reason; all are among the rules
_NAMED = 3  # sources named before the rest are only counted
_CHANGED = 5  # lines of what changed
_LISTED = 5  # sources that are listed before the rest are only counted
_WORST = ("refused", "failing", "late", "never")
_COURSE = timedelta(days=56)
_SOON = timedelta(days=14)  # within which a decision's end is near


@dataclass(frozen=True, slots=True)
class City:
    """One city beside the others: its figures in the order of the columns, None where it has none."""

    name: Link
    figures: tuple[Figure | None, ...]
    level: Markup


@dataclass(frozen=True, slots=True)
class Front:
    """The situation of an area at a glance.

    `sentence` says it in one line, beside the `sign` of the `level`; `rules` are those that fired and
    `reason` which of them decided; `answers` are the mayor's questions with what answers each: better or
    worse, why, what waits, can it be trusted; `tiles` are the readings; `graph` is the course of the leading
    indicator with decisions and forecast, under `course`; `map` shows its areas; `changed` is what is new
    since `since`, `due` what somebody must do or decide, `health` which sources do not fare well;
    `indicators` leads to all indicators, `changes` and `decisions` to those pages; `cities` compares the
    workspace's cities under `columns`, and is empty where there is only one.
    """

    frame: Frame
    heading: str
    sentence: str
    sign: Markup
    level: str
    rules: tuple[Rule, ...]
    reason: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    tiles: tuple[Tile, ...]
    course: str
    graph: Graph | None
    map: AreaMap | None
    since: str
    changed: tuple[Item, ...]
    due: tuple[Item, ...]
    health: tuple[Item, ...]
    changes: Link
    decisions: Link
    indicators: Link
    columns: tuple[str, ...]
    cities: tuple[City, ...]


def front(view: View) -> Front:
    """Make the front page."""
    picture, language = view.picture, view.language
    order = picture.tiled
    found = [(one, reading) for one in order if (reading := picture.nearest(one.id))]
    judged = status.status(found)
    since = changes.compared(view)
    moved = {one.indicator.id: one for one in since.moved}
    leading = found[0] if found else None
    return Front(
        frame=frame(view),
        heading=view.area.name(language.code),
        sentence=status.sentence(language, judged),
        sign=level_mark(language, judged.level),
        level=judged.level or "unknown",
        rules=status.rules(view, judged),
        reason=status.reason(language, judged),
        answers=_answers(view, found, judged),
        tiles=tuple(tile(view, one, reading, moved.get(one.id)) for one, reading in found),
        course=language.text("{title} and decisions", title=leading[0].title.in_(language.code))
        if leading
        else "",
        graph=course_graph(view, *leading, since=_course_since(leading[1])) if leading else None,
        map=next(filter(None, (area_map(view, one) for one in picture.mapped)), None),
        since=language.instant(since.since, short=True),
        changed=tuple(_changed(view, since)),
        due=tuple(_due(view, found)),
        health=tuple(_ill(view)),
        changes=Link(language.text("All changes"), view.url("changes")),
        decisions=Link(language.text("All decisions"), view.url("decisions")),
        indicators=Link(language.text("All indicators"), view.url("area")),
        columns=tuple(one.short.in_(language.code) for one in order[:_COLUMNS]),
        cities=tuple(_city(view, area) for area in picture.areas if len(picture.areas) > 1),
    )


def _course_since(reading: Reading) -> date:
    return reading.points[-1].reference_date - _COURSE


def _answers(
    view: View, found: Sequence[tuple[Indicator, Reading]], judged: Status
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    language = view.language
    answers = (
        (language.text("Direction"), (_direction(view, judged),)),
        (language.text("Reason"), tuple(_why(view, judged))),
        (language.text("To do"), (_waiting(view, found),)),
        (language.text("Reliability"), (_trust(view),)),
    )
    return tuple((question, said) for question, said in answers if said)


def _direction(view: View, judged: Status) -> str:
    """Name what leads each theme that has turned to the better or to the worse."""
    language = view.language
    names = {
        way: ", ".join(one.indicator.short.in_(language.code) for one in judged.parts if one.way == way)
        for way in ("worse", "better")
    }
    said = []
    if names["worse"]:
        said.append(language.text("Worse: {names}.", names=names["worse"]))
    if names["better"]:
        said.append(language.text("Better: {names}.", names=names["better"]))
    if said:
        return " ".join(said)
    return language.text("Not known yet.") if judged.state == "unknown" else language.text("Steady.")


def _why(view: View, judged: Status) -> Iterator[str]:
    """Give the gravest readings with the limit that each has crossed, or must fall below."""
    worst = [one for one in judged.raised if one[1].level == judged.level]
    yield from (_limit(view, *one) for one in worst[:_REASONS])
    if not worst:
        yield status.reason(view.language, judged)


def _limit(view: View, indicator: Indicator, reading: Reading) -> str:
    language = view.language
    value = value_text(language, indicator, reading.value, reading.status)
    said = language.text(
        "{title} {figure} ({place})",
        title=indicator.short.in_(language.code),
        figure=f"{value} {unit(language, indicator, reading.value)}".strip(),
        place=register().area(reading.area).name(language.code),
    )
    limit = next((one for one in indicator.levels if one.level == reading.level), None)
    if limit is None or reading.value is None:
        return said
    if reading.value >= limit.enter:
        enter = limit_text(language, indicator, limit.enter)
        return language.text("{figure}, limit {limit}", figure=said, limit=enter)
    leave = limit_text(language, indicator, limit.leave)
    return language.text("{figure}, until below {limit}", figure=said, limit=leave)


def _waiting(view: View, found: Sequence[tuple[Indicator, Reading]]) -> str:
    """Say what calls for somebody: indicators at their highest level, answers refused, decisions that end."""
    language = view.language
    acting = sum(one.level == "act" for _, one in found)
    refused = sum(one.condition == "refused" for one in view.picture.health)
    ending, due = len(list(_ending(view))), len(list(_reviews(view)))
    said = []
    if acting:
        said.append(
            language.plural("{n} indicator calls for action.", "{n} indicators call for action.", acting)
        )
    if due:
        said.append(
            language.plural("{n} decision is to be reviewed.", "{n} decisions are to be reviewed.", due)
        )
    if ending:
        said.append(
            language.plural(
                "{n} decision ends within two weeks.", "{n} decisions end within two weeks.", ending
            )
        )
    if refused:
        said.append(
            language.plural(
                "{n} refused answer waits for a check.", "{n} refused answers wait for a check.", refused
            )
        )
    return " ".join(said) or language.text("Nothing waits.")


def _trust(view: View) -> str:
    language, asked = view.language, _asked(view)
    if all(one.condition == "never" for one in asked):
        return language.text("No source has been asked yet.")
    ill = [_source(view, one) for one in asked if one.condition != "fresh"]
    if not ill:
        return language.text("All sources are fresh.")
    names = ", ".join(ill[:_NAMED])
    if len(ill) <= _NAMED:
        return language.text("Not fresh: {sources}.", sources=names)
    return language.text("Not fresh: {sources} and {n} more.", sources=names, n=len(ill) - _NAMED)


def _asked(view: View) -> list[Health]:
    """Give the sources that are asked; what is delivered has no rhythm of its own."""
    sources = view.picture.sources
    return [one for one in view.picture.health if sources[one.source_id].every is not None]


def _source(view: View, one: Health) -> str:
    return view.picture.sources[one.source_id].title.in_(view.language.code)


def _changed(view: View, found: Changes) -> Iterator[Item]:
    """Yield the most important of what changed, at most a few of each kind."""
    grave = [one for one in found.revisions if one.kind == "withdrawn"]
    by_weight = (
        (changes.crossings(view, found), 3),
        (changes.corrections(view, replace(found, revisions=tuple(grave))), 1),
        (changes.decided(view, found), 2),
        (changes.conditions(view, found), 1),
        (changes.readings(view, found), 3),
        (changes.corrections(view, found), 1),
    )
    chosen = [one for items, most in by_weight for one in items[:most]]
    yield from list(dict.fromkeys(chosen))[:_CHANGED]


def _due(view: View, found: Sequence[tuple[Indicator, Reading]]) -> Iterator[Item]:
    """Yield what somebody must do or decide, what calls for action first."""
    language = view.language
    for indicator, reading in found:
        if reading.level == "act":
            yield Item(
                indicator.short.in_(language.code),
                view.url("indicator", name=indicator.id),
                words=language.text("calls for action"),
            )
    yield from _reviews(view)
    yield from _ending(view)
    for one in view.picture.health:
        if one.condition in ("refused", "failing") and one not in _asked(view):
            yield _ill_item(view, one, language.text("the delivery was not taken"))
        elif one.condition == "refused":
            yield _ill_item(view, one, language.text("a refused answer waits for a check"))


def _reviews(view: View) -> Iterator[Item]:
    """Yield the decisions whose review date has come, the oldest first."""
    language, today = view.language, helsinki_date(view.picture.as_of)
    due = [(one.review_on, one) for one in view.picture.decisions if one.review_on and one.due(today)]
    for day, one in sorted(due, key=lambda item: (item[0], item[1].key)):
        lang = one.lang(language.code)
        yield Item(
            one.title(language.code),
            view.url("decision", name=one.name),
            words=language.text("to be reviewed since {day}", day=language.short_day(day)),
            lang="" if lang == language.code else lang,
        )


def _ending(view: View) -> Iterator[Item]:
    """Yield the decisions that end within two weeks, the soonest first."""
    language, today = view.language, helsinki_date(view.picture.as_of)
    near = [
        (one.effective_to, one)
        for one in view.picture.decisions
        if one.effective_to and today <= one.effective_to <= today + _SOON
    ]
    for day, one in sorted(near, key=lambda item: (item[0], item[1].key)):
        lang = one.lang(language.code)
        yield Item(
            one.title(language.code),
            view.url("decision", name=one.name),
            words=language.text("ends {day}", day=language.short_day(day)),
            lang="" if lang == language.code else lang,
        )


def _ill(view: View) -> Iterator[Item]:
    """Yield the sources that are not fresh with what ails each, the worst first; of many the first few."""
    ill = sorted(
        (one for one in _asked(view) if one.condition != "fresh"),
        key=lambda one: (_WORST.index(one.condition), one.source_id),
    )
    for one in ill[:_LISTED]:
        yield _ill_item(view, one, condition_word(view.language, one.condition))
    left = len(ill) - _LISTED
    if left > 0:
        more = view.language.plural("{n} other source", "{n} other sources", left)
        yield Item(more, view.url("sources"))


def _ill_item(view: View, one: Health, words: str) -> Item:
    return Item(_source(view, one), f"{view.url('sources')}#{one.source_id}", words=words)


def _city(view: View, area: str) -> City:
    language = view.language
    other = replace(view.picture, area=area)
    readings = [(one, other.nearest(one.id)) for one in view.picture.tiled[:_COLUMNS]]
    first = readings[0][1] if readings else None
    name = register().area(area).name(language.code)
    return City(
        Link(name, view.url("front", area=area), here=area == view.picture.area),
        tuple(figure(view, one, reading.area, reading) if reading else None for one, reading in readings),
        level_mark(language, first.level if first else None),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the front page as data: a row a tile, then the other cities, areas and days that it shows."""
    lang, picture = view.language.code, view.picture
    made = [{"part": "tile", **one} for one in tile_rows(picture, lang)]
    for area in picture.areas:
        if area != picture.area:
            made += [
                {"part": "city", **one} for one in tile_rows(replace(picture, area=area), lang)[:_COLUMNS]
            ]
    return made + list(_other_rows(view))


def _other_rows(view: View) -> Iterator[dict[str, Any]]:
    order = view.picture.tiled
    leading = view.picture.nearest(order[0].id) if order else None
    if not leading:
        return
    for one in view.picture.mapped:
        for (name, area), reading in sorted(view.picture.readings.items()):
            if name == one.id:
                yield _point_row(view, one, "area", area, reading)
    for point in leading.points:
        if point.reference_date >= _course_since(leading):
            yield _point_row(view, order[0], "day", leading.area, point)
    found = changes.compared(view)
    for moved in found.moved:
        if moved.retold:
            yield _point_row(view, moved.indicator, "retold", moved.now.area, moved.retold)
    for told in found.revisions:
        most = told.largest
        point = Point(most.reference_date, most.value, most.status)
        yield _point_row(view, view.picture.indicators[told.indicator], "corrected", told.area, point)


def _point_row(
    view: View, indicator: Indicator, part: str, area: str, point: Point | Reading
) -> dict[str, Any]:
    lang = view.language.code
    named = {"indicator": indicator.id, "title": indicator.title.in_(lang), "area": area}
    value = None if point.value is None else plain(round(point.value, indicator.decimals))
    return {
        "part": part,
        **named,
        "area_name": area_name(area, lang),
        "reference_date": point.reference_date.isoformat(),
        "value": value,
        "unit": indicator.unit.in_(lang),
        "status": point.status,
        **dict.fromkeys(("level", "trend", "change", "known_at", "sources")),
    }
