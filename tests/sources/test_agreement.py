"""The law of columns: what must be there is there under one name, also where no row follows."""

import pytest

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.table import table

PLAIN = {"url": "https://a.example", "format": "csv", "columns": {"day": "day", "value": "count"}}
RENAMED = PLAIN | {"aliases": {"value": ["cases", "Tapaukset"]}}
WIDE = PLAIN | {"columns": {"day": "day", "column": "text", "value": "count"}, "keep": ["day"]}


def values(fetch: dict[str, object], body: bytes) -> list[object]:
    """Give the values of a CSV answer."""
    return list(table(body, Fetch.model_validate(fetch)).columns["value"][1])


def refusal(fetch: dict[str, object], body: bytes) -> str:
    with pytest.raises(NotUnderstood) as caught:
        values(fetch, body)
    return str(caught.value)


@pytest.mark.parametrize("body", [b"day;values\n", b'{"error": "too many requests"}\n', b"Huoltokatko\n"])
def test_a_header_that_lacks_a_column_is_refused_even_without_rows(body: bytes):
    """So an error message in the place of one page of many is no page without rows."""
    assert "is missing" in refusal(PLAIN, body)


def test_a_header_without_rows_is_an_answer_without_rows():
    assert values(PLAIN, b"day;value\n") == []
    assert values(RENAMED, b"day;cases\n") == []
    assert values(PLAIN | {"optional": ["value"]}, b"day\n") == []


def test_a_wide_table_needs_the_columns_that_stay():
    """The others may come and go."""
    assert values(WIDE, b"day;a;b\n2021-03-01;1;2\n") == [1, 2]
    assert values(WIDE, b"day\n") == []
    assert "the column 'day' is missing" in refusal(WIDE, b"Day;a\n")


def test_a_former_name_is_read_as_the_name():
    assert values(RENAMED, b"day;cases\n2021-03-01;7\n") == [7]
    assert values(RENAMED, b"day;Tapaukset\n2021-03-01;7\n") == [7]


def test_two_names_of_one_column_at_once_are_refused():
    """Nobody says which of them is meant; the last one silently would be."""
    said = refusal(RENAMED, b"day;value;cases\n2021-03-01;7;8\n")

    assert said.startswith("the answer has 'value' and 'cases', which the recipe takes for one")


def test_a_header_of_a_million_columns_is_judged_at_once():
    """Looking each of them up among all would take a day."""
    header = b";".join(b"c%d" % nth for nth in range(300_000)) + b"\n"

    assert "the column 'day' is missing" in refusal(PLAIN, header)
