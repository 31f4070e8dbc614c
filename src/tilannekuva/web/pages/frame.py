"""The frame around every page: where one is, as known when, and how well the sources fare."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from tilannekuva.access.policy import may_do
from tilannekuva.domain.access import Role, Viewer
from tilannekuva.domain.areas import Area, register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.picture import Picture
from tilannekuva.flows.reader import Reader
from tilannekuva.web.installed import logo_address, style_address
from tilannekuva.web.language import Language
from tilannekuva.web.rules import right_of
from tilannekuva.web.urls import EVERYWHERE, TWINS, url

LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


@dataclass(frozen=True, slots=True)
class View:
    """A picture seen in a language, at a page, with the query that was asked.

    `reader` answers what a page needs beside the picture: another day's, a vintage, where a number is from.
    `by` is who asks, where the page is not kept for all who look in the same role.
    """

    picture: Picture
    language: Language
    page: str
    reader: Reader
    name: str = ""
    query: tuple[tuple[str, str], ...] = ()
    by: str = ""

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

    def may(self, page: str) -> bool:
        """Whether who looks has the right to a page, so that it is worth leading to."""
        return may_do(self.reader.viewer, right_of("", page))

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
class Wall:
    """A screen on the wall: the pages that take turns, which comes `after` this one, the way back."""

    turns: tuple[Link, ...]
    after: Link
    leave: Link


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its own content.

    `title` names the picture; `pages` are the ways through it, `more` what is
    read once; `as_of` is what the page knows up to, `as_of_day` its day for the
    form, `rewound` whether that is in the past; `before` and `after` step by a
    day; `now` leads to the present; `permanent` to the exact instant; `health`
    says how many sources are fresh; `exercise` makes every page say so; `twins`
    are the same page as data; `picture_id` names the picture; `wall` is there on
    a screen on the wall, `walled` leads to it; `brand` has the addresses of the
    municipality's own style sheet and logo, empty where it has none; `published`
    says when it was shown so, where it is from the archive, and `differs` leads
    to what has changed since then, where something has. `account` leads to one's
    own, named by the role (pages are kept for all who are in one), or to the
    log-in, named so, where anybody can log in; `managed` to the people, for who
    manages them.
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
    permanent: Link
    wall: Wall | None
    walled: Link
    brand: tuple[str, str]
    published: str
    differs: Link | None
    account: Link | None
    managed: Link | None


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
        pages=tuple(_page(view, name, words) for name, words in _main(language).items() if view.may(name)),
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
        after=_step(view, language.text("Day after"), 1) if day < helsinki_date(view.reader.now) else None,
        now=Link(language.text("Now"), view.url(view.page, name=view.name, as_of="", published="")),
        kept=tuple((key, value) for key, value in view.query if key not in ("as_of", "published")),
        health=Link(words, view.url("sources"), here=view.page == "sources"),
        healthy=fresh == len(asked),
        exercise=picture.exercise,
        data_at=language.instant(picture.data_at) if picture.data_at else language.text("nothing yet"),
        twins=tuple(Link(twin.upper(), view.url(view.page, name=view.name, twin=twin)) for twin in TWINS),
        picture_id=picture.id,
        permanent=_at(view, language.text("Permanent link"), stamp(picture.as_of)),
        wall=_wall(view) if view.asked("wall") else None,
        walled=Link(language.text("Wall screen"), view.url("front", wall="1")),
        brand=(style_address(view.reader.settings.brand), logo_address(view.reader.settings.brand)),
        published=_published(view),
        differs=_differs(view),
        account=_account(view),
        managed=_managed(view),
    )


def _account(view: View) -> Link | None:
    language, viewer = view.language, view.reader.viewer
    if viewer.role != "public":
        return Link(role_of(language, viewer), f"/{language.code}/account", here=True)
    asked = urlencode({"next": view.url(view.page, name=view.name)}, safe="/")
    words = language.text("Log in")
    return Link(words, f"/{language.code}/login?{asked}") if view.reader.has_entrance else None


def _managed(view: View) -> Link | None:
    may = may_do(view.reader.viewer, "manage")
    return Link(view.language.text("People"), f"/{view.language.code}/people") if may else None


def role_of(language: Language, viewer: Viewer) -> str:
    """Say in which role one looks, and in whose service."""
    place = register().area(viewer.municipality).name(language.code) if viewer.municipality else ""
    return ", ".join(one for one in (roles(language)[viewer.role], place) if one)


def roles(language: Language) -> dict[Role, str]:
    """Give the roles in words."""
    return {
        "public": language.text("Everybody"),
        "partner": language.text("Partner"),
        "staff": language.text("Staff"),
        "leadership": language.text("Leadership"),
        "admin": language.text("Administrator"),
    }


def _published(view: View) -> str:
    asked = view.asked("published")
    at = asked and view.language.instant(view.reader.publication(asked).published_at)
    return at and view.language.text("The picture as it was published {instant}", instant=at)


def _differs(view: View) -> Link | None:
    n = len(view.reader.differing(view.asked("published"))) if view.asked("published") else 0
    words = view.language.plural("{n} figure has changed since", "{n} figures have changed since", n)
    since = stamp(view.picture.as_of)
    return Link(words, view.url("changes", since=since, published="", as_of="")) if n else None


def titles(language: Language) -> dict[str, str]:
    """Give the titles of the pages that name no indicator, by page."""
    return _main(language) | _more(language)


def _main(language: Language) -> dict[str, str]:
    return {
        "front": language.text("Situation now"),
        "changes": language.text("Changes"),
        "map": language.text("Map"),
        "area": language.text("All indicators"),
        "compare": language.text("Compare"),
        "decisions": language.text("Decisions"),
        "forecast": language.text("Forecast"),
        "scenario": language.text("Scenarios"),
        "services": language.text("Services"),
        "enter": language.text("Report"),
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
    page = {"sources": "front", "decision": "decisions"}.get(view.page, view.page)
    target = view.url(page, name=view.name, area=area, published="")
    return Link(name, target, here=area == view.picture.area)


def _step(view: View, words: str, days: int) -> Link:
    day = helsinki_date(view.picture.as_of) + timedelta(days=days)
    return _at(view, words, day.isoformat())


def _at(view: View, words: str, as_of: str) -> Link:
    return Link(words, view.url(view.page, name=view.name, as_of=as_of, published=""))


def _wall(view: View) -> Wall:
    """Let the pages of one city take turns, then those of the next."""
    cities = view.picture.areas
    here = view.picture.area if view.picture.area in cities else cities[0]
    following = cities[(cities.index(here) + 1) % len(cities)]
    turns = _turns(view, here)
    later = [*turns, *_turns(view, following)]
    place = next((n for n, one in enumerate(turns, 1) if one.here), 0)
    leave = Link(view.language.text("Leave"), view.url(view.page, name=view.name, wall=""))
    return Wall(turns, later[place], leave)


def _turns(view: View, area: str) -> tuple[Link, ...]:
    words, main = _main(view.language), view.picture.tiled[:1]
    shown = [("front", ""), ("map", ""), *(("indicator", one.id) for one in main), ("changes", "")]
    return tuple(
        Link(
            main[0].short.in_(view.language.code) if name else words[page],
            view.url(page, name=name, area=area),
            here=(page, name, area) == (view.page, view.name, view.picture.area),
        )
        for page, name in shown
    )
