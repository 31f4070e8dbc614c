"""The agreement between a recipe and its source: which columns an answer has, under which names."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import CHANGED, quoted

_COLUMNS_TOLD = 12


def named(row: Mapping[str, Any], fetch: Fetch) -> dict[str, Any]:
    """Give raw cells under the names that the recipe uses; NotUnderstood when two names mean one column."""
    former = {old: name for name, names in fetch.aliases.items() for old in names}
    found = {former.get(name, name): cell for name, cell in row.items()}
    if len(found) < len(row):
        twice = next(name for name in row if name in former and former[name] in row)
        raise NotUnderstood(
            f"the answer has '{former[twice]}' and {quoted(twice)}, which the recipe takes for one{CHANGED}"
        )
    return found


def agreed(names: Iterable[str], fetch: Fetch) -> None:
    """Raise NotUnderstood when a column that must be there is missing."""
    has = [*names]
    missing = [name for name in fetch.columns if name not in has and name not in fetch.optional]
    if missing:
        near = difflib.get_close_matches(missing[0], has, 1, 0.5)
        hint = f"; did '{missing[0]}' become {quoted(near[0])}?" if near else ""
        told = ", ".join(quoted(name) for name in has[:_COLUMNS_TOLD])
        raise NotUnderstood(f"the column '{missing[0]}' is missing; the answer has {told}{hint}{CHANGED}")
