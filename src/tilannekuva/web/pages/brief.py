"""The page of briefs: the new one in three languages, the texts of the sectors, and what was published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.publications import PICTURES, Publication
from tilannekuva.domain.texts import SectorText
from tilannekuva.web import urls
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import LANGUAGE_NAMES, Frame, Link, View, frame

_SHOWN = 50  # publications on the page; the data have them all


@dataclass(frozen=True, slots=True)
class Told:
    """What a sector tells, in `lang`, under a title in `title_lang`; `by` is who says so, and since when."""

    title: str
    title_lang: str
    lang: str
    paragraphs: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: when, what it is, the picture that it shows (`file` is empty for a picture alone)."""

    at: str
    what: str
    lang: str
    picture: Link
    file: Link | None


@dataclass(frozen=True, slots=True)
class BriefPage:
    """The briefs: the newest, the texts of the sectors, the archive.

    `files` lead to the brief as PDF in each language, `other` to its other forms in this one; `texts` are
    those of the sectors; `published` what was published of this area, the newest first, `left` how much more.
    """

    frame: Frame
    files: tuple[Link, ...]
    other: tuple[Link, ...]
    texts: tuple[Told, ...]
    published: tuple[Published, ...]
    left: str


def brief_page(view: View) -> BriefPage:
    """Make the page."""
    language = view.language
    found = _publications(view)
    more = len(found) - _SHOWN
    forms = {
        "png": language.text("Card for a chat (PNG)"),
        "eml": language.text("Draft of a mail with the PDF (EML)"),
        "html": language.text("Mail (HTML)"),
        "txt": language.text("Plain text"),
    }
    return BriefPage(
        frame=frame(view),
        files=tuple(
            Link(f"{name} (PDF)", urls.brief(code, "pdf", view.query), lang=code)
            for code, name in LANGUAGE_NAMES.items()
        ),
        other=tuple(
            Link(words, urls.brief(language.code, form, view.query)) for form, words in forms.items()
        ),
        texts=tuple(sector_texts(view)),
        published=tuple(_published(view, one) for one in found[:_SHOWN]),
        left=language.plural("{n} earlier one is in the data.", "{n} earlier ones are in the data.", more)
        if more > 0
        else "",
    )


def sector_texts(view: View) -> Iterator[Told]:
    """Give the sectors' texts of the view's area in its language, or in the nearest that they have."""
    for one, known_at in view.reader.texts(view.picture.as_of, view.picture.area):
        yield _told(view.language, one, known_at)


def _told(language: Language, one: SectorText, known_at: datetime) -> Told:
    title_lang, title = one.title.nearest(language.code)
    lang, paragraphs = one.paragraphs(language.code)
    at = language.instant(known_at)
    by = language.text("{author}, {instant}", author=one.author, instant=at) if one.author else at
    return Told(title, title_lang, lang, paragraphs, by)


def _publications(view: View) -> list[Publication]:
    found = view.reader.publications(view.picture.as_of if view.picture.rewound else None)
    return [one for one in found if one.area == view.picture.area]


def _published(view: View, one: Publication) -> Published:
    language = view.language
    is_file = one.kind not in PICTURES
    what = {
        "page": language.text("Page"),
        "publish": language.text("Picture"),
        "build": language.text("Static pages"),
        "brief": language.text("Picture of a brief"),
    }
    return Published(
        at=language.instant(one.published_at),
        what=what.get(one.kind) or language.text("Brief"),
        lang=LANGUAGE_NAMES.get(one.lang, ""),
        picture=Link(one.picture, view.url("front", published=one.picture, as_of="", area="")),
        file=Link(one.kind.upper(), urls.archived(one.sha256, one.kind)) if is_file else None,
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give what was published of the area as data, the newest first."""
    return [
        {
            "published_at": stamp(one.published_at),
            "kind": one.kind,
            "lang": one.lang,
            "picture": one.picture,
            "area": one.area,
            "as_of": stamp(one.as_of),
            "sha256": one.sha256,
        }
        for one in _publications(view)
    ]
