"""Messages of looks: what somebody who reports reads of a delivery, in their own language."""

import pytest

from tilannekuva.domain.definitions import LANGS
from tilannekuva.domain.reports import WORDS
from tilannekuva.flows.messages import said
from tilannekuva.indicators import services
from tilannekuva.sources.excel.faults import Fault, told
from tilannekuva.sources.excel.words import sentences

RING = services.service(services.texts()["phone-ring"], "phone-ring")
FILLED = {
    "title": "Called",
    "less": "Reached + Not reached",
    "more": "Called",
    "part": "x",
    "day": "7.4.2020",
}
NOT_ALONE = ("kind", "row", "near", "area")


@pytest.mark.parametrize("code", WORDS)
def test_each_reason_why_a_report_cannot_be_true_is_told_in_each_language(code: str):
    text = WORDS[code].en.format_map(FILLED | {"n": "310", "m": "300"})
    found = said(f"2 rows left out: municipality:837, 2020-04-07: {text}; {text}", RING)

    assert found is not None
    for lang in LANGS:
        assert WORDS[code].in_(lang).partition("{")[0] in found.in_(lang)
        assert found.in_(lang).count("310") == 2 * WORDS[code].en.count("{n}")
    assert found.fi.startswith("Pois jätettyjä rivejä: 2. Tampere, 7.4.2020: ")
    assert "Called" not in found.fi + found.sv


@pytest.mark.parametrize("code", [one for one in sentences() if one not in NOT_ALONE])
def test_each_fault_of_a_cell_is_told_in_each_language(code: str):
    fault = Fault(code, row=7, cell="B7", title="Tavoitettu", said="abc", hint="5")
    found = said(told(fault))

    assert [told(fault, lang) for lang in LANGS] == [found and found.in_(lang) for lang in LANGS]


def test_a_name_that_is_near_is_told_with_the_level_in_each_language():
    found = said(told(Fault("area:municipality", row=7, cell="A7", said="Tamperre", hint="Tampere (837)")))

    assert found is not None
    assert "Kuntaa ”Tamperre” ei ole." in found.fi
    assert "Tampere (837)" in found.sv


def test_what_is_told_to_whoever_keeps_the_recipe_stays_as_it_is():
    assert said("the answer breaks off in the middle of its last line; it is asked again") is None
    assert said("2 rows left out: cases, x, 2020-04-07: no day; cases, y, 2020-04-07: no day") is None
