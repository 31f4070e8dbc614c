"""What the protector remembers, as text: kept beside the releases, so that their past is gone through once.

It holds counts that are not public, as the observations beside it do; without it all is made again.
"""

import json
from typing import Any

from tilannekuva.disclosure.protector import Group, Released, World, Worlds

Remembered = tuple[str, int, Released]  # the last release's name, how many there had been, what they left


def written(remembered: dict[str, Remembered]) -> bytes:
    """Write what is remembered of each indicator."""
    return json.dumps({key: [name, n, _flat(one)] for key, (name, n, one) in remembered.items()}).encode()


def read(text: bytes) -> dict[str, Remembered]:
    """Read what was written; nothing of a text that is no such one."""
    try:
        return {key: (name, n, _full(one)) for key, (name, n, one) in json.loads(text).items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _flat(one: Released) -> dict[str, Any]:
    groups = {
        name: [dict(group.counts), sorted(group.worlds), sorted(sorted(worlds) for worlds in group.open)]
        for name, group in one.groups.items()
    }
    return {"figures": dict(one.figures), "fresh": sorted(one.fresh), "groups": groups}


def _full(told: dict[str, Any]) -> Released:
    groups = {
        name: Group(counts, _worlds(worlds), frozenset(map(_worlds, still)))
        for name, (counts, worlds, still) in told["groups"].items()
    }
    return Released(told["figures"], frozenset(told["fresh"]), groups)


def _worlds(told: list[list[str]]) -> Worlds:
    return frozenset(_world(*one) for one in told)


def _world(giver: str, receiver: str) -> World:
    return giver, receiver
