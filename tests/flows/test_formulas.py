"""Formulas stand before they are in force, and read no more than they say."""

import pytest

from tilannekuva.errors import BadDefinition
from tilannekuva.flows.formulas import prove
from tilannekuva.indicators.catalogue import catalogue, texts

TEXTS = texts()
GOOD = TEXTS["tests-7d"]


def changed(old: str, new: str) -> None:
    """Prove the shipped indicators with one formula changed."""
    assert old in GOOD
    prove(catalogue({**TEXTS, "tests-7d": GOOD.replace(old, new)}).indicators.values())


def test_the_shipped_formulas_stand():
    prove(catalogue(TEXTS).indicators.values())


def test_a_formula_may_name_its_own_parts():
    changed("from tests\n", "from (with few as (select * from tests) select * from few) as part\n")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("from tests\n", "from cases\n", "tests-7d: the SQL reads cases, which `inputs` does not name"),
        ("from tests\n", "from observations\n", "reads observations"),
        ("from tests\n", "from tests join (select max(value) as m from cases) as c on true\n", "reads cases"),
        ("from tests\n", "from '/etc/passwd'\n", "reads /etc/passwd"),
        ("from tests\n", "from query_table('cases')\n", "reads query_table()"),
        ("from tests\n", "from (with cases as (select 1) select * from tests) as t, cases\n", "reads cases"),
        ("sum(value)", "sum(valeu)", "valeu"),
        ("as doubt", "as certain", "doubt"),
        ("select area", "select region", "region"),
        ("select area", "selct area", "tests-7d: "),
    ],
)
def test_a_formula_that_does_not_stand_is_named_with_what_is_wrong(old: str, new: str, message: str):
    with pytest.raises(BadDefinition, match="tests-7d") as error:
        changed(old, new)

    assert message in str(error.value)
