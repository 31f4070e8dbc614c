"""The effect card: what a decision was expected to bring about, against what was seen, in plain words."""

from dataclasses import dataclass

from tilannekuva.domain.areas import register
from tilannekuva.domain.decisions import Decision
from tilannekuva.flows.effects import Effect, Told
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure, value_text
from tilannekuva.web.pages.frame import View


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the effect: a day in words, its figure as known then and as known now."""

    label: str
    then: Figure | None
    now: Figure | None


@dataclass(frozen=True, slots=True)
class Card:
    """The effect card: expected against seen.

    `expected` says what was expected, `answer` whether it was reached, `sign` is `reached`, `missed` or
    `open`; `seen` are the figures of the two days; `forecast` what was forecast then, empty without one.
    """

    expected: str
    answer: str
    sign: str
    seen: tuple[Seen, ...]
    forecast: str


def effect_card(view: View, one: Decision, found: Effect) -> Card:
    """Make the card of an effect."""
    language = view.language
    lines = [
        (language.text("When decided"), found.decided),
        (language.text("At the review") if found.is_due else language.text("So far"), found.seen),
    ]
    sign = "open"
    if found.is_due and found.reached is not None:
        sign = "reached" if found.reached else "missed"
    return Card(
        _expected(language, one, found),
        _answer(language, one, found),
        sign,
        tuple(_seen(view, label, found, told) for label, told in lines),
        _forecast(language, found),
    )


def _seen(view: View, label: str, found: Effect, told: Told | None) -> Seen:
    if told is None:
        return Seen(label, None, None)
    day = view.language.period(told.then.reference_date, found.indicator.freq)
    then = figure(view, found.indicator, found.area, told.then)
    now = figure(view, found.indicator, found.area, told.now) if told.now else None
    return Seen(f"{label}, {day}", then, now)


def _expected(language: Language, one: Decision, found: Effect) -> str:
    assert one.expected is not None  # noqa: S101 - there is an effect only where one was expected
    title = found.indicator.title.in_(language.code)
    place = register().area(found.area).name(language.code)
    told: dict[str, object] = {"title": title, "place": place, "day": language.day(found.due_on)}
    if one.expected.size is None:
        return {
            "down": language.text("{title}, {place}: was to go down by {day}.", **told),
            "up": language.text("{title}, {place}: was to go up by {day}.", **told),
        }[one.expected.direction]
    told["share"] = language.percent(language.number(one.expected.size))
    return {
        "down": language.text("{title}, {place}: was to go down by at least {share} by {day}.", **told),
        "up": language.text("{title}, {place}: was to go up by at least {share} by {day}.", **told),
    }[one.expected.direction]


def _answer(language: Language, one: Decision, found: Effect) -> str:
    if found.change is None:
        return language.text("There are no figures yet that tell whether it was reached.")
    change = language.percent(language.number(100 * found.change, signed=True))
    if not found.is_due:
        return language.text("So far it has changed by {change}.", change=change)
    if found.reached:
        return language.text("Reached: it changed by {change}.", change=change)
    along = found.change if one.expected and one.expected.direction == "up" else -found.change
    if along > 0:
        return language.text(
            "In the right direction, but not as much: it changed by {change}.", change=change
        )
    return language.text("Not reached: it changed by {change}.", change=change)


def _forecast(language: Language, found: Effect) -> str:
    targets = found.forecast.targets if found.forecast else ()
    target = next((one for one in targets if one.reference_date == found.due_on), None)
    if target is None:
        return ""
    low, middle, high = (target.at(level) for level in (0.05, 0.5, 0.95))
    words = [value_text(language, found.indicator, one, "normal") for one in (middle, low, high)]
    return language.text(
        "The forecast of then for that day: {middle}, 90% range {low}–{high}.",
        middle=words[0],
        low=words[1],
        high=words[2],
    )
