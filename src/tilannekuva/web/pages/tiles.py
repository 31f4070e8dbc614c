"""Tiles: one reading in words, number, direction, level and a small curve."""

from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.picture import Point, Reading, Trend
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View

_SPARK_DAYS = timedelta(days=56)
_ARROWS: dict[Trend, str] = {"up": "↗", "down": "↘", "flat": "→", "unknown": "·"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One reading as it is read aloud.

    `value` is a number or the word for why there is none; `place` the area it
    is of, which may be larger than the one asked for; `days` what it covers;
    `direction` says where it is going and by how much; `level` is shape and
    word; `age` when it became known; `note` warns of what is not certain.
    """

    title: str
    href: str
    value: str
    unit: str
    place: str
    days: str
    arrow: str
    direction: str
    better: str
    level: Markup
    spark: Markup
    age: str
    note: str


def tile(view: View, indicator: Indicator, reading: Reading) -> Tile:
    """Make the tile of a reading."""
    language = view.language
    return Tile(
        title=indicator.short.in_(language.code),
        href=view.url("indicator", name=indicator.id),
        value=value_text(language, indicator, reading.value, reading.status),
        unit=indicator.unit.in_(language.code),
        place=register().area(reading.area).name(language.code),
        days=language.day(reading.reference_date),
        arrow=_ARROWS[reading.trend],
        direction=direction(language, indicator, reading),
        better=better(indicator, reading.trend),
        level=level_mark(language, reading.level) if indicator.levels else Markup(""),
        spark=_spark(language, indicator, reading),
        age=age(view, reading),
        note=note(language, reading),
    )


def value_text(language: Language, indicator: Indicator, value: float | None, status: str) -> str:
    """Write a value, or why there is none."""
    if value is None:
        return language.text("withheld") if status == "suppressed" else language.text("no figure")
    return language.number(value, indicator.decimals)


def direction(language: Language, indicator: Indicator, reading: Reading) -> str:
    """Say where a reading is going, in words and by how much."""
    words = {
        "up": language.text("rising"),
        "down": language.text("falling"),
        "flat": language.text("steady"),
        "unknown": language.text("direction not known"),
    }[reading.trend]
    if reading.change is None:
        return words
    change = language.number(reading.change, indicator.decimals, signed=True)
    unit = " " + language.text("percentage points") if indicator.kind == "share" else ""
    return language.text("{words}, {change} in a week", words=words, change=change + unit)


def better(indicator: Indicator, trend: Trend) -> str:
    """Say whether a trend is good: better, worse, or nothing."""
    if trend not in ("up", "down") or indicator.good_direction == "none":
        return ""
    return "better" if trend == indicator.good_direction else "worse"


def level_word(language: Language, level: LevelName | None) -> str:
    """Give the word for a level."""
    return {
        "normal": language.text("normal"),
        "watch": language.text("watch"),
        "act": language.text("act"),
        None: language.text("level not known"),
    }[level]


def level_mark(language: Language, level: LevelName | None) -> Markup:
    """Give a level as shape, word and colour."""
    return Markup(charts.level_mark(level or "unknown", level_word(language, level)))


def age(view: View, reading: Reading) -> str:
    """Say when a reading became known, and how many days ago its day was."""
    language = view.language
    days = (helsinki_date(view.picture.as_of) - reading.reference_date).days
    ago = language.plural("{n} day ago", "{n} days ago", days) if days > 0 else language.text("today")
    return language.text("{ago}; known {known_at}", ago=ago, known_at=language.instant(reading.known_at))


def note(language: Language, reading: Reading) -> str:
    """Warn of what is not certain; empty when nothing is."""
    if reading.status == "provisional":
        return language.text("provisional: will fill up")
    later = [point for point in reading.points if point.reference_date > reading.reference_date]
    if later and all(point.status == "provisional" for point in later):
        n = (later[-1].reference_date - reading.reference_date).days
        return language.plural(
            "{n} later day is still provisional", "{n} later days are still provisional", n
        )
    return ""


def curve(points: tuple[Point, ...]) -> list[charts.Point]:
    """Give points as charts draw them; a withheld or missing value is a gap."""
    return [
        charts.Point(one.reference_date, one.value, provisional=one.status == "provisional") for one in points
    ]


def _spark(language: Language, indicator: Indicator, reading: Reading) -> Markup:
    first = reading.points[-1].reference_date - _SPARK_DAYS
    recent = curve(tuple(one for one in reading.points if one.reference_date > first))
    title = language.text("{title}, last eight weeks", title=indicator.short.in_(language.code))
    return Markup(charts.spark(recent, title=title))
