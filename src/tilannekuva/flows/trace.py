"""Trace: where a value comes from: what was told of it, by which look, from which bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Semaphore
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tilannekuva.domain.areas import register
from tilannekuva.domain.looks import GOOD, Look
from tilannekuva.domain.observations import Observation
from tilannekuva.errors import Busy
from tilannekuva.flows.child import limited
from tilannekuva.flows.inbox import RECEIPT
from tilannekuva.flows.picture import reach
from tilannekuva.flows.reading import understand
from tilannekuva.flows.recording import PAGES, grounds_of, pages_of
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.fetch import STREAMED
from tilannekuva.sources.recipe import Ground, Recipe
from tilannekuva.sources.table import table

SPAN = timedelta(days=31)  # of inputs looked at where a formula does not say how far it looks back
_HIDDEN = ("key", "token", "secret", "sig", "pass", "auth")  # parts of names whose values are no reader's
_SHOWN, _WIDE = 3, 80  # rows of an answer that are shown, and characters of a cell
_SHORT = len("r20210320-150301-ab12")  # of a receipt: enough to find one's own, too little to ask by
_PATIENCE = 5.0  # seconds to wait for one's turn
_one_at_a_time = Semaphore(1)  # reading anew takes a processor, and anybody may ask for it


class Value(NamedTuple):
    """Which value is traced: indicator, area, and the day (for a week its Monday)."""

    indicator: str
    area: str
    day: date


@dataclass(frozen=True, slots=True)
class Landed:
    """What a look left behind.

    `url` holds no secret; `pages` are the hashes of its bytes, `size` their number (None when some are gone);
    `is_open` says whether everybody may have them.
    """

    look: Look
    url: str
    pages: tuple[str, ...]
    size: int | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a value comes from, as known at an instant.

    `told` is every time that it was told, the oldest first, `heard` the source that is believed; both are
    empty for what is computed. `landed` is what the value in force rests on. `definition` is the hash of the
    indicator's text in force since `defined_at`. `known_at` is that of the newest of all that went in.
    """

    told: tuple[Observation, ...]
    heard: str
    landed: Landed | None
    definition: str
    defined_at: datetime | None
    known_at: datetime | None


class Proof(NamedTuple):
    """What the kept bytes say when they are read anew: the value, its status, and rows of the answer."""

    value: float | None
    status: str
    rows: tuple[dict[str, str], ...]


def trace(workspace: Workspace, value: Value, as_of: datetime) -> Trace:
    """Trace a value, from nothing known later; raises UnknownIndicator."""
    catalogue = workspace.catalogue(as_of)
    indicator = catalogue.indicator(value.indicator)
    text = workspace.ledger.definitions(as_of=as_of).get(("indicator", indicator.id))
    bases = catalogue.bases({indicator.id})
    back = max(reach(catalogue, [indicator]), SPAN) if indicator.sql else timedelta()
    since = value.day - min(back, value.day - date.min)
    wanted: dict[str, Any] = {"indicators": bases, "areas": {value.area}, "since": since}
    used = [
        one
        for one in workspace.store.as_of(as_of, ranks=catalogue.ranks(), **wanted)
        if one.reference_date <= value.day and one.stratum == "all"
    ]
    told = () if indicator.sql else tuple(_told(workspace, value, as_of))
    newest = next(iter(used), None) or (told[-1] if told else None)
    return Trace(
        told=told,
        heard=newest.source if newest and told else "",
        landed=_landed(workspace, newest) if newest and told else None,
        definition=text.sha256 if text else "",
        defined_at=text.known_at if text and text.known_at <= as_of else None,
        known_at=max((one.known_at for one in used), default=None),
    )


def _told(workspace: Workspace, value: Value, as_of: datetime) -> Iterator[Observation]:
    """Yield every time that a value was told, the oldest first."""
    rows = workspace.store.revisions(as_of, indicators={value.indicator}, areas={value.area}, since=value.day)
    same = (one for one in rows if one.reference_date == value.day and one.stratum == "all")
    for one in sorted(same, key=lambda one: (one.known_at, one.look)):
        yield one._replace(look=_number(workspace, one.source, one.known_at))


def _number(workspace: Workspace, source: str, at: datetime) -> int:
    """Give the number of a look among those at its own source: of others it tells nothing."""
    return workspace.ledger.count_looks(at, [source])


def _landed(workspace: Workspace, one: Observation) -> Landed | None:
    """Give the look that told an observation: a source is looked at once an instant."""
    look = workspace.ledger.last_look(one.source, as_of=one.known_at)
    if look is None or not look.sha256:
        return None
    recipe = workspace.recipe_of(look.definition)
    names = _pages(workspace, look)
    sizes = [workspace.landing.size(name) for name in names]
    return Landed(
        look=replace(look, seq=_number(workspace, look.source_id, look.landed_at)),
        url=told_address(look.url),
        pages=names,
        size=None if None in sizes else sum(size or 0 for size in sizes),
        is_open=is_open(workspace, recipe, one.known_at),
    )


def _pages(workspace: Workspace, look: Look) -> tuple[str, ...]:
    if look.media_type != PAGES:
        return (look.sha256,)
    return tuple(workspace.landing.read(look.sha256).decode().split())


def told_address(url: str) -> str:
    """Give the address of a look without what not every reader may see: keys, names of people's files."""
    if url.startswith("inbox:"):
        receipt = RECEIPT.search(url)
        return f"inbox:{receipt[0][:_SHORT] if receipt else ''}…"
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    query = [
        (name, "***" if any(part in name.casefold() for part in _HIDDEN) else cell)
        for name, cell in parse_qsl(parts.query, keep_blank_values=True)
    ]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe=":,/*{}"), ""))


def is_open(workspace: Workspace, recipe: Recipe, as_of: datetime) -> bool:
    """Whether everybody may have a source's raw bytes.

    Not those that people or programs of the house sent, that a key opened, that tell of an indicator which
    is not public, or public only as released, or, where the settings let sources live inside the house, that
    no shipped recipe names.
    """
    fetch, indicators = recipe.fetch, workspace.catalogue(as_of).indicators
    if fetch.protocol in ("inbox", "command") or fetch.key or recipe.entry:
        return False
    told = [indicators.get(one.indicator) for one in recipe.series]
    if not all(one is not None and one.visibility == "public" and not one.protect for one in told):
        return False
    return not workspace.settings.allow_networks or recipe.id in recipes.texts()


def open_landings(workspace: Workspace, as_of: datetime) -> dict[str, str]:
    """Give the raw bytes that everybody may have: hash and source of each that an observation rests on."""
    known = workspace.recipes(as_of)
    return {
        page: name
        for name in workspace.ledger.sources(as_of)
        if name in known and is_open(workspace, known[name], as_of)
        for look in workspace.ledger.looks(name, as_of=as_of)
        if look.outcome in GOOD and look.news and look.sha256
        for page in _pages(workspace, look)
    }


def proof(workspace: Workspace, value: Value, as_of: datetime) -> Proof | None:
    """Read the bytes that a value rests on anew, in a child of limited time; None where they are not open.

    Raises Damaged when they are not what was kept, NotUnderstood when they cannot be read, Busy when
    too many ask.
    """
    landed = trace(workspace, value, as_of).landed
    if landed is None or not landed.is_open:
        return None
    look, recipe = landed.look, workspace.recipe_of(landed.look.definition)
    pages = pages_of(workspace.landing, look)
    grounds = grounds_of(workspace, recipe, look.landed_at)
    if not _one_at_a_time.acquire(timeout=_PATIENCE):
        raise Busy("another answer is being read anew; try again in a moment")
    try:
        return limited(proven, recipe, pages, look.landed_at, value, grounds=grounds)
    finally:
        _one_at_a_time.release()


def proven(
    recipe: Recipe,
    pages: Sequence[bytes],
    landed_at: datetime,
    value: Value,
    *,
    grounds: Sequence[Ground] = (),
) -> Proof:
    """Give what the pages of an answer say of a value."""
    facts = understand(recipe, pages, landed_at, grounds=grounds).facts
    same = ((one.indicator, one.area, one.reference_date, one.stratum) for one in facts)
    found = next((one for one, key in zip(facts, same, strict=True) if key == (*value, "all")), None)
    level = next(one.level for one in recipe.series if one.indicator == value.indicator)
    rows = () if recipe.fetch.format in STREAMED else _rows(recipe, pages, value, level)
    return Proof(found.value if found else None, found.status if found else "withdrawn", tuple(rows))


def _rows(recipe: Recipe, pages: Sequence[bytes], value: Value, level: str) -> list[dict[str, str]]:
    """Give rows of an answer that name the day and, where it names areas, the area; none if many."""
    about = []
    for page in pages:
        columns = {
            name: cells
            for name, (_, cells) in table(page, recipe.fetch).columns.items()
            if not name.endswith("_status") and any(cell is not None for cell in cells)
        }
        rows = (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
        about += [row for row in rows if value.day in row.values()]
    named = [row for row in about if _names(row, value, level)] or about
    return [{name: _cell(cell) for name, cell in row.items()} for row in named if len(named) <= _SHOWN]


def _names(row: dict[str, Any], value: Value, level: str) -> bool:
    texts = (cell for cell in row.values() if isinstance(cell, str))
    return any(register().match(text, level, on=value.day) == value.area for text in texts)


def _cell(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return text if len(text) <= _WIDE else f"{text[:_WIDE]}…"
