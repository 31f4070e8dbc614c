"""PxWeb: a statistical table asked in as few parts as its service allows.

    GET  table                what dimensions it has, and which values
    POST table  query 1       JSON-stat 2, at most 120,000 cells
    POST table  query 2 …

Statistics Finland's service allows 30 calls in 10 seconds; the transport keeps that pace.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer, NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats.jsonrows import load
from tilannekuva.sources.protocols import Get
from tilannekuva.sources.wording import CHANGED, quoted

MAX_CELLS = 120_000  # cells of one answer: Statistics Finland's limit
_MAX_CALLS = 200  # a selection of more parts than this was not meant
_TOP = re.compile(r"top ([1-9][0-9]*)")
_TOLD = 8
Selection = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a table; each value has a code and a text."""

    code: str
    text: str
    values: tuple[str, ...]
    texts: tuple[str, ...]
    can_be_left_out: bool

    def bears(self, name: str) -> bool:
        """Tell whether a recipe means this dimension: by code, by text, or `alue*` by how the code begins."""
        ours, wanted = {_plain(self.code), _plain(self.text)}, _plain(name)
        return wanted in ours or (name.endswith("*") and _plain(self.code).startswith(wanted))

    def selected(self, wanted: Sequence[str] | str) -> tuple[str, ...]:
        """Give the codes of the values that a recipe selects, in the table's order."""
        if isinstance(wanted, str):
            return self._newest(wanted)
        by_name = {_plain(text): code for code, text in zip(self.values, self.texts, strict=True)}
        by_name |= {_plain(code): code for code in self.values}
        lacking = [one for one in wanted if _plain(one) not in by_name]
        if lacking:
            there = ", ".join(quoted(one) for one in self.values[:_TOLD])
            raise NotUnderstood(f"{self.code} has no value {quoted(lacking[0])}; it has {there} …{CHANGED}")
        chosen = {by_name[_plain(one)] for one in wanted}
        return tuple(one for one in self.values if one in chosen)

    def _newest(self, wanted: str) -> tuple[str, ...]:
        top = _TOP.fullmatch(wanted)
        if wanted != "*" and not top:
            raise BadDefinition(f"query: {quoted(wanted)} is neither `*` nor `top 24` nor a list of values")
        newest = sorted(self.values, key=_plain)[-int(top[1]) :] if top else self.values
        return tuple(one for one in self.values if one in newest)


def pages(fetch: Fetch, url: str, get: Get) -> Iterator[Answer]:
    """Yield the parts of a table; NotUnderstood when the table is not the one that the recipe means."""
    selection = _selection(_dimensions(get(url)), fetch.query)
    asked = parts(selection)
    if len(asked) > _MAX_CALLS:
        raise NoAnswer(f"{url} would be asked in {len(asked)} parts: select less in `query`", permanent=True)
    for part in asked:
        yield get(url, _question(part))


def parts(selection: Selection, most: int = MAX_CELLS) -> list[Selection]:
    """Split a selection along its longest dimension until no part has more cells than `most`."""
    if prod(map(len, selection.values())) <= most:
        return [selection]
    name = max(selection, key=lambda one: len(selection[one]))
    others = prod(len(values) for other, values in selection.items() if other != name)
    values, size = selection[name], max(1, most // others)
    pieces = [values[at : at + size] for at in range(0, len(values), size)]
    return [part for piece in pieces for part in parts({**selection, name: piece}, most)]


def _plain(name: str) -> str:
    """Give a name without the star of what is provisional: `2025M03*` loses it when the month is final."""
    return name.strip().rstrip("*").strip().casefold()


def _selection(dimensions: Sequence[Dimension], query: Mapping[str, Sequence[str] | str]) -> Selection:
    """Give the codes to ask for by dimension; what `query` does not name is left out, or asked for whole."""
    found: dict[str, Sequence[str]] = {}
    for name, wanted in query.items():
        meant = [one for one in dimensions if one.bears(name)]
        if len(meant) != 1:
            there = ", ".join(f"{quoted(one.code)} ({one.text})" for one in dimensions)
            number = "several dimensions" if meant else "no dimension"
            raise NotUnderstood(f"the table has {number} {quoted(name)}; it has {there}{CHANGED}")
        found[meant[0].code] = meant[0].selected(wanted)
    whole = (one for one in dimensions if not one.can_be_left_out)
    found = {one.code: one.values for one in whole if one.code not in found} | found
    empty = [code for code, values in found.items() if not values]
    if empty:
        raise NotUnderstood(f"the table has no value of {empty[0]}{CHANGED}")
    return found


def _question(selection: Selection) -> bytes:
    query = [
        {"code": code, "selection": {"filter": "item", "values": list(values)}}
        for code, values in selection.items()
    ]
    return json.dumps({"query": query, "response": {"format": "json-stat2"}}).encode()


def _dimensions(described: Answer) -> list[Dimension]:
    """Read a table's description; NotUnderstood when it is none."""
    said = load(decoded(described.body, "json"))
    variables = said.get("variables") if isinstance(said, dict) else None
    if not isinstance(variables, list) or not variables:
        raise NotUnderstood(f"the address describes no table: it has no list of variables{CHANGED}")
    return [_dimension(one) for one in variables]


def _dimension(said: Any) -> Dimension:  # noqa: ANN401 - any JSON
    match said:
        case {"code": str(code), "values": list(values)}:
            texts = said.get("valueTexts", values)
            if isinstance(texts, list) and len(values) == len(texts):
                names = tuple(map(str, values)), tuple(map(str, texts))
                return Dimension(code, str(said.get("text", code)), *names, said.get("elimination") is True)
    raise NotUnderstood(f"a variable of the table is not described as agreed: {quoted(said)}{CHANGED}")
