"""The status of an area: one sentence made from its readings, and the rules that made it.

The rules are few, and dated with the definitions that they read (levels, `good_direction`, `noticeable`):

1. A theme goes the way of its leading reading: the first tile of the theme that has a good direction and
   whose trend is known. It is `worse`, `better` or `steady`; its level is the highest of its readings.
2. A theme that does not grow worse and is at a level above normal is `over`, unless it grows better.
3. The situation worsens when a theme above normal grows worse, or when more themes grow worse than better;
   it eases when more grow better than worse; else it is steady. Without any trend it is not known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tilannekuva.domain.calendar import before
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.picture import Reading
from tilannekuva.flows.asking import area_name
from tilannekuva.indicators.levels import level
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.phrases import Way, phrases
from tilannekuva.web.pages.tiles import level_word, limit_text, unit

State = Literal["worsening", "steady", "easing", "unknown"]
SEVERITY: tuple[LevelName, ...] = ("act", "watch", "normal")
LONGEST = 160  # characters of the sentence
_NAMED = 3  # themes that the sentence names
_WAYS: tuple[Way, ...] = ("worse", "over", "better", "steady")  # what is named first
_EASING: tuple[Way, ...] = ("better", "worse", "over", "steady")
_FEW = 20  # a per cent of fewer than this many swings too much to be told
_Judged = tuple[Indicator, Reading]


@dataclass(frozen=True, slots=True)
class Part:
    """What one theme adds: which way it goes, its level, and the reading that leads it."""

    theme: str
    way: Way
    level: LevelName | None
    indicator: Indicator
    reading: Reading


@dataclass(frozen=True, slots=True)
class Status:
    """Which way the situation goes and how grave it is, with the themes that say so, the weightiest first.

    `raised` are the readings above their normal level, the highest level first.
    """

    state: State
    level: LevelName | None
    parts: tuple[Part, ...]
    raised: tuple[_Judged, ...]


def status(found: Iterable[_Judged]) -> Status:
    """Judge readings, given with their indicators in the order of the tiles."""
    judged = list(found)
    parts = list(_parts(judged))
    known = any(one.trend != "unknown" for indicator, one in judged if indicator.good_direction != "none")
    state = _state(parts) if known else "unknown"
    order = _EASING if state == "easing" else _WAYS
    raised = [one for one in judged if one[1].level in ("watch", "act")]
    return Status(
        state,
        worst(reading.level for _, reading in judged),
        tuple(sorted(parts, key=lambda one: (order.index(one.way), _severity(one.level)))),
        tuple(sorted(raised, key=lambda one: _severity(one[1].level))),
    )


def worst(levels: Iterable[LevelName | None]) -> LevelName | None:
    """Give the gravest of levels; None where none is known."""
    return min(levels, key=_severity, default=None)


def _severity(of: LevelName | None) -> int:
    return SEVERITY.index(of) if of else len(SEVERITY)


def _parts(judged: Sequence[_Judged]) -> Iterable[Part]:
    for theme in dict.fromkeys(indicator.theme for indicator, _ in judged):
        among = [one for one in judged if one[0].theme == theme and one[0].good_direction != "none"]
        height = worst(reading.level for _, reading in among)
        leader = next((one for one in among if one[1].trend != "unknown"), None)
        raised = next((one for one in among if one[1].level == height and height in ("watch", "act")), None)
        way = _way(leader, over=raised is not None)
        shown = raised if way == "over" else leader
        if way and shown:
            yield Part(theme, way, height, *shown)


def _way(leader: _Judged | None, *, over: bool) -> Way | None:
    """Give the way of a theme; None where nothing is known of it."""
    if leader and leader[1].trend in ("up", "down"):
        return "better" if leader[1].trend == leader[0].good_direction else "worse"
    if over:
        return "over"
    return "steady" if leader else None


def _state(parts: Sequence[Part]) -> State:
    worse = [one for one in parts if one.way == "worse"]
    better = sum(one.way == "better" for one in parts)
    if len(worse) > better or any(one.level in ("watch", "act") for one in worse):
        return "worsening"
    return "easing" if better > len(worse) else "steady"


def held_since(indicator: Indicator, reading: Reading) -> date | None:
    """Give the first day from which a reading's level has held; None where its course begins at it."""
    told = [
        one
        for one in reading.points
        if one.reference_date <= reading.reference_date and one.value is not None
    ]
    held = [level((one.value for one in told[: n + 1]), indicator.levels) for n in range(len(told))]
    first = next((n for n in range(len(held), 0, -1) if held[n - 1] != reading.level), 0)
    return told[first].reference_date if 0 < first < len(told) else None


def sentence(language: Language, found: Status) -> str:
    """Say the status in one sentence of at most LONGEST characters."""
    lead = {
        "worsening": language.text("The situation is worsening"),
        "steady": language.text("The situation is steady"),
        "easing": language.text("The situation is easing"),
        "unknown": language.text("There are not figures enough yet to say where the situation is going"),
    }[found.state]
    for most in range(_NAMED, 0, -1):
        said = f"{lead}: {_joined(language, [_phrase(language, one) for one in found.parts[:most]])}."
        if found.parts and len(said) <= LONGEST:
            return said
    return f"{lead}."


def _joined(language: Language, phrases: Sequence[str]) -> str:
    if len(phrases) < 2:  # noqa: PLR2004 - one has nothing to be joined with
        return "".join(phrases)
    return language.text("{first} and {last}", first=", ".join(phrases[:-1]), last=phrases[-1])


def _phrase(language: Language, part: Part) -> str:
    words = phrases(language)[part.theme][part.way]
    pace = relative(language, part.indicator, part.reading) if part.way in ("worse", "better") else ""
    return f"{words} ({pace})" if pace else words


def relative(language: Language, indicator: Indicator, reading: Reading) -> str:
    """Say by how much a reading changed over its week, month or year: in per cent where it has enough."""
    if reading.change is None or reading.value is None:
        return ""
    earlier = reading.value - reading.change
    if indicator.kind == "share":
        change = language.number(reading.change, indicator.decimals, signed=True)
        change = language.text("{change} points", change=change)
    elif earlier >= _FEW:
        change = language.percent(language.number(100 * reading.change / earlier, signed=True))
    else:
        change = language.number(reading.change, indicator.decimals, signed=True)
    if indicator.freq == "month":
        return language.text("{change} in a month", change=change)
    if indicator.freq == "year":
        return language.text("{change} in a year", change=change)
    return language.text("{change} in a week", change=change)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that fired: the reading that met it, which limit, since when; `href` leads to the reading."""

    title: str
    href: str
    figure: Figure
    unit: str
    words: str
    since: str


def rules(view: View, found: Status) -> tuple[Rule, ...]:
    """Give the rules that fired: levels first, then the themes that went one way or the other."""
    levels = [_rule(view, *one, _limit(view.language, *one), _held(view, *one)) for one in found.raised]
    moving = [one for one in found.parts if one.way in ("worse", "better")]
    return tuple(levels + [_movement(view, one) for one in moving])


def reason(language: Language, found: Status) -> str:
    """Say which rule made the situation worsen, ease or stay."""
    if found.state == "worsening" and any(
        one.way == "worse" and one.level in ("watch", "act") for one in found.parts
    ):
        return language.text("Something that is above its normal level grows worse.")
    return {
        "worsening": language.text("More grows worse than better."),
        "easing": language.text(
            "More grows better than worse, and nothing above its normal level grows worse."
        ),
        "steady": language.text("As much grows better as worse, or nothing moves."),
        "unknown": language.text("No direction is known yet."),
    }[found.state]


def _rule(view: View, indicator: Indicator, reading: Reading, words: str, since: str) -> Rule:
    lang = view.language.code
    return Rule(
        f"{indicator.short.in_(lang)}, {area_name(reading.area, lang)}",
        view.url("indicator", name=indicator.id),
        figure(view, indicator, reading.area, reading),
        unit(view.language, indicator, reading.value),
        words,
        since,
    )


def _limit(language: Language, indicator: Indicator, reading: Reading) -> str:
    """Say which limit a reading has reached, or must fall below for its level to end."""
    word = level_word(language, reading.level)
    limit = next(one for one in indicator.levels if one.level == reading.level)
    if reading.value is not None and reading.value >= limit.enter:
        at = limit_text(language, indicator, limit.enter)
        return language.text("{level}, limit {limit}", level=word, limit=at)
    return language.text(
        "{level}, until below {limit}", level=word, limit=limit_text(language, indicator, limit.leave)
    )


def _held(view: View, indicator: Indicator, reading: Reading) -> str:
    language, day = view.language, held_since(indicator, reading)
    if day:
        return language.text("since {day}", day=language.period(day, indicator.freq))
    first = reading.points[0].reference_date
    return language.text("at least since {day}", day=language.period(first, indicator.freq))


def _movement(view: View, part: Part) -> Rule:
    """Give the rule by which a theme moved: its change is larger than what is called steady."""
    language, indicator, reading = view.language, part.indicator, part.reading
    limit = language.number(100 * indicator.noticeable, 0 if indicator.noticeable >= 0.01 else 1)  # noqa: PLR2004
    over = (
        language.text("{change} points", change=limit)
        if indicator.kind == "share"
        else language.percent(limit)
    )
    words = language.text(
        "{change}; more than {limit} counts as a change",
        change=relative(language, indicator, reading),
        limit=over,
    )
    day = before(reading.reference_date, indicator.freq)
    since = language.text("compared with {day}", day=language.period(day, indicator.freq))
    return _rule(view, indicator, reading, words, since)
