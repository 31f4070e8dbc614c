"""Decisions of an answer: read by the recipe's SQL, checked cell by cell, and believed or not."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from tilannekuva.domain.access import Visibility
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import HELSINKI, helsinki_date
from tilannekuva.domain.decisions import (
    BODIES,
    Decision,
    Direction,
    Expected,
    Known,
    Measure,
    Review,
    Stage,
    Verdict,
)
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import NotUnderstood, UnknownArea, UnknownDecision
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import cells
from tilannekuva.sources.excel.persons import is_personal
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.wording import AGAIN, quoted
from tilannekuva.store.sheet import Result, Sheet

_AHEAD = timedelta(days=2)  # agendas tell what a meeting of tomorrow is going to decide
_TITLES = tuple(f"title_{lang}" for lang in LANGS)
_LONG = {**dict.fromkeys((f"text_{lang}" for lang in LANGS), 4000), "options": 2000, "seen": 2000}
_SHORT = {"organ": 120, "legal_basis": 300, "note": 300, "owner": 120, "by": 120}
_DAYS = ("taken_on", "effective_from", "effective_to", "review_on", "reviewed_on", "expected_by")
_CODES = ("measure", "strength", "link", "area", "case_number", "superseded_by", "picture", "municipality")
_CHOICES = {
    "stage": get_args(Stage),
    "visibility": ("", *get_args(Visibility)),
    "expected_direction": ("", *get_args(Direction)),
    "verdict": ("", *get_args(Verdict)),
    "status": ("", "normal", "withdrawn"),
}
_REQUIRED = {"id", "body", "taken_on"}
COLUMNS = (
    "id", "body", "organ", "title", "lang", *_TITLES, *_LONG, "published_at", *_DAYS, *_CODES,
    "legal_basis", "note", "owner", "by", "expected_indicator", "expected_size", *_CHOICES,
)  # fmt: skip
_EARLIEST = date(1900, 1, 1)  # an earlier year is a slip of the finger
_TITLE = 300  # characters kept; the longest titles of Finnish boards have about 250
_LONGEST = 300  # characters of an id or a case number; what is longer is a text, and names nothing
_MEASURE = re.compile(r"([CEHMV][1-9])")
_NAME = re.compile(r"([0-9a-f]{12})?")  # of another decision
_PICTURE = re.compile(r"([0-9a-f]{20})?")
_INDICATOR = re.compile(r"([a-z][a-z0-9-]{0,99})?")
_FINNISH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,? (?:klo )?(\d{1,2})[.:](\d{2}))?")
_STRONGEST = 5  # of OxCGRT's ordinal scales
_LINK = re.compile(r"(https?://[^\s<>\"'\\]{1,2000})?")


class Fault(ValueError):
    """A cell cannot be true: which column it is in, and which `kind` of fault it is; the message tells it."""

    def __init__(self, column: str, kind: str, message: str) -> None:
        self.column, self.kind = column, kind
        super().__init__(message)


def decided(sheet: Sheet, recipe: Recipe, landed_at: datetime, *, faults: list[str]) -> list[Decision]:
    """Give the decisions that an answer tells; rows left out are added to `faults`.

    Raises NotUnderstood when the SQL gives other columns than agreed, or two decisions one name.
    """
    if recipe.decisions is None:
        return []
    found = []
    for row in _named(sheet.ask(recipe.decisions.sql)):
        try:
            found.append(decision(row, recipe.id, landed_at))
        except ValueError as reason:
            faults.append(f"decision {quoted(row['id'])[1:-1]}: {reason}")
    return list(_linked([*_once(found, faults)], faults))


def too_few(recipe: Recipe, told: Iterable[Decision], known: Known) -> str:
    """Say that a complete list would take back more than the guard lets it; empty when it does not."""
    gone = len(known.keys() - {one.key for one in told})
    if recipe.snapshot != "complete" or gone <= recipe.guard.max_shrink * len(known):
        return ""
    return f"of {len(known)} decisions known {gone} would be taken back"


def versions(workspace: Workspace, name: str, as_of: datetime) -> tuple[Decision, ...]:
    """Give all that was told of a decision by an instant, the newest first.

    Raises UnknownDecision; one that was taken back has its withdrawal as its newest version.
    """
    known = workspace.ledger.decisions(as_of=as_of, revisions=True)
    found = sorted((one for one in known if one.name == name), key=lambda one: one.known_at, reverse=True)
    if not found:
        raise UnknownDecision(f"no decision '{name}' is known; the page of decisions lists them")
    return tuple(found)


def _named(answer: Result) -> Iterator[dict[str, Any]]:
    names = set(answer.names)
    if not names >= _REQUIRED or not names & {"title", *_TITLES} or not names <= {*COLUMNS}:
        others = ", ".join(sorted({*COLUMNS} - _REQUIRED - {"title"}))
        wanted = f"id, body, taken_on, title, and any of {others}"
        raise NotUnderstood(f"the SQL of decisions gives {', '.join(answer.names)}; it must give {wanted}")
    return (dict(zip(answer.names, row, strict=True)) for row in answer.rows)


def decision(row: Mapping[str, Any], source: str, at: datetime) -> Decision:
    """Give the decision of a row of COLUMNS, whichever of them it has; Fault says why it is none."""
    days = {name: _day(row, name) for name in _DAYS}
    told: dict[str, Any] = {name: _cut(_line(row, name), most) for name, most in _SHORT.items()}
    told |= {name: _long(row, name) for name in _LONG if name != "seen"}
    told |= {name: days[name] for name in ("taken_on", "effective_from", "effective_to", "review_on")}
    told |= {name: _one_of(row, name, _CHOICES[name]) for name in ("stage", "visibility", "status")}
    told |= {name: told[name] or usual for name, usual in (("visibility", "public"), ("status", "normal"))}
    made = Decision(
        source=source,
        id=_name(row, "id"),
        case_number=_name(row, "case_number"),
        **_titles(row),
        **told,
        body=_one_of(row, "body", BODIES),
        published_at=_instant(row, "published_at"),
        area=_area(row, "area"),
        measures=_measures(row),
        link=_matching(row, "link", _LINK),
        expected=_expected(row, days["expected_by"]),
        review=_review(row, days["reviewed_on"]),
        superseded_by=_name(row, "superseded_by"),
        picture=_matching(row, "picture", _PICTURE),
        municipality=_area(row, "municipality"),
        known_at=at,
    )
    _is_whole(made)
    _in_time(made, at)
    return made


def _is_whole(one: Decision) -> None:
    """Raise Fault for a decision without a name or title, and for one that tells of a person."""
    if not one.id:
        raise Fault("id", "missing", "has no id")
    if not one.title("fi"):
        raise Fault("title", "missing", "has no title")
    for name in (*_TITLES, *_LONG, *_SHORT, "case_number"):
        said = (one.review.seen if one.review else "") if name == "seen" else getattr(one, name)
        if is_personal(said):
            raise Fault(name, "person", f"its {name} holds an identity code or a phone number")


def _in_time(one: Decision, at: datetime) -> None:
    """Raise Fault for a decision of a day to come, or one that ends before it begins."""
    published = one.published_at and helsinki_date(one.published_at)
    reviewed = one.review and one.review.day
    told = {"taken": one.taken_on, "published": published, "reviewed": reviewed}
    for name, day in told.items():
        if day and day > helsinki_date(at) + _AHEAD and one.stage != "proposed":
            column = "published_at" if name == "published" else f"{name}_on"
            raise Fault(column, "ahead", f"was {name} on {day}, a day that has not come yet")
    if one.effective_from and one.effective_to and one.effective_to < one.effective_from:
        said = f"ends on {one.effective_to}, before it begins on {one.effective_from}"
        raise Fault("effective_to", "order", said)


def _line(row: Mapping[str, Any], name: str) -> str:
    """Give a cell as one line of printable text."""
    given = "" if row.get(name) is None else str(row[name])
    return "".join(one for one in " ".join(given.split()) if one.isprintable())


def _long(row: Mapping[str, Any], name: str) -> str:
    """Give a cell as lines of printable text, the empty ones between them left out."""
    given = "" if row.get(name) is None else str(row[name])
    lines = (_line({"": line}, "") for line in given.splitlines())
    return _cut("\n".join(line for line in lines if line), _LONG[name])


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _name(row: Mapping[str, Any], name: str) -> str:
    text = _line(row, name)
    if len(text) > _LONGEST:
        raise Fault(name, "long", f"its {name} is longer than {_LONGEST} characters")
    return text


def _titles(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the titles by column; a `title` is in the language that `lang` names, in Finnish without it."""
    titles = {name: _cut(_line(row, name), _TITLE) for name in _TITLES}
    if _line(row, "title"):
        lang = _one_of(row, "lang", LANGS) if _line(row, "lang") else "fi"
        titles[f"title_{lang}"] = _cut(_line(row, "title"), _TITLE)
    return titles


def _one_of(row: Mapping[str, Any], name: str, choices: Iterable[str]) -> Any:  # noqa: ANN401 - one of the choices
    text = _line(row, name)
    if text not in choices:
        there = ", ".join(one for one in choices if one)
        raise Fault(name, "choice" if text else "missing", f"{quoted(text)} is no {name}; there are {there}")
    return text


def _matching(row: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    text = _line(row, name)
    if not pattern.fullmatch(text):
        raise Fault(name, "form", f"{quoted(text)} is no {name}")
    return text


def _measures(row: Mapping[str, Any]) -> tuple[Measure, ...]:
    """Give the measures: codes with blanks or commas between them, and as many strengths, `-` for none."""
    codes = _line(row, "measure").replace(",", " ").split()
    given = "" if row.get("strength") is None else str(row["strength"])
    strengths = given.replace(",", " ").split() if len(codes) > 1 else [given][: len(codes)]
    for one in codes:
        _matching({"measure": one}, "measure", _MEASURE)
    if len(strengths) not in (0, len(codes)):
        raise Fault("strength", "number", f"{len(codes)} measures and {len(strengths)} strengths")
    strengths = strengths or ["-"] * len(codes)
    return tuple(Measure(code, _strength(one)) for code, one in zip(codes, strengths, strict=True))


def _strength(given: str) -> int | None:
    try:
        found = None if given == "-" else cells.count(given)
    except ValueError as reason:
        raise Fault("strength", "number", str(reason)) from None
    if found is not None and not 0 <= found <= _STRONGEST:
        raise Fault("strength", "number", f"a strength of {found}; the scale ends at {_STRONGEST}")
    return found


def _expected(row: Mapping[str, Any], by: date | None) -> Expected | None:
    """Give the expected effect, None where no indicator is named."""
    indicator = _matching(row, "expected_indicator", _INDICATOR)
    direction = _one_of(row, "expected_direction", _CHOICES["expected_direction"])
    try:
        size = cells.number(row.get("expected_size"))
    except ValueError:
        raise Fault("expected_size", "number", f"{quoted(row['expected_size'])} is no number") from None
    if size is not None and not (size > 0 and math.isfinite(size)):
        raise Fault("expected_size", "number", f"a size of {size}; it is a number of per cent above 0")
    if bool(indicator) != bool(direction):
        lacking = "expected_direction" if indicator else "expected_indicator"
        raise Fault(lacking, "missing", "an expected effect names an indicator and a direction")
    return Expected(indicator, direction, size, by) if indicator else None


def _review(row: Mapping[str, Any], day: date | None) -> Review | None:
    verdict = _one_of(row, "verdict", _CHOICES["verdict"])
    if bool(verdict) != bool(day):
        raise Fault("reviewed_on" if verdict else "verdict", "missing", "a review has a day and a verdict")
    return Review(day, _long(row, "seen"), verdict) if day else None


def _day(row: Mapping[str, Any], name: str) -> date | None:
    given = row.get(name)
    if given is None or given == "":
        return None
    try:
        found = cells.day(str(given))
    except (ValueError, OverflowError):
        found = None
    if found is None or found < _EARLIEST:
        raise Fault(name, "day", f"{quoted(given)} is no day of {name}")
    return found


def _instant(row: Mapping[str, Any], name: str) -> datetime | None:
    """Give the instant of a time on Helsinki's clock, or of a text with a zone of its own."""
    given = row.get(name)
    if given is None or given == "":
        return None
    try:
        at = given if isinstance(given, datetime) else datetime.fromisoformat(_iso(str(given).strip()))
    except ValueError:
        raise Fault(name, "day", f"{quoted(given)} is no instant of {name}") from None
    return (at if at.tzinfo else at.replace(tzinfo=HELSINKI)).astimezone(UTC)


def _iso(text: str) -> str:
    """Write `17.3.2020 14.30` as `2020-03-17T14:30`; any other text stays as it is."""
    finnish = _FINNISH.fullmatch(text)
    if not finnish:
        return text
    day, month, year, hour, minute = (int(part or 0) for part in finnish.groups())
    return f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}"


def _area(row: Mapping[str, Any], name: str) -> str:
    text = _line(row, name)
    try:
        return register().area(text).id if text else ""
    except UnknownArea:
        raise Fault(name, "area", f"no area is called {quoted(text)}") from None


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


def _linked(found: Sequence[Decision], faults: list[str]) -> Iterator[Decision]:
    """Yield each decision; where a list tells the id or case number of what replaces it, with its name."""
    names = {key: one.name for one in found for key in (one.id, one.case_number) if key}
    for one in found:
        other = names.get(one.superseded_by, one.superseded_by)
        if _NAME.fullmatch(other) and other != one.name:
            yield one._replace(superseded_by=other)
        else:
            said = f"no other decision {quoted(other)} replaces it: write the case number or id of one"
            faults.append(f"decision {quoted(one.key)[1:-1]}: {said}")
