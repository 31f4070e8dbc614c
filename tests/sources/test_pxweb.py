"""The law of PxWeb: a table is asked in as few parts as its service allows, and no cell is asked twice."""

import json
from collections.abc import Callable
from datetime import date
from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service import Handler, own, serving

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import NoAnswer, TilannekuvaError
from tilannekuva.sources.protocols.pxweb import MAX_CELLS, parts
from tilannekuva.sources.transport import Transport

AREAS = ["SSS", *(f"KU{code:03}" for code in range(1, 310))]
MONTHS = [f"{year}M{month:02}" for year in range(2009, 2026) for month in range(1, 13)][:195]
TEXTS = [f"{month}*" if month >= "2025M01" else month for month in MONTHS]
TABLE = {
    "title": "Rikokset",
    "variables": [
        {"code": "timeperiod_m", "text": "Kuukausi", "values": MONTHS, "valueTexts": TEXTS, "time": True},
        {"code": "alue_23_20230101", "text": "Kunta", "values": AREAS, "valueTexts": AREAS,
         "elimination": True},
        {"code": "rikokset_74", "text": "Rikosryhmä", "values": ["101T603", "101T161", "231"],
         "valueTexts": ["KAIKKI", "OMAISUUS", "1301"]},
        {"code": "sukupuoli", "text": "Sukupuoli", "values": ["SSS", "1"], "elimination": True,
         "valueTexts": ["Yhteensä", "Miehet"]},
        {"code": "contentscode", "text": "Tiedot", "values": ["rikokset_lkm"], "valueTexts": ["Rikokset"]},
    ],
}  # fmt: skip
Cells = set[tuple[str, ...]]


def cells(body: bytes) -> Cells:
    """Give the cells that a question asks for."""
    query = json.loads(body)["query"]
    return set(product(*(one["selection"]["values"] for one in sorted(query, key=lambda one: one["code"]))))


def pxweb(one: Handler) -> None:
    """Answer as the service does: describe the table, give what was selected, refuse too many cells."""
    body = one.server.bodies[-1]  # type: ignore[attr-defined] # the server is the test's own
    if not body:
        one.give(200, json.dumps(TABLE).encode())
    elif prod(len(part["selection"]["values"]) for part in json.loads(body)["query"]) > MAX_CELLS:
        one.give(403, b"Too many values selected")
    else:
        one.give(200, body)


def ask(query: str, answer: Callable[[Handler], None] = pxweb) -> tuple[Answer, list[bytes]]:
    """Ask a table by a recipe's query; give the answer and what the service heard."""
    with serving(answer) as service, Transport(("127.0.0.0/8",), attempts=1) as transport:
        more = f'protocol = "pxweb"\nper_minute = 600\nquery = {query}'
        return transport.ask(own(service.url, more), today=date(2025, 5, 1)), service.bodies


def selected(query: str) -> dict[str, Any]:
    """Give the values by dimension of a selection that fits into one question."""
    answer, _ = ask(query)
    (question,) = (json.loads(page) for page in answer.pages)
    assert question["response"] == {"format": "json-stat2"}
    return {one["code"]: one["selection"]["values"] for one in question["query"]}


def test_a_big_table_comes_in_as_few_parts_as_the_limit_allows():
    """310 areas, 195 months and 3 groups are 181,350 cells: two questions, and each cell once."""
    answer, heard = ask('{ Kunta = "*", Kuukausi = "*", "rikokset*" = "*" }')

    asked = [cells(page) for page in answer.pages]
    assert [len(one) <= MAX_CELLS for one in asked] == [True, True]
    assert set.union(*asked) == set(product(AREAS, ["rikokset_lkm"], ["101T603", "101T161", "231"], MONTHS))
    assert sum(map(len, asked)) == 181_350
    assert [len(one) > 0 for one in heard] == [False, True, True]


def test_what_eliminates_is_left_out_and_the_rest_is_asked_whole():
    expected = {
        "timeperiod_m": ["2025M02", "2025M03"],
        "rikokset_74": ["101T603", "101T161", "231"],
        "contentscode": ["rikokset_lkm"],
    }

    assert selected('{ "timeperiod*" = "top 2" }') == expected


@pytest.mark.parametrize("month", ["2025M03", "2025M03*", "2024M12*"])
def test_a_month_is_found_with_its_star_and_without(month: str):
    """The star goes when the month is final; the code that the service knows is asked for."""
    asked = selected(f'{{ kuukausi = ["{month}"], Kunta = ["KU109", "SSS"], rikokset_74 = ["OMAISUUS"] }}')

    assert asked["timeperiod_m"] == [month.rstrip("*")]
    assert asked["alue_23_20230101"] == ["SSS", "KU109"]
    assert asked["rikokset_74"] == ["101T161"]


@pytest.mark.parametrize(("query", "said"), [
    ('{ Alue = "*" }', "the table has no dimension 'Alue'; it has 'timeperiod_m' (Kuukausi), 'alue_23_"),
    ('{ "*" = "*" }', "the table has several dimensions '*'"),
    ('{ Kunta = ["KU999"] }', "alue_23_20230101 has no value 'KU999'; it has 'SSS', 'KU001'"),
    ('{ Kuukausi = "last 3" }', "'last 3' is neither `*` nor `top 24` nor a list of values"),
    ("{ Kuukausi = [] }", "the table has no value of timeperiod_m"),
])  # fmt: skip
def test_a_selection_that_does_not_fit_the_table_is_told(query: str, said: str):
    with pytest.raises(TilannekuvaError) as caught:
        ask(query)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'[{"id": "rpk", "type": "l"}]', "the address describes no table"),
        (b'{"variables": [{"code": "V", "values": ["2019"], "valueTexts": []}]}', "not described as agreed"),
        (b'{"variables": [7]}', "not described as agreed: '7'"),
        (b"<html><title>Huoltokatko</title>", "expected JSON, got a web page: 'Huoltokatko'"),
    ],
)
def test_what_is_no_table_is_told(body: bytes, said: str):
    with pytest.raises(TilannekuvaError) as caught:
        ask('{ Vuosi = "*" }', lambda one: one.give(200, body))

    assert said in str(caught.value)


def test_a_refusal_of_the_service_ends_the_look():
    """Too many cells, or a code that went: nothing is taken from the parts before it."""
    with pytest.raises(NoAnswer, match="answered 403") as caught:
        ask('{ Kunta = "*" }', lambda one: one.give(200, json.dumps(TABLE).encode())
            if not one.server.bodies[-1] else one.give(403))  # type: ignore[attr-defined] # the test's own  # fmt: skip

    assert caught.value.permanent


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 60))
def test_parts_hold_every_cell_once_and_none_is_too_big(sizes: list[int], most: int):
    selection = {f"d{nth}": [f"{nth}-{n}" for n in range(size)] for nth, size in enumerate(sizes)}

    split = parts(selection, most)

    asked = [cell for part in split for cell in product(*(part[name] for name in selection))]
    assert sorted(asked) == sorted(product(*selection.values()))
    assert all(prod(map(len, part.values())) <= most for part in split)
