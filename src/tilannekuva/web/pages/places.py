"""Places: an area as it is named, chosen and led to."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tilannekuva.domain.areas import LEVELS, Area, register
from tilannekuva.errors import UnknownArea
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.urls import EVERYWHERE

_NAMED_BY_LEVEL = ("hospital-district", "region")  # others' names say what they are, or are municipalities
_CHOSEN = ("municipality", *(level for level in LEVELS if level != "municipality"))


@dataclass(frozen=True, slots=True)
class Place:
    """An area: its name, what kind it is, its page; `here` where that is the one shown."""

    name: str
    kind: str
    href: str
    here: bool


def place(view: View, area: Area) -> Place:
    """Name an area and lead to its page."""
    return Place(
        area.name(view.language.code),
        level_words(view.language)[area.level],
        view.url("area", area=area.id),
        area.id == view.picture.area,
    )


def level_words(language: Language) -> dict[str, str]:
    """Give the words for the levels of areas, the largest first."""
    words = (
        language.text("country"),
        language.text("university hospital area"),
        language.text("hospital district"),
        language.text("region"),
        language.text("wellbeing services county"),
        language.text("municipality"),
        language.text("measuring station"),
    )
    return dict(zip(LEVELS, words, strict=True))


def called(area: Area, language: Language) -> str:
    """Give a name by which the register finds just this area: Pirkanmaa is a region, and a district."""
    name = area.name(language.code)
    if area.level in _NAMED_BY_LEVEL:
        name = f"{name} {level_words(language)[area.level]}"
    try:
        return name if register().area(name).id == area.id else area.id
    except UnknownArea:
        return area.id


@lru_cache(maxsize=16)
def choices(language: Language, on: date) -> tuple[str, ...]:
    """Give the names of all areas of a day, as a person may choose them: municipalities first."""
    return tuple(called(area, language) for level in _CHOSEN for area in register().at_level(level, on=on))


def kept(view: View, *but: str) -> tuple[tuple[str, str], ...]:
    """Give what a form must send along so that nothing asked is lost but what it asks itself."""
    return tuple((key, value) for key, value in view.query if key in EVERYWHERE and key not in but)
