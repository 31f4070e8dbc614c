"""The law of cubes: every cell lands on its own combination, and what does not fit together is refused."""

import csv
import json
from collections.abc import Callable
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats.cubes import rows
from tilannekuva.sources.table import table

Sides = dict[str, list[str]]  # codes of the categories by dimension
Cells = dict[tuple[str, ...], str | None]  # what stands at each combination of codes
Document = dict[str, Any]


def fetch(*columns: str, **more: object) -> Fetch:
    """Give how a cube is asked for, with these columns."""
    kinds = dict.fromkeys(columns or ("value",), "text")
    asked = {"url": "https://cube.example", "format": "json-stat", "columns": kinds}
    return Fetch.model_validate(asked | more)


def read(document: Document, *columns: str, **more: object) -> list[dict[str, Any]]:
    """Read a cube."""
    return list(rows(json.dumps(document).encode(), fetch(*columns, **more)))


def flat(sides: Sides, combination: tuple[str, ...]) -> int:
    """Give a cell its number as JSON-stat does: the last dimension runs fastest."""
    number = 0
    for codes, code in zip(sides.values(), combination, strict=True):
        number = number * len(codes) + codes.index(code)
    return number


def listed(sides: Sides, cells: Cells) -> list[str | None]:
    """Write cells as a list."""
    by_number = {flat(sides, combination): cell for combination, cell in cells.items()}
    return [by_number[number] for number in range(len(cells))]


def modern(sides: Sides, cells: Cells) -> Document:
    """Write JSON-stat 2.0: ids beside the dimensions, categories as lists."""
    dimension = {
        name: {"category": {"index": codes, "label": {code: f"L {code}" for code in codes}}}
        for name, codes in sides.items()
    }
    sizes = [len(codes) for codes in sides.values()]
    return {"id": [*sides], "size": sizes, "dimension": dimension, "value": listed(sides, cells)}


def bundle(sides: Sides, cells: Cells) -> Document:
    """Write JSON-stat 1: a named data set, ids inside, categories as objects in no order at all."""
    dimension: Document = {"id": [*sides], "size": [len(codes) for codes in sides.values()]}
    for name, codes in sides.items():
        index = {code: place for place, code in reversed([*enumerate(codes)])}
        dimension[name] = {"category": {"index": index, "label": {code: f"L {code}" for code in codes}}}
    return {"numbers": {"dimension": dimension, "value": listed(sides, cells)}}


def thl(sides: Sides, cells: Cells) -> Document:
    """Write THL's dialect: an object of texts by number, nothing where there is no value."""
    document: Document = {"dataset": bundle(sides, cells)["numbers"]}
    there = {str(flat(sides, at)): cell for at, cell in reversed(cells.items()) if cell is not None}
    document["dataset"] |= {"version": "2.0", "class": "dataset", "value": there or []}
    return document


DIALECTS = [modern, bundle, thl]
Writer = Callable[[Sides, Cells], Document]
SIDES: Sides = {"week": ["w1", "w2"], "area": ["a1", "a2", "a3"]}
ONE: Cells = {at: str(n) for n, at in enumerate(product(*SIDES.values()))}


@st.composite
def cubes(draw: st.DrawFn) -> tuple[Sides, Cells]:
    """Draw a cube of one to three dimensions with up to three categories each."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    sides = {f"d{n}x": [f"d{n}c{place}" for place in range(size)] for n, size in enumerate(sizes)}
    cells = draw(
        st.lists(st.sampled_from([None, "..", "0", "5", "1,5"]), min_size=prod(sizes), max_size=prod(sizes))
    )
    return sides, dict(zip(product(*sides.values()), cells, strict=True))


@pytest.mark.parametrize("write", DIALECTS)
@given(drawn=cubes())
def test_every_cell_lands_on_its_own_combination(write: Writer, drawn: tuple[Sides, Cells]):
    sides, cells = drawn
    found = read(write(sides, cells))

    assert len(cells) == len(found)
    assert cells == {tuple(row[f"{name}_code"] for name in sides): row["value"] for row in found}
    assert all(row[name] == f"L {row[f'{name}_code']}" for row in found for name in sides)


@pytest.mark.parametrize("write", DIALECTS)
def test_withheld_missing_and_zero_stay_apart(write: Writer):
    sides = {"area": ["a1", "a2", "a3", "a4"]}
    cells: Cells = {("a1",): "..", ("a2",): None, ("a3",): "0", ("a4",): "5"}
    asked = fetch(columns={"area_code": "text", "value": "count"})
    columns = table(json.dumps(write(sides, cells)).encode(), asked).columns

    assert [None, None, 0, 5] == columns["value"][1]
    assert ["suppressed", "missing", "normal", "normal"] == columns["value_status"][1]


@pytest.mark.recorded
def test_a_recorded_table_says_the_same_as_a_cube(recorded: Path):
    """THL's own table of weeks and districts, written as THL's cube, gives every row of the table."""
    text = (recorded / "thl/sampo_csv_sv_weekly_hcd_recorded_2024-01-30.csv").read_text("utf-8")
    expected = {
        (row["Områden"], row["Tid"]): row["val"] or None
        for row in csv.DictReader(text.splitlines(), delimiter=";")
    }
    sides = {name: [*dict.fromkeys(at[n] for at in expected)] for n, name in enumerate(("area", "time"))}

    assert expected == {
        (row["area_code"], row["time_code"]): row["value"] for row in read(thl(sides, expected))
    }


@pytest.mark.parametrize(
    ("dimension", "columns", "name"),
    [
        ("dateweek2020010120201231", ["dateweek"], "dateweek"),
        ("dateweek20200101", ["dateweek"], "dateweek"),
        ("dateweek20200101", ["dateweek_code"], "dateweek"),
        ("dateweek20200101", ["dateweek20200101", "dateweek"], "dateweek20200101"),
        ("dateweek20200101", ["week"], "dateweek20200101"),
    ],
)
def test_a_column_without_the_digits_at_its_end_is_meant_whatever_the_digits(
    dimension: str, columns: list[str], name: str
):
    (row,) = read(modern({dimension: ["w1"]}, {("w1",): "5"}), *columns)

    assert {name: "L w1", f"{name}_code": "w1", "value": "5"} == row


def test_two_dimensions_that_differ_by_digits_keep_their_ids():
    (row,) = read(modern({"age": ["a"], "age1": ["b"]}, {("a", "b"): "5"}), "age")

    assert {"age": "L a", "age_code": "a", "age1": "L b", "age1_code": "b", "value": "5"} == row


def test_former_names_of_columns_work_on_labels_and_codes():
    asked = fetch("day", "day_code", aliases={"day": ("date",), "day_code": ("date_code",)})
    found = table(json.dumps(modern({"date": ["d"]}, {("d",): "5"})).encode(), asked)

    assert {"day": ["L d"], "day_code": ["d"]} == {name: cells for name, (_, cells) in found.columns.items()}


def test_a_category_without_a_label_is_called_by_its_id():
    category: Document = {"index": {"a": 0, "b": 1, "c": 2}, "label": {"a": "Nokia", "b": None}}
    cube = {"id": ["area"], "size": [3], "dimension": {"area": {"category": category}}, "value": [1, 2, 3]}

    assert ["Nokia", "b", "c"] == [row["area"] for row in read(cube)]
    del category["label"]
    assert ["a", "b", "c"] == [row["area"] for row in read(cube)]


def test_a_dimension_of_one_category_needs_no_index():
    cube = {
        "id": ["all"],
        "size": [1],
        "dimension": {"all": {"category": {"label": {"x": "All"}}}},
        "value": [1],
    }

    assert [{"all": "All", "all_code": "x", "value": 1}] == read(cube)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("e", ["e", "e"]), (["e"], ["e", "e"]), (["a", None], ["a", None]), ({"1": "p"}, [None, "p"])],
)
def test_a_status_holds_for_its_cells_or_for_all(status: object, expected: list[str | None]):
    cube = modern({"area": ["a", "b"]}, {("a",): "1", ("b",): "2"}) | {"status": status}

    assert expected == [row["status"] for row in read(cube)]


def test_a_bundle_of_several_needs_to_be_told_which():
    both = bundle(SIDES, ONE) | {"others": bundle({"x": ["a"]}, {("a",): "7"})["numbers"]}

    assert ["7"] == [row["value"] for row in read(both, rows="others")]
    with pytest.raises(
        NotUnderstood, match=r"expected one data set, the answer has 'numbers', 'others': say which"
    ):
        read(both)
    with pytest.raises(
        NotUnderstood, match=r"expected the data set 'third', the answer has 'numbers', 'others'"
    ):
        read(both, rows="third")


def changed(change: Callable[[Document], object], write: Writer = modern) -> Document:
    """Give a cube with one thing wrong."""
    document = write(SIDES, ONE)
    change(document if write is modern else document[next(iter(document))])
    return document


def category(document: Document) -> Document:
    """Give the categories of the areas."""
    found: Document = document["dimension"]["area"]["category"]
    return found


FAULTS: dict[str, tuple[Document, str]] = {
    "a value too few": (changed(lambda cube: cube["value"].pop()), "5 value entries where its sizes make 6"),
    "no values": (changed(lambda cube: cube.pop("value")), "0 value entries where its sizes make 6"),
    "an empty list": (changed(lambda cube: cube.update(value=[])), "0 value entries where its sizes make 6"),
    "a number beyond the cube": (changed(lambda cube: cube.update(value={"6": 1})), "value '6' is no cell"),
    "a negative number": (changed(lambda cube: cube.update(value={"-1": 1})), "value '-1' is no cell"),
    "a cell by two names": (
        changed(lambda cube: cube.update(value={"1": 1, "01": 2})),
        "value '01' is no cell",
    ),
    "a huge number": (changed(lambda cube: cube.update(value={"9" * 5000: 1})), "is no cell"),
    "a cell that is a list": (
        changed(lambda cube: cube["value"].__setitem__(0, [1])),
        "neither a number nor a text",
    ),
    "a cell that is true": (
        changed(lambda cube: cube.update(value=[True] * 6)),
        "neither a number nor a text",
    ),
    "a status too few": (changed(lambda cube: cube.update(status=["a", "b"])), "2 status entries"),
    "a size too small": (
        changed(lambda cube: cube["size"].__setitem__(1, 2)),
        "'area' has 3 categories, and its size is 2",
    ),
    "a size of nothing": (changed(lambda cube: cube["size"].__setitem__(1, 0)), "its size is 0"),
    "a size that is a text": (
        changed(lambda cube: cube["size"].__setitem__(1, "3")),
        "2 dimensions ('week', 'area') and 0",
    ),
    "a size too few": (changed(lambda cube: cube["size"].pop()), "2 dimensions ('week', 'area') and 1 sizes"),
    "a dimension twice": (
        changed(lambda cube: cube.update(id=["area", "area"])),
        "2 dimensions ('area', 'area')",
    ),
    "no ids": (changed(lambda cube: cube.pop("id")), "0 dimensions"),
    "an unknown dimension": (
        changed(lambda cube: cube.update(id=["week", "sex"])),
        "those that it describes: 'area', 'sex'",
    ),
    "a dimension too many": (
        changed(lambda cube: cube["dimension"].update(sex={})),
        "those that it describes: 'sex'",
    ),
    "no categories": (changed(lambda cube: cube["dimension"]["area"].clear()), "'area' has no categories"),
    "no order": (changed(lambda cube: category(cube).pop("index")), "does not say in which order"),
    "an id twice": (
        changed(lambda cube: category(cube).update(index=["a1", "a2", "a1"])),
        "no list of different ids",
    ),
    "an id that is a number": (
        changed(lambda cube: category(cube).update(index=["a1", "a2", 3])),
        "different ids",
    ),
    "a place twice": (
        changed(lambda cube: category(cube)["index"].update(a2=0), bundle),
        "not numbered from 0 on: 'a3 at 2', 'a2 at 0', 'a1 at 0'",
    ),
    "a place beyond": (
        changed(lambda cube: category(cube)["index"].update(a3=3), bundle),
        "not numbered from 0 on",
    ),
    "a label of nobody": (
        changed(lambda cube: category(cube)["label"].update(a9="X")),
        "labels what it does not have: 'a9'",
    ),
    "labels as a list": (
        changed(lambda cube: category(cube).update(label=["A", "B", "C"])),
        "no texts by id",
    ),
    "a dimension called value": (modern({"value": ["a"]}, {("a",): "1"}), "would be called 'value'"),
    "a dimension called like a code": (
        modern({"a": ["x"], "a_code": ["y"]}, {("x", "y"): "1"}),
        "called 'a_code'",
    ),
    "no dimensions": ({"error": "no such table"}, "expected one data set, the answer has 'error'"),
    "dimensions as a list": ({"dimension": []}, "dimensions are no object"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_together_is_refused_and_named(fault: str):
    document, said = FAULTS[fault]
    with pytest.raises(NotUnderstood) as caught:
        read(document)

    assert said in str(caught.value)


def test_a_cube_larger_than_any_table_is_refused_before_it_is_built():
    sides = {f"d{n}x": [f"{n}-{place}" for place in range(200)] for n in range(4)}
    dimension = {name: {"category": {"index": codes}} for name, codes in sides.items()}
    huge = {"id": [*sides], "size": [200] * 4, "dimension": dimension, "value": {"0": 1}}
    with pytest.raises(NotUnderstood, match=r"1600000000 cells: ask for a part of it"):
        read(huge)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (json.dumps(thl(SIDES, ONE)).encode()[:-20], "breaks off"),
        (b'{"dataset": {"value": NaN}}', "NaN"),
        (b'{"dataset": {}, "dataset": {}}', "'dataset' stands twice"),
        (b"<html><title>Forbidden</title></html>", "expected JSON-STAT, got a web page: 'Forbidden'"),
        (b"[]", "the answer is no cube"),
    ],
)
def test_what_is_no_strict_json_object_is_refused(body: bytes, said: str):
    with pytest.raises(NotUnderstood) as caught:
        list(rows(body, fetch()))

    assert said in str(caught.value)


def test_a_cube_without_any_value_is_thl_s_empty_list():
    assert [None] * 6 == [row["value"] for row in read(thl(SIDES, dict.fromkeys(ONE)))]
