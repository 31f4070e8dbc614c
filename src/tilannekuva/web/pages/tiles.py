"""Tiles: one reading in words, number, direction, level and a small curve."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import dropwhile

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.picture import Point, Reading, Trend
from tilannekuva.flows.changes import Moved
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.figures import value_text as value_text  # noqa: PLC0414 - pages find it here too
from tilannekuva.web.pages.frame import Link, View

SEVERAL = 2.0  # stands for values that are not one
_SPARK_DAYS = timedelta(days=56)
_ARROWS: dict[Trend, str] = {"up": "↗", "down": "↘", "flat": "→", "unknown": "·"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One reading as it is read aloud.

    `value` is a number or the word for why there is none, with its per cent
    sign; `unit` any other unit; `place` the area it is of, which may be larger
    than the one asked for; `days` its day and how long ago that was;
    `direction` says where it is going and by how much; `level` is shape and
    word; `age` when it became known; `note` warns of what is not certain;
    `figure` is the value as it can be traced; `retold` what is said otherwise
    of the day that was shown before: the day, what it was, what it is.
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
    figure: Figure
    retold: tuple[str, str, Figure] | None


@dataclass(frozen=True, slots=True)
class Theme:
    """What some indicators are about, and links to them."""

    title: str
    links: tuple[Link, ...]


def tile(view: View, indicator: Indicator, reading: Reading, moved: Moved | None = None) -> Tile:
    """Make the tile of a reading; `moved` tells how it changed since an earlier picture."""
    language = view.language
    return Tile(
        title=indicator.short.in_(language.code),
        href=view.url("indicator", name=indicator.id),
        value=value_text(language, indicator, reading.value, reading.status),
        unit=unit(language, indicator, reading.value),
        place=register().area(reading.area).name(language.code),
        days=_days(view, indicator, reading),
        arrow=_ARROWS[reading.trend],
        direction=direction(language, indicator, reading),
        better=better(indicator, reading.trend),
        level=level_mark(language, reading.level) if indicator.levels else Markup(""),
        spark=_spark(language, indicator, reading),
        age=age(view, reading),
        note=note(language, reading),
        figure=figure(view, indicator, reading.area, reading),
        retold=retold(view, moved) if moved else None,
    )


def retold(view: View, moved: Moved) -> tuple[str, str, Figure] | None:
    """Give the day that was shown before, what was said of it and what is; None where that is the same."""
    if moved.before is None or moved.retold is None:
        return None
    language, indicator, point = view.language, moved.indicator, moved.retold
    day = point.reference_date
    written = language.short_day(day) if indicator.freq == "day" else language.period(day, indicator.freq)
    was = value_text(language, indicator, moved.before.value, moved.before.status)
    return written, was, figure(view, indicator, moved.now.area, point)


def themes(view: View) -> tuple[Theme, ...]:
    """Give links to all indicators, by what they are about."""
    found, titles = view.picture.indicators.values(), theme_titles(view.language)
    listed = {
        theme: sorted((one for one in found if one.theme == theme), key=lambda one: (one.tile or 99, one.id))
        for theme in titles
    }
    return tuple(
        Theme(
            titles[theme],
            tuple(
                Link(
                    one.title.in_(view.language.code),
                    view.url("indicator", name=one.id),
                    here=one.id == view.name,
                )
                for one in indicators
            ),
        )
        for theme, indicators in listed.items()
        if indicators
    )


def theme_titles(language: Language) -> dict[str, str]:
    """Give what indicators are about, by theme, in the order in which themes are shown."""
    return {
        "spread": language.text("Spread of the disease"),
        "care": language.text("Hospital care"),
        "testing": language.text("Testing"),
        "vaccination": language.text("Vaccinations"),
        "movement": language.text("Movement"),
        "air": language.text("Air and weather"),
        "safety": language.text("Safety"),
        "restrictions": language.text("Restrictions"),
        "services": language.text("Services"),
        "people": language.text("Inhabitants"),
    }


def limit_text(language: Language, indicator: Indicator, limit: float) -> str:
    """Write a limit with the decimal that it has: 4.5 is not 4."""
    decimals = max(indicator.decimals, int(limit != int(limit)))
    return value_text(language, indicator.model_copy(update={"decimals": decimals}), limit, "normal")


def unit(language: Language, indicator: Indicator, value: float | None) -> str:
    """Give the unit to write after a value; none after a word, nor after a per cent sign."""
    if value is None:
        return ""
    written = indicator.unit.after(round(value, indicator.decimals), language.code)
    return "" if written == "%" else written


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
    if indicator.kind == "share":
        change = language.text("{change} percentage points", change=change)
    if indicator.freq == "month":
        return language.text("{words}, {change} in a month", words=words, change=change)
    if indicator.freq == "year":
        return language.text("{words}, {change} in a year", words=words, change=change)
    return language.text("{words}, {change} in a week", words=words, change=change)


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
    """Say when a reading became known; the year only where it is another one."""
    same_year = helsinki_date(reading.known_at).year == helsinki_date(view.picture.as_of).year
    return view.language.text(
        "Received {known_at}", known_at=view.language.instant(reading.known_at, short=same_year)
    )


def _days(view: View, indicator: Indicator, reading: Reading) -> str:
    language, day, today = view.language, reading.reference_date, helsinki_date(view.picture.as_of)
    if indicator.freq != "day":
        return language.period(day, indicator.freq)
    written = language.short_day(day) if day.year == today.year else language.day(day)
    return language.text("{day} ({ago})", day=written, ago=language.ago((today - day).days))


def note(language: Language, reading: Reading) -> str:
    """Warn of what is not certain; empty when nothing is."""
    if reading.status == "provisional":
        return language.text("Provisional: will fill up.")
    later = [point for point in reading.points if point.reference_date > reading.reference_date]
    if later and all(point.status == "provisional" for point in later):
        n = (later[-1].reference_date - reading.reference_date).days
        return language.plural(
            "{n} later day is still provisional.", "{n} later days are still provisional.", n
        )
    return ""


def curve(points: tuple[Point, ...]) -> list[charts.Point]:
    """Give points as charts draw them; a withheld or missing value is a gap, but none before the first."""
    return [
        charts.Point(
            one.reference_date,
            one.value,
            provisional=one.status == "provisional",
            withheld=one.status == "suppressed",
        )
        for one in dropwhile(lambda one: one.status == "missing", points)
    ]


def _spark(language: Language, indicator: Indicator, reading: Reading) -> Markup:
    first = reading.points[-1].reference_date - _SPARK_DAYS
    recent = curve(tuple(one for one in reading.points if one.reference_date > first))
    title = language.text("{title}, last eight weeks", title=indicator.short.in_(language.code))
    return Markup(charts.spark(recent, title=title))
