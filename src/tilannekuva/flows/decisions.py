"""Decisions of an answer: read by the recipe's SQL, checked cell by cell, and believed or not."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import HELSINKI, helsinki_date
from tilannekuva.domain.decisions import BODIES, Decision, Known
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import NotUnderstood, UnknownArea
from tilannekuva.sources import cells
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.wording import AGAIN, quoted
from tilannekuva.store.sheet import Result, Sheet

_AHEAD = timedelta(days=2)  # agendas tell what a meeting of tomorrow is going to decide
_TITLES = tuple(f"title_{lang}" for lang in LANGS)
_TEXTS = {"organ", "legal_basis", "note", "link", "measure", "area", "case_number"}
_DAYS = ("taken_on", "effective_from", "effective_to")
_REQUIRED = {"id", "body", "taken_on"}
_COLUMNS = {*_REQUIRED, *_TITLES, *_TEXTS, *_DAYS, "title", "lang", "published_at", "strength"}
_TITLE, _ORGAN = 300, 120  # characters kept; the longest titles of Finnish boards have about 250
_LONGEST = 300  # characters of an id or a case number; what is longer is a text, and names nothing
_MEASURE = re.compile(r"([CEHMV][1-9])?")
_STRONGEST = 5  # of OxCGRT's ordinal scales
_LINK = re.compile(r"(https?://[^\s<>\"'\\]{1,2000})?")


def decided(sheet: Sheet, recipe: Recipe, landed_at: datetime, *, faults: list[str]) -> list[Decision]:
    """Give the decisions that an answer tells; rows left out are added to `faults`.

    Raises NotUnderstood when the SQL gives other columns than agreed, or two decisions one name.
    """
    if recipe.decisions is None:
        return []
    found = []
    for row in _named(sheet.ask(recipe.decisions.sql)):
        try:
            found.append(_decision(row, recipe.id, landed_at))
        except ValueError as reason:
            faults.append(f"decision {quoted(row['id'])[1:-1]}: {reason}")
    return list(_once(found, faults))


def too_few(recipe: Recipe, told: Iterable[Decision], known: Known) -> str:
    """Say that a complete list would take back more than the guard lets it; empty when it does not."""
    gone = len(known.keys() - {one.key for one in told})
    if recipe.snapshot != "complete" or gone <= recipe.guard.max_shrink * len(known):
        return ""
    return f"of {len(known)} decisions known {gone} would be taken back"


def _named(answer: Result) -> Iterator[dict[str, Any]]:
    names = set(answer.names)
    if not names >= _REQUIRED or not names & {"title", *_TITLES} or not names <= _COLUMNS:
        wanted = (
            f"id, body, taken_on, title, and any of {', '.join(sorted(_COLUMNS - _REQUIRED - {'title'}))}"
        )
        raise NotUnderstood(f"the SQL of decisions gives {', '.join(answer.names)}; it must give {wanted}")
    return (dict(zip(answer.names, row, strict=True)) for row in answer.rows)


def _decision(row: Mapping[str, Any], source: str, at: datetime) -> Decision:
    """Give the decision of a row; ValueError says why it is none."""
    days = {name: _day(row, name) for name in _DAYS}
    titles = _titles(row)
    made = Decision(
        source=source,
        id=_name(row, "id"),
        case_number=_name(row, "case_number"),
        title_fi=titles["fi"],
        title_sv=titles["sv"],
        title_en=titles["en"],
        taken_on=days["taken_on"],
        effective_from=days["effective_from"],
        effective_to=days["effective_to"],
        organ=_cut(_text(row, "organ"), _ORGAN),
        legal_basis=_cut(_text(row, "legal_basis"), _TITLE),
        note=_cut(_text(row, "note"), _TITLE),
        body=_one_of(row, "body", BODIES),
        published_at=_instant(row, "published_at"),
        area=_area(_text(row, "area")),
        measure=_matching(row, "measure", _MEASURE),
        strength=_strength(row.get("strength")),
        link=_matching(row, "link", _LINK),
        status="normal",
        known_at=at,
    )
    if not made.id or not made.title("fi"):
        raise ValueError("has no id" if not made.id else "has no title")
    _in_time(made, at)
    return made


def _in_time(one: Decision, at: datetime) -> None:
    """Raise ValueError for a decision of a day to come, or one that ends before it begins."""
    for name, day in (
        ("taken", one.taken_on),
        ("published", one.published_at and helsinki_date(one.published_at)),
    ):
        if day and day > helsinki_date(at) + _AHEAD:
            raise ValueError(f"was {name} on {day}, a day that has not come yet")
    if one.effective_from and one.effective_to and one.effective_to < one.effective_from:
        raise ValueError(f"ends on {one.effective_to}, before it begins on {one.effective_from}")


def _text(row: Mapping[str, Any], name: str) -> str:
    """Give a cell as one line of printable text."""
    given = "" if row.get(name) is None else str(row[name])
    return "".join(one for one in " ".join(given.split()) if one.isprintable())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _name(row: Mapping[str, Any], name: str) -> str:
    text = _text(row, name)
    if len(text) > _LONGEST:
        raise ValueError(f"its {name} is longer than {_LONGEST} characters")
    return text


def _titles(row: Mapping[str, Any]) -> dict[str, str]:
    """Give the titles by language; a `title` is in the one that `lang` names, in Finnish without it."""
    titles = {str(lang): _cut(_text(row, f"title_{lang}"), _TITLE) for lang in LANGS}
    if _text(row, "title"):
        lang = _one_of(row, "lang", LANGS) if _text(row, "lang") else "fi"
        titles[lang] = _cut(_text(row, "title"), _TITLE)
    return titles


def _one_of(row: Mapping[str, Any], name: str, choices: Iterable[str]) -> str:
    text = _text(row, name)
    if text not in choices:
        raise ValueError(f"{quoted(text)} is no {name}; there are {', '.join(choices)}")
    return text


def _matching(row: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    text = _text(row, name)
    if not pattern.fullmatch(text):
        raise ValueError(f"{quoted(text)} is no {name}")
    return text


def _day(row: Mapping[str, Any], name: str) -> date | None:
    given = row.get(name)
    if given is None or given == "":
        return None
    if isinstance(given, date):
        return given.date() if isinstance(given, datetime) else given
    try:
        found = cells.day(given)
    except ValueError:
        raise ValueError(f"{quoted(given)} is no day of {name}") from None
    return found


def _instant(row: Mapping[str, Any], name: str) -> datetime | None:
    """Give the instant of a time on Helsinki's clock, or of a text with a zone of its own."""
    given = row.get(name)
    if given is None or given == "":
        return None
    try:
        at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    except ValueError:
        raise ValueError(f"{quoted(given)} is no instant of {name}") from None
    return (at if at.tzinfo else at.replace(tzinfo=HELSINKI)).astimezone(UTC)


def _area(text: str) -> str:
    try:
        return register().area(text).id if text else ""
    except UnknownArea:
        raise ValueError(f"no area is called {quoted(text)}") from None


def _strength(given: Any) -> int | None:  # noqa: ANN401 - as the SQL gave it
    found = cells.count(given if isinstance(given, int | float | str | None) else float(given))
    if found is not None and not 0 <= found <= _STRONGEST:
        raise ValueError(f"a strength of {found}; the scale ends at {_STRONGEST}")
    return found


def _once(found: Iterable[Decision], faults: list[str]) -> Iterator[Decision]:
    """Yield each decision once: of a case that was met several times the newest handling."""
    groups: dict[str, list[Decision]] = {}
    for one in found:
        groups.setdefault(one.key, []).append(one)
    for key, group in groups.items():
        first = group[0]
        if not first.case_number and any(one.said != first.said for one in group):
            raise NotUnderstood(f"two different decisions have the id {quoted(key)}{AGAIN}")
        if not first.case_number:
            faults += [f"decision {quoted(key)[1:-1]}: came twice"] * (len(group) - 1)
        yield max(group, key=lambda one: one.taken_on or date.min)
