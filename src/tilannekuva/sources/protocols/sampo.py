"""THL's cubes: what a recipe says in words, asked for by the numbers that mean it today.

A cube's address names dimensions and their nodes by ids that change: at new year 2021
`dateweek2020010120201231-443702` became `dateweek20200101-509030`, and every client that had them written
down broke. So a recipe writes a placeholder, and in `query` the way to its nodes:

    url = "https://sampo.thl.fi/…/fact_epirapo_covid19case.json?row={area}&column={week}&filter={measure}"
    query.area = "hcdmunicipality > * > * > *"         all areas > hospital districts > municipalities
    query.week = "dateweek > * > *"                    all times > weeks
    query.measure = "measure > Tapausten lukumäärä"    this node, wherever it stands

First the dimension, by its id without the digits at its end. Then step by step down its tree: `*` is every
node there, `**` every end of the tree below, anything else one node by its label, in which `*` stands for any
letters; letter case does not count. A label as the first step is looked for in the whole tree. Several ways
in one dimension are a list of texts.

The cube's own catalogue, `….dimensions.json`, is read at each look and says which ids are meant:

    thl.pivot.loadDimensions([{"id": "dateweek20200101", "label": "Aika", "children": [
      {"id": "…", "sid": 509030, "label": "Kaikki ajat", "stage": "…", "children": [ … ]}]}]);

Nodes go into the address as `dimension-sid.sid.`, just these; the nodes of a whole stage, when they are many,
as `dimension-sidL`, the level of that node. A node with neither dot nor `L` would bring its children along.
Source: THL's server as published, github.com/THLfi/tiku (DimensionTreeExporter, FindNodes, CubeService).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats.jsonrows import load
from tilannekuva.sources.protocols import Get
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_CALL = re.compile(r"\s*[\w.]+\s*\((.*)\)\s*;?\s*", re.DOTALL)
_FORM = re.compile(r"\.(json|csv)$")
_EVERY = ("*", "**")
_LISTED = 40  # nodes that an address lists one by one; longer ones meet limits on their way
_DEEPEST = 20
_TOLD = 8


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a dimension's tree; nodes of one stage make up a level of the cube."""

    sid: int
    label: str
    stage: str
    children: tuple["Node", ...]

    def all(self) -> Iterator["Node"]:
        """Yield the node and all below it."""
        yield self
        for child in self.children:
            yield from child.all()


def pages(fetch: Fetch, url: str, get: Get) -> Iterator[Answer]:
    """Yield the cube's answer; NotUnderstood when its catalogue does not hold what the recipe means."""
    known = catalogue(get(_catalogue_address(url)).body)
    for name, ways in fetch.query.items():
        selected = selection((ways,) if isinstance(ways, str) else ways, known)
        url = url.replace(f"{{{name}}}", selected)
    yield get(url)


def _catalogue_address(url: str) -> str:
    return _FORM.sub("", url.partition("?")[0]) + ".dimensions.json"


def catalogue(body: bytes) -> dict[str, tuple[Node, ...]]:
    """Read a cube's catalogue: the roots of each dimension's tree, by the dimension's id."""
    call = _CALL.fullmatch(decoded(body, "jsonp"))
    if not call:
        raise NotUnderstood(f"the cube's catalogue is no call of a function with a list{CHANGED}")
    said = load(call[1])
    if not isinstance(said, list):
        raise NotUnderstood(f"the cube's catalogue lists no dimensions{CHANGED}")
    found = {str(_part(one, "id", str)): _nodes(_part(one, "children", list)) for one in said}
    if len(found) != len(said):
        raise NotUnderstood(f"the cube's catalogue lists a dimension twice: {_some([*found])}{AGAIN}")
    return found


def _nodes(said: Sequence[Any], depth: int = 0) -> tuple[Node, ...]:
    if depth > _DEEPEST:
        raise NotUnderstood(f"the cube's catalogue nests deeper than {_DEEPEST} nodes{CHANGED}")
    return tuple(
        Node(
            _part(one, "sid", int),
            " ".join(_part(one, "label", str).split()),
            str(one.get("stage") or ""),
            _nodes(_part(one, "children", list) if "children" in one else (), depth + 1),
        )
        for one in said
    )


def _part(said: Any, key: str, kind: type[Any]) -> Any:  # noqa: ANN401 - any JSON
    """Give a part of a dimension or node, of the kind it must be."""
    part = said.get(key) if isinstance(said, dict) else None
    if type(part) is not kind:
        raise NotUnderstood(f"a node of the cube's catalogue has no {key}: {quoted(said)}{CHANGED}")
    return part


def selection(ways: Sequence[str], known: dict[str, tuple[Node, ...]]) -> str:
    """Give the nodes at the ends of ways in one dimension, as an address writes them."""
    chosen: dict[str, dict[int, Node]] = {}
    for way in ways:
        word, *steps = (step.strip() for step in way.split(" > "))
        if not steps:
            raise BadDefinition(f"query: {quoted(way)} names no node: write '{word} > *' for its roots")
        name = _dimension(word, known)
        chosen.setdefault(name, {}).update({node.sid: node for node in _followed(known[name], steps, way)})
    if len(chosen) != 1:
        raise BadDefinition(f"query: {_some(ways)} must be ways in one dimension, they are in {len(chosen)}")
    ((name, nodes),) = chosen.items()
    return f"{quote(name)}-{_sids(nodes, known[name])}"


def _sids(chosen: dict[int, Node], roots: Sequence[Node]) -> str:
    first = next(iter(chosen.values()))
    level = {node.sid for root in roots for node in root.all() if node.stage and node.stage == first.stage}
    if len(chosen) > _LISTED and level == chosen.keys():
        return f"{first.sid}L"
    return "".join(f"{sid}." for sid in chosen)


def _dimension(word: str, known: dict[str, tuple[Node, ...]]) -> str:
    """Give the id of the one dimension that a word means: the word itself, or it and digits."""
    found = [word] if word in known else [one for one in known if re.fullmatch(re.escape(word) + r"\d+", one)]
    if len(found) != 1:
        fits = f"{len(found)} dimensions fit" if found else "the cube has no dimension"
        raise NotUnderstood(f"{fits} {quoted(word)}; it has {_some(sorted(known))}{CHANGED}")
    return found[0]


def _followed(roots: Sequence[Node], steps: Sequence[str], way: str) -> list[Node]:
    """Give the nodes at the end of a way; NotUnderstood with what is there when it leads nowhere."""
    reached = list(roots) if steps[0] in _EVERY else [node for root in roots for node in root.all()]
    for step in steps:
        here = _meant(reached, step)
        if not here or (len(here) > 1 and step not in _EVERY):
            fits = f"{len(here)} nodes fit" if here else "no node fits"
            labels = _some([node.label for node in reached])
            raise NotUnderstood(f"{fits} {quoted(step)} of {quoted(way)}; there are {labels}{CHANGED}")
        reached = [child for node in here for child in node.children]
    return here


def _meant(nodes: Sequence[Node], step: str) -> list[Node]:
    if step == "**":
        return [one for node in nodes for one in node.all() if not one.children]
    letters = re.compile(".*".join(re.escape(part) for part in step.split("*")), re.IGNORECASE)
    return [node for node in nodes if letters.fullmatch(node.label)]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(quoted(name) for name in names[:_TOLD]) + more
