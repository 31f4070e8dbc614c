"""Geometry: the true boundaries and own layers of a workspace, made fit to be drawn.

Foreign map files are read in the locked child, once for each content.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import GOOD, Look
from tilannekuva.errors import BadDefinition, Damaged, NotUnderstood, TilannekuvaError
from tilannekuva.flows.child import limited
from tilannekuva.flows.recording import pages_of
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Ground

STEP = 200  # metres: one step of boundaries
FINE = 20  # metres: one step of one's own layers
FOLDER = "layers"
_SUFFIXES = {".gpkg", ".geojson", ".json", ".fgb", ".zip"}
_MOST_BYTES = 32 << 20
_ROOM = 24
Corner = tuple[int, int]
Rings = list[list[Corner]]
_made: OrderedDict[Hashable, Any] = OrderedDict()  # by content: what never changes


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The municipalities' boundaries as known at an instant: rings by area id, in steps of STEP metres.

    `source` is the recipe's id: its title and licence stand in the picture.
    """

    source: str
    landed_at: datetime
    rings: Mapping[str, Rings]


@dataclass(frozen=True, slots=True)
class Layer:
    """A map file of the workspace's own: kind, name and lines of each shape, in steps of FINE metres.

    `fault` says why a file cannot be drawn; it holds nothing then.
    """

    id: str
    title: str
    shapes: tuple[tuple[str, str, Rings], ...] = ()
    fault: str = ""


def boundaries(workspace: Workspace, as_of: datetime) -> Boundaries | None:
    """Give the newest boundaries of municipalities that were known at an instant; None without any."""
    looks = [look for look in map(_last_look(workspace, as_of), _sources(workspace, as_of)) if look]
    if not looks:
        return None
    look = max(looks, key=lambda one: one.landed_at)
    today = helsinki_date(as_of)
    standing = hash(tuple(one.id for one in register().at_level("municipality", on=today)))
    key = ("boundaries", look.sha256, look.definition, standing)
    try:
        rings = _kept(key, lambda: _outlines(workspace, look, as_of))
    except (NotUnderstood, BadDefinition, Damaged):
        return None  # the map is then drawn schematic, and says so
    return Boundaries(look.source_id, look.landed_at, rings)


def _sources(workspace: Workspace, as_of: datetime) -> list[str]:
    known = workspace.recipes(as_of).values()
    return [one.id for one in known if one.boundaries and one.boundaries.level == "municipality"]


def _last_look(workspace: Workspace, as_of: datetime) -> Callable[[str], Look | None]:
    return lambda name: workspace.ledger.last_look(name, outcomes=GOOD, as_of=as_of)


def _outlines(workspace: Workspace, look: Look, as_of: datetime) -> Mapping[str, Rings]:
    ground = Ground(workspace.recipe_of(look.definition), pages_of(workspace.landing, look))
    return limited(_read_outlines, ground, helsinki_date(as_of), step=STEP)


def _read_outlines(*given: Any, **named: Any) -> Mapping[str, Rings]:  # noqa: ANN401 - handed through
    found: Mapping[str, Rings] = _heavy().outlines(*given, **named)
    return found


def _read_layer(body: bytes) -> tuple[tuple[str, str, Rings], ...]:
    return tuple(_heavy().drawn_layer(body, step=FINE))


def _heavy() -> Any:  # noqa: ANN401 - a module
    """Give what reads map files; it stands on large libraries, so it is loaded in the child alone."""
    try:
        return import_module("tilannekuva.sources.maps.outlines")
    except ModuleNotFoundError as error:
        raise BadDefinition(f"a map file needs {error.name}: pip install 'tilannekuva[sources]'") from None


def layer_files(folder: Path) -> dict[str, Path]:
    """Give the map files of a workspace's folder `layers` by the id under which a page names them."""
    there = folder / FOLDER
    found = sorted(there.iterdir()) if there.is_dir() else []
    return {_slug(one.stem): one for one in found if one.suffix.lower() in _SUFFIXES and one.is_file()}


def layer(folder: Path, name: str) -> Layer | None:
    """Read one of a workspace's own layers; None where there is none of that name."""
    file = layer_files(folder).get(name)
    if file is None:
        return None
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise NotUnderstood(f"the file is larger than {_MOST_BYTES >> 20} MB")
        body = file.read_bytes()
        key = ("layer", hashlib.sha256(body).hexdigest())
        return Layer(name, file.stem, _kept(key, lambda: limited(_read_layer, body)))
    except (OSError, TilannekuvaError) as error:
        return Layer(name, file.stem, fault=str(error))


def _slug(stem: str) -> str:
    return re.sub(r"[^\w.-]+", "-", stem).strip("-").casefold() or "layer"


def _kept(key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is made
    if key not in _made:
        _made[key] = make()
        while len(_made) > _ROOM:
            _made.popitem(last=False)
    return _made[key]
