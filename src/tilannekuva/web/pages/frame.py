"""The frame around every page: where one is, as known when, and how well the sources fare."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tilannekuva.domain.areas import Area, register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.picture import Picture
from tilannekuva.flows.reader import Reader
from tilannekuva.web.language import Language
from tilannekuva.web.urls import EVERYWHERE, TWINS, url

LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


@dataclass(frozen=True, slots=True)
class View:
    """A picture seen in a language, at a page, with the query that was asked.

    `reader` answers what a page needs beside the picture: another day's, a vintage, where a number is from.
    """

    picture: Picture
    language: Language
    page: str
    reader: Reader
    name: str = ""
    query: tuple[tuple[str, str], ...] = ()

    def asked(self, key: str) -> str:
        """Give what was asked under a name; empty when nothing was."""
        return next(iter(self.all_asked(key)), "")

    def all_asked(self, key: str) -> list[str]:
        """Give all that was asked under a name that may be repeated."""
        return [value for name, value in self.query if name == key]

    @property
    def area(self) -> Area:
        """Give the area of the picture."""
        return register().area(self.picture.area)

    def url(self, page: str, *, name: str = "", twin: str = "", **changed: str | Sequence[str]) -> str:
        """Give an address that keeps what was asked, but for what is changed.

        Another page keeps only what every page can be asked: area, instant, manner of showing.
        """
        lang = str(changed.pop("lang", self.language.code))
        kept = [
            one for one in self.query if one[0] not in changed and (page == self.page or one[0] in EVERYWHERE)
        ]
        given = [
            (key, value)
            for key, values in changed.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        return url(lang, page, name=name, twin=twin, query=[*kept, *given])


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its words, its address, whether it leads to where one is."""

    text: str
    href: str
    here: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its own content.

    `title` names the picture; `pages` are the ways through it, `more` what is
    read once; `as_of` is what the page knows up to, `as_of_day` its day for the
    form, `rewound` whether that is in the past; `before` and `after` step by a
    day; `now` leads to the present; `health` says how many sources are fresh;
    `exercise` makes every page say so; `twins` are the same page as data;
    `picture_id` names the picture.
    """

    lang: str
    title: str
    front: Link
    pages: tuple[Link, ...]
    more: tuple[Link, ...]
    cities: tuple[Link, ...]
    languages: tuple[Link, ...]
    as_of: str
    as_of_day: str
    rewound: bool
    before: Link
    after: Link | None
    now: Link
    kept: tuple[tuple[str, str], ...]
    health: Link
    healthy: bool
    exercise: bool
    data_at: str
    twins: tuple[Link, ...]
    picture_id: str


def frame(view: View) -> Frame:
    """Make the frame of a page."""
    picture, language = view.picture, view.language
    day = helsinki_date(picture.as_of)
    health = picture.health
    asked = [one for one in health if picture.sources[one.source_id].every is not None]
    fresh = sum(one.condition == "fresh" for one in asked)
    words = language.plural(
        "{fresh} of {n} source fresh", "{fresh} of {n} sources fresh", len(asked), fresh=fresh
    )
    return Frame(
        lang=language.code,
        title=picture.title,
        front=Link(language.text("Situation now"), view.url("front"), here=view.page == "front"),
        pages=tuple(_page(view, name, words) for name, words in _main(language).items()),
        more=tuple(_page(view, name, words) for name, words in _more(language).items()),
        cities=tuple(_city(view, one) for one in picture.areas),
        languages=tuple(
            Link(name, view.url(view.page, name=view.name, lang=code), here=code == language.code, lang=code)
            for code, name in LANGUAGE_NAMES.items()
        ),
        as_of=language.instant(picture.as_of),
        as_of_day=day.isoformat(),
        rewound=picture.rewound,
        before=_step(view, language.text("Day before"), -1),
        after=_step(view, language.text("Day after"), 1) if picture.rewound else None,
        now=Link(language.text("Now"), view.url(view.page, name=view.name, as_of="")),
        kept=tuple((key, value) for key, value in view.query if key != "as_of"),
        health=Link(words, view.url("sources"), here=view.page == "sources"),
        healthy=fresh == len(asked),
        exercise=picture.exercise,
        data_at=language.instant(picture.data_at) if picture.data_at else language.text("nothing yet"),
        twins=tuple(Link(twin.upper(), view.url(view.page, name=view.name, twin=twin)) for twin in TWINS),
        picture_id=picture.id,
    )


def _main(language: Language) -> dict[str, str]:
    return {
        "front": language.text("Situation now"),
        "changes": language.text("Changes"),
        "map": language.text("Map"),
        "area": language.text("All indicators"),
        "compare": language.text("Compare"),
        "decisions": language.text("Decisions"),
        "brief": language.text("Brief"),
        "sources": language.text("Sources"),
        "data": language.text("Data"),
    }


def _more(language: Language) -> dict[str, str]:
    return {
        "plain": language.text("Plain language"),
        "glossary": language.text("Glossary"),
        "accessibility": language.text("Accessibility"),
    }


def _page(view: View, name: str, words: str) -> Link:
    return Link(words, view.url(name), here=view.page == name)


def _city(view: View, area: str) -> Link:
    name = register().area(area).name(view.language.code)
    target = view.url("front" if view.page == "sources" else view.page, name=view.name, area=area)
    return Link(name, target, here=area == view.picture.area)


def _step(view: View, words: str, days: int) -> Link:
    day = helsinki_date(view.picture.as_of) + timedelta(days=days)
    return Link(words, view.url(view.page, name=view.name, as_of=day.isoformat()))
