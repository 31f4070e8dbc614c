"""Release: what everybody may know of protected indicators, as a table of its own that grows by releases.

A release lands as bytes, the whole table as CSV, under the source `released-<indicator>`, and is read as any
answer is. So the public's past is a list of releases, and a rebuild gives the same. Nothing is recorded
where nothing changes in the table: not even the number of looks tells of what is hidden.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime

from tilannekuva.disclosure import remembered
from tilannekuva.disclosure.protector import Released, released
from tilannekuva.disclosure.remembered import Remembered
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.looks import GOOD, Answer, Look
from tilannekuva.errors import UnknownArea
from tilannekuva.flows.asking import area_name
from tilannekuva.flows.picture import RECENT, Question, picture
from tilannekuva.flows.reading import understand
from tilannekuva.flows.recording import Recorder
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.released import LEVELS, RELEASED, Figure, csv_of, is_released, source_of
from tilannekuva.store.files import write

FILE = "released.json"
States = dict[str, Remembered]  # by indicator: what is remembered after the releases gone through
Counts = Mapping[str, tuple[date, int]]  # by area: the newest settled count and its day


def release(workspace: Workspace, now: datetime, *, states: States | None = None) -> list[Look]:
    """Release what may be told anew of each protected indicator, where its newest release is old enough.

    `states` keeps from one call to the next what is remembered, and a file of the workspace from one program
    to the next, so that the past is gone through once.
    """
    kept = States() if states is None else states
    with _remembering(workspace, kept):
        looks = [_released(workspace, one, now, kept) for one in _fed(workspace, now)]
    return [one for one in looks if one]


def release_past(workspace: Workspace, now: datetime) -> list[Look]:
    """Release what replayed answers would have given: as if an update had ended at each turn until now."""
    looks, states = list[Look](), States()
    with _remembering(workspace, states):
        for one in _fed(workspace, now):
            at = _first_told(workspace, one)
            while at and at <= now:
                look = _released(workspace, one, at, states)
                looks += [look] if look else []
                at += workspace.settings.release_every
    return looks


@contextmanager
def _remembering(workspace: Workspace, states: States) -> Iterator[None]:
    """Add to an empty memory what the file holds, and keep in it what is new at the end."""
    file = workspace.folder / FILE
    if not states and file.exists():
        states |= remembered.read(file.read_bytes())
    before = dict(states)
    yield
    if states != before:
        write(file, remembered.written(states))


def protected(workspace: Workspace, as_of: datetime | None = None) -> list[Indicator]:
    """Give the indicators that others than own staff see only as released."""
    return [one for one in workspace.catalogue(as_of).indicators.values() if is_released(one)]


def _fed(workspace: Workspace, now: datetime) -> list[str]:
    """Name the protected indicators that rest on sources which were ever looked at."""
    looked, catalogue = {*workspace.ledger.sources(now)}, workspace.catalogue()
    recipes = [one for name, one in workspace.recipes().items() if name in looked]
    told = {series.indicator for one in recipes for series in one.series}
    return [one.id for one in protected(workspace) if told & catalogue.bases({one.id})]


def _first_told(workspace: Workspace, indicator: str) -> datetime | None:
    """Give when anything that an indicator rests on was told since its last release; None for nothing."""
    past = releases(workspace, indicator)
    rows = workspace.store.revisions(indicators=workspace.catalogue().bases({indicator}))
    return min((one.known_at for one in rows if not past or one.known_at > past[-1].landed_at), default=None)


def figures(workspace: Workspace, indicator: str, as_of: datetime | None = None) -> dict[str, Figure]:
    """Give the public figures of an indicator known at an instant, by area."""
    rows = workspace.store.revisions(as_of, indicators={RELEASED + indicator})
    told = sorted(rows, key=lambda one: (one.known_at, one.look, one.reference_date))
    return {
        one.area: Figure(one.area, one.reference_date, None if one.value is None else int(one.value))
        for one in told
    }


def releases(workspace: Workspace, indicator: str) -> list[Look]:
    """Give the releases of an indicator, the oldest first."""
    looks = workspace.ledger.looks(source_of(indicator))
    return [one for one in looks if one.outcome in GOOD and one.news]


def told(workspace: Workspace, last: int) -> list[dict[str, str | int | None]]:
    """Give what the newest releases of each protected indicator told anew, a row a figure."""
    return [
        {
            "indicator": one.id,
            "released_at": stamp(look.landed_at),
            "area": row.area,
            "area_name": area_name(row.area),
            "reference_date": row.reference_date.isoformat(),
            "value": None if row.value is None else int(row.value),
        }
        for one in protected(workspace)
        for look in releases(workspace, one.id)[-last:]
        for row in workspace.store.revisions(look.landed_at, indicators={RELEASED + one.id})
        if row.look == look.seq
    ]


def _released(workspace: Workspace, indicator: str, now: datetime, states: States) -> Look | None:
    past, recipe = releases(workspace, indicator), workspace.recipes().get(source_of(indicator))
    if recipe is None or (past and now - past[-1].landed_at < workspace.settings.release_every):
        return None
    recorder = Recorder(workspace)
    at = recorder.instant(recipe.id, now)
    known, table = counts(workspace, indicator, at), figures(workspace, indicator)
    after = released(_state(workspace, indicator, past, states), _values(known), _parents(known, at))
    told = {area: Figure(area, known[area][0], after.figures[area]) for area in after.fresh}
    if all(table.get(area) == one for area, one in told.items()):
        return None
    answer = Answer(recipe.id, csv_of({**table, **told}.values()))
    look = replace(recorder.look(answer, at, recipe), accepted=True)
    look = recorder.record(look, recipe, understand(recipe, (answer.body,), at))
    recorder.commit()
    states[indicator] = (_name(look), len(past) + 1, after)
    return look


def counts(workspace: Workspace, indicator: str, as_of: datetime) -> Counts:
    """Give the newest settled count of each area, of the whole population, known at an instant."""
    since = helsinki_date(as_of) - RECENT
    asked = Question(
        as_of, workspace.settings.areas[0], rewound=True, indicators=frozenset({indicator}), since=since
    )
    return dict(_newest(workspace, asked))


def _newest(workspace: Workspace, asked: Question) -> Iterator[tuple[str, tuple[date, int]]]:
    for reading in picture(workspace, asked).readings.values():
        whole = [
            (one.reference_date, int(one.value))
            for one in reading.points
            if one.status == "normal" and one.value is not None and one.value >= 0
        ]
        if whole and reading.area.partition(":")[0] in LEVELS:
            yield reading.area, max(whole)


def _state(workspace: Workspace, indicator: str, past: Sequence[Look], states: States) -> Released:
    """Give what is remembered after the releases of the past, from what was known and told at each."""
    name, n, state = states.get(indicator, ("", 0, Released()))
    if not 0 < n <= len(past) or name != _name(past[n - 1]):  # of another workspace's past, or damaged
        n, state = 0, Released()
    for look in past[n:]:
        at = look.landed_at
        rows = workspace.store.revisions(at, indicators={RELEASED + indicator})
        told = {one.area: one.value for one in rows if one.look == look.seq}
        known = _values(counts(workspace, indicator, at))
        known |= {area: int(value) for area, value in told.items() if value is not None}
        state = released(state, known, _parents(known, at), told=told.keys())
    if past:
        states[indicator] = (_name(past[-1]), len(past), state)
    return state


def _name(look: Look) -> str:
    """Name a release."""
    return f"{stamp(look.landed_at)} {look.sha256}"


def _values(known: Counts) -> dict[str, int]:
    return {area: count for area, (_, count) in known.items()}


def _parents(areas: Iterable[str], at: datetime) -> dict[str, str]:
    """Give the hospital district of each municipality, and the country of each district."""
    on, found = helsinki_date(at), dict[str, str]()
    for area in areas:
        above = _above(area, on)
        if area.startswith("municipality:"):
            found[area] = above.get("hospital-district", "country:FI")
        found |= {
            one: "country:FI" for one in (area, *above.values()) if one.startswith("hospital-district:")
        }
    return found


def _above(area: str, on: date) -> dict[str, str]:
    """Give the areas that an area lies in by their levels; none for one that the register does not know."""
    with suppress(UnknownArea):
        return {one.partition(":")[0]: one for one in register().ancestors(area, on=on)}
    return {}
