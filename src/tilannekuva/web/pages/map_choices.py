"""What the form of the map offers to choose from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tilannekuva.domain.areas import register
from tilannekuva.domain.indicators import Indicator
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.map_shapes import level_title
from tilannekuva.web.pages.tiles import themes


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: its value, its words, whether it is chosen."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from; `groups` are headings with options, a single one without a heading."""

    name: str
    label: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]


def named(language: Language, area: str) -> Option:
    """Give an area as one types it: a municipality by its name, others by level and name."""
    level, name = area.partition(":")[0], register().area(area).name(language.code)
    return Option(name if level == "municipality" else area, name, chosen=False)


def choices(view: View, indicator: Indicator, *, levels: Iterable[str], level: str) -> tuple[Choice, ...]:
    """Give the lists of the form; one with a single thing to choose is left out."""
    language, colours = view.language, view.asked("colours")
    ways = {
        "scale": language.text("Classes of like size"),
        "levels": language.text("Limits of the levels"),
    }
    given = [
        ("level", language.text("Areas"), {one: level_title(language, one) for one in levels}, level),
        ("shape", language.text("Drawn as"), _forms(view), view.asked("shape")),
        ("colours", language.text("Colours by"), ways if indicator.levels else {}, colours),
        ("ground", language.text("Base map"), _grounds(view), view.asked("ground")),
    ]
    listed = [
        Choice(name, label, (("", _options(texts, chosen)),))
        for name, label, texts, chosen in given
        if len(texts) > 1
    ]
    return (Choice("indicator", language.text("Indicator"), _indicators(view, indicator)), *listed)


def _options(texts: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    """Give the options by value; the first is chosen where none of them is."""
    chosen = chosen if chosen in texts else next(iter(texts))
    return tuple(Option(value, text, value == chosen) for value, text in texts.items())


def _indicators(view: View, indicator: Indicator) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    ids = {view.url("indicator", name=one): one for one in view.picture.indicators}
    return tuple(
        (
            theme.title,
            tuple(Option(ids[one.href], one.text, ids[one.href] == indicator.id) for one in theme.links),
        )
        for theme in themes(view)
    )


def _forms(view: View) -> dict[str, str]:
    language = view.language
    known = view.reader.boundaries(view.picture.as_of)
    true = {"true": language.text("True boundaries")} if known else {}
    return {
        **true,
        "schematic": language.text("Schematic areas"),
        "tiles": language.text("Tiles of equal size"),
    }


def _grounds(view: View) -> dict[str, str]:
    there = {one.id: one.title.in_(view.language.code) for one in view.reader.settings.ground}
    return {"": view.language.text("none"), **there} if there else {}


def layers(view: View) -> tuple[Option, ...]:
    """Give the workspace's own layers, each to be switched on."""
    chosen = view.all_asked("layer")
    return tuple(Option(one, title, one in chosen) for one, title in view.reader.layers.items())
