"""The catalogue of indicators."""

import pytest

from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import BadDefinition, UnknownIndicator
from tilannekuva.indicators.catalogue import catalogue, texts

TEXTS = texts()


def changed(name: str, *swaps: tuple[str, str]) -> dict[str, str]:
    """Give the shipped texts with one of them changed."""
    text = TEXTS[name]
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return {**TEXTS, name: text}


def test_the_shipped_indicators_hold_what_the_front_page_promises():
    found = catalogue(TEXTS)

    expected = {
        "cases",
        "cases-7d",
        "incidence-14d",
        "change-7d",
        "hospitalised",
        "in-icu",
        "tests",
        "positivity",
        "vaccinations",
    }
    assert expected <= set(found.indicators)


def test_inputs_stand_before_what_is_made_of_them():
    order = list(catalogue(TEXTS).indicators)

    assert order.index("cases") < order.index("cases-7d") < order.index("positivity")


def test_what_is_needed_holds_all_inputs_and_nothing_else():
    needed = [one.id for one in catalogue(TEXTS).needed({"positivity"})]

    assert {"cases", "tests", "cases-7d", "tests-7d", "positivity"} == set(needed)


def test_an_unknown_indicator_is_refused_with_those_there_are():
    with pytest.raises(UnknownIndicator, match="incidence-14d"):
        catalogue(TEXTS).indicator("incidence")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("cases-7d", 'inputs = ["cases"]', 'inputs = ["case"]', "inputs names 'case', which no file defines"),
        ("cases-7d", 'inputs = ["cases"]', "", "has both `inputs` and `sql`"),
        ("cases-7d", 'inputs = ["cases"]', 'inputs = ["change-7d"]', "in a circle"),
        ("incidence-14d", "leave = 8", "leave = 10", "`leave` must be below `enter`"),
        ("incidence-14d", "enter = 25", "enter = 9", "leave"),
        ("incidence-14d", 'id = "incidence-14d"', 'id = "incidence"', "name the file incidence.toml"),
        ("cases", "title.sv", "title.se", "line 3: title.se: this key is not known"),
        ("cases", 'theme = "spread"', 'theme = "gossip"', "theme"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_cure(name: str, old: str, new: str, message: str):
    with pytest.raises(BadDefinition, match=message) as error:
        catalogue(changed(name, (old, new)))

    assert name in str(error.value) or "circle" in str(error.value)


def test_a_slug_is_a_slug_so_that_it_can_be_a_table():
    with pytest.raises(BadDefinition, match="pattern"):
        catalogue(changed("cases", ('id = "cases"', 'id = "cases; drop table x"')))


def test_what_is_counted_has_its_name_after_one():
    """A word that Finns write in the partitive after all numbers but 1; not a sign, nor a rate."""
    counted = {one.id: one.unit for one in catalogue(TEXTS).indicators.values() if one.unit.fi.isalpha()}

    assert {"km", "pv", "mm", "ha"} >= {unit.fi for unit in counted.values() if unit.one is None}
    assert ("tartunta", "fall", "case") == tuple(counted["cases"].after(1, lang) for lang in LANGS)
    assert ("tartuntaa", "fall", "cases") == tuple(counted["cases"].after(2, lang) for lang in LANGS)
