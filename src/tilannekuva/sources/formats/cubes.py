"""Cubes as JSON-stat writes them: 2.0, its older bundles, and the dialect of THL's cubes.

One row a cell: for every dimension `<id>`, the category's label, and `<id>_code`, its own id; then `value`,
as written, None where the cube holds none; and `status` where the cube holds any. So a cube of two weeks and
two areas becomes

    {"week": "2021-W01", "week_code": "w1", "area": "Nokia",   "area_code": "536", "value": "5"}
    {"week": "2021-W01", "week_code": "w1", "area": "Tampere", "area_code": "837", "value": ".."}
    …

Ids that end in digits change with the years (`dateweek2020010120201231` became `dateweek20200101`). So a
column of the recipe that lacks only the digits at a dimension's end names that dimension: `dateweek`.

Where the dialects differ:

    ids and sizes       beside `dimension` (2.0), or inside it
    index of a category an object, a list, or none where there is just one
    labels              may be missing, all or some: the id then serves
    values              a list, or an object by the number of the cell; THL writes numbers as text, an absent
                        cell where it has none, `..` where it withholds one, and `[]` when it has none at all

Source: json-stat.org/full; THL's server as published, github.com/THLfi/tiku.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, TypeVar

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats.jsonrows import Row, load
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_MOST_CELLS = 2_000_000  # all weeks of five years in all municipalities by ten ages are 800 000
_TOLD = 6
_DIGITS = "0123456789"
_OTHER_KEYS = {"id", "size", "role"}  # what the older dialects keep among the dimensions

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Dimension:
    """One side of a cube: its id, and the ids and labels of its categories in order."""

    id: str
    codes: list[str]
    labels: list[str]


def rows(body: bytes, fetch: Fetch) -> Iterator[Row]:
    """Yield a row for every cell, also for those without a value.

    `rows` of the recipe names the data set when an answer holds several. Raises NotUnderstood where sizes,
    categories and values do not fit one another.
    """
    cube = _dataset(load(decoded(body, "json-stat")), fetch.rows)
    dimensions = _dimensions(cube)
    n_cells = prod(len(one.codes) for one in dimensions)
    if n_cells > _MOST_CELLS:
        raise NotUnderstood(f"the cube would have {n_cells} cells: ask for a part of it{CHANGED}")
    given = cube.get("value")
    if given == [] and "id" not in cube:
        given = {}  # what THL writes when no cell has a value
    values = _cells(given, n_cells, "value")
    statuses = _statuses(cube.get("status"), n_cells)
    yield from _rows(_sides(dimensions, fetch), values, statuses)


def _rows(sides: list[list[Row]], values: list[Any], statuses: list[Any] | None) -> Iterator[Row]:
    for number, combination in enumerate(product(*sides)):
        row: Row = {}
        for part in combination:
            row |= part
        row["value"] = values[number]
        if statuses is not None:
            row["status"] = statuses[number]
        yield row


def _dataset(document: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - JSON is whatever the source wrote
    """Give the data set of an answer: the answer itself, or the one of a bundle that `rows` names."""
    if not isinstance(document, dict):
        raise NotUnderstood(f"the answer is no cube: expected an object at the top{CHANGED}")
    found = (
        {"dataset": document}
        if "dimension" in document
        else {key: one for key, one in document.items() if isinstance(one, dict) and "dimension" in one}
    )
    if name == "*" and len(found) == 1:
        return next(iter(found.values()))
    if name not in found:
        has = ", ".join(quoted(key) for key in list(found or document)[:_TOLD])
        wanted = "one data set" if name == "*" else f"the data set {quoted(name)}"
        raise NotUnderstood(f"expected {wanted}, the answer has {has or 'none'}: say which in `rows`")
    return found[name]


def _dimensions(cube: dict[str, Any]) -> list[_Dimension]:
    described = cube["dimension"]
    if not isinstance(described, dict):
        raise NotUnderstood(f"the cube's dimensions are no object{CHANGED}")
    holder = cube if "id" in cube else described
    ids, sizes = _list_of(str, holder.get("id")), _list_of(int, holder.get("size"))
    if not ids or len({*ids}) != len(ids) or len(ids) != len(sizes):
        listed = f"{len(ids)} dimensions ({_some(ids)}) and {len(sizes)} sizes"
        raise NotUnderstood(f"the cube lists {listed}{AGAIN}")
    keys = described.keys() - (_OTHER_KEYS - {*ids})
    if keys != {*ids}:
        differing = _some(sorted(keys ^ {*ids}))
        raise NotUnderstood(f"the ids of the cube are not those that it describes: {differing}{AGAIN}")
    return [_dimension(name, described[name], size) for name, size in zip(ids, sizes, strict=True)]


def _dimension(name: str, described: Any, size: int) -> _Dimension:  # noqa: ANN401 - any JSON
    category = described.get("category") if isinstance(described, dict) else None
    if not isinstance(category, dict):
        raise NotUnderstood(f"the dimension {quoted(name)} has no categories{CHANGED}")
    labels = category.get("label") or {}
    if not isinstance(labels, dict) or not all(isinstance(one, str | None) for one in labels.values()):
        raise NotUnderstood(f"the labels of {quoted(name)} are no texts by id{CHANGED}")
    codes = _codes(category.get("index"), labels, name)
    if len(codes) != size or not codes:
        raise NotUnderstood(f"{quoted(name)} has {len(codes)} categories, and its size is {size}{AGAIN}")
    unknown = labels.keys() - {*codes}
    if unknown:
        raise NotUnderstood(f"{quoted(name)} labels what it does not have: {_some(sorted(unknown))}{AGAIN}")
    return _Dimension(name, codes, [labels.get(code) or code for code in codes])


def _codes(index: Any, labels: dict[str, Any], name: str) -> list[str]:  # noqa: ANN401 - any JSON
    """Give the ids of the categories in the order of the cells."""
    if index is None and len(labels) == 1:
        return list(labels)
    if isinstance(index, list):
        if len({*_list_of(str, index)}) != len(index):
            raise NotUnderstood(f"the categories of {quoted(name)} are no list of different ids{AGAIN}")
        return index
    if not isinstance(index, dict):
        raise NotUnderstood(
            f"the dimension {quoted(name)} does not say in which order its categories are{CHANGED}"
        )
    if sorted(_list_of(int, [*index.values()])) != [*range(len(index))]:
        strange = _some([f"{key} at {place}" for key, place in index.items()])
        raise NotUnderstood(f"the categories of {quoted(name)} are not numbered from 0 on: {strange}{AGAIN}")
    return sorted(index, key=index.__getitem__)


def _cells(given: Any, n_cells: int, what: str) -> list[Any]:  # noqa: ANN401 - any JSON
    """Give one entry a cell, None where there is none, of a list or of an object by number."""
    if isinstance(given, dict):
        cells: list[Any] = [None] * n_cells
        for key, cell in given.items():
            cells[_number(key, n_cells, what)] = cell
    else:
        cells = given if isinstance(given, list) else []
    if len(cells) != n_cells:
        raise NotUnderstood(f"the cube has {len(cells)} {what} entries where its sizes make {n_cells}{AGAIN}")
    if not {type(cell) for cell in cells} <= {str, int, float, type(None)}:
        raise NotUnderstood(f"a {what} of the cube is neither a number nor a text{CHANGED}")
    return cells


def _number(key: str, n_cells: int, what: str) -> int:
    if not (key.isascii() and key.isdecimal() and key == str(int(key[:9])) and int(key) < n_cells):
        raise NotUnderstood(f"{what} {quoted(key)} is no cell: they are numbered 0 to {n_cells - 1}{AGAIN}")
    return int(key)


def _statuses(given: Any, n_cells: int) -> list[Any] | None:  # noqa: ANN401 - any JSON
    """Give the status of each cell; one text, alone or in a list, holds for all of them."""
    if given is None:
        return None
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    return [given] * n_cells if isinstance(given, str) else _cells(given, n_cells, "status")


def _sides(dimensions: list[_Dimension], fetch: Fetch) -> list[list[Row]]:
    """Give what each category adds to the rows it is in."""
    names = _names([one.id for one in dimensions], {*fetch.columns} | {*sum(fetch.aliases.values(), ())})
    columns = [*names, *(f"{name}_code" for name in names), "value", "status"]
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise NotUnderstood(f"two columns of the cube would be called {quoted(twice[0])}{CHANGED}")
    return [
        [{name: label, f"{name}_code": code} for code, label in zip(one.codes, one.labels, strict=True)]
        for name, one in zip(names, dimensions, strict=True)
    ]


def _names(ids: list[str], wanted: set[str]) -> list[str]:
    """Name each dimension as the recipe does: by its id, or by its id without the digits at its end."""
    stems = Counter(one.rstrip(_DIGITS) for one in ids)
    names = []
    for one in ids:
        stem = one.rstrip(_DIGITS)
        is_meant = bool({stem, f"{stem}_code"} & wanted) and not {one, f"{one}_code"} & wanted
        names.append(stem if is_meant and stems[stem] == 1 else one)
    return names


def _list_of(kind: type[T], given: Any) -> list[T]:  # noqa: ANN401 - any JSON
    """Give a list of just this kind; an empty one for anything else."""
    right = isinstance(given, list) and all(type(one) is kind for one in given)
    return given if right else []


def _some(names: list[str]) -> str:
    more = ", …" if len(names) > _TOLD else ""
    return ", ".join(quoted(name) for name in names[:_TOLD]) + more
