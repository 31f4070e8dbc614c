"""The law of reports: what cannot be true is told in words, and what is told twice changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import BAGS, DAY, HERE, RING, SHIPPED, Counts, cells, on
from tilannekuva.domain.definitions import LANGS, Text, read
from tilannekuva.domain.reports import Fault, Report, faults
from tilannekuva.domain.services import Place, Service
from tilannekuva.errors import BadDefinition
from tilannekuva.indicators.services import texts

FLOWS = ("attempted", "reached", "not_reached", "declined", "need_found", "served", "cancelled")
RING_OF_PLACES = RING.model_copy(
    update={"places": (Place(id="harju", title=Text(fi="Harju", sv="Harju", en="Harju")),)}
)
small = st.integers(0, 12)
reports = st.builds(
    lambda n, counts, listed: on(
        n, {**counts, **({"listed": listed} if listed else {})}, by="mk", reason="slip"
    ),
    st.integers(0, 4),
    st.fixed_dictionaries(dict.fromkeys(FLOWS, small)),
    st.sampled_from((0, 20, 40)),
)


def taken(service: Service, given: Sequence[Report]) -> list[Report]:
    """Give those of some reports that are taken when they come one after the other."""
    good: list[Report] = []
    for one in given:
        if not faults(service, [one], cells(*good)):
            good.append(one)
    return good


def words(service: Service, report: Report, *before: Report) -> list[str]:
    """Give what is told against a report, in English."""
    return [one.text.en for one in faults(service, [report], cells(*before))]


@given(st.lists(reports, max_size=6))
def test_after_whatever_is_taken_no_day_contradicts_the_funnel(given: list[Report]):
    """Judged by adding up anew, day by day."""
    days = {one.day: one.counts for one in taken(RING, given)}
    listed = None
    sums = dict.fromkeys(FLOWS, 0.0)
    for day in sorted(days):
        sums = {name: value + days[day][name] for name, value in sums.items()}
        listed = days[day].get("listed", listed)
        assert sums["attempted"] <= (listed or sums["attempted"])
        assert sums["reached"] + sums["not_reached"] + sums["declined"] <= sums["attempted"]
        assert sums["need_found"] <= sums["reached"]
        assert sums["served"] + sums["cancelled"] <= sums["need_found"]


@given(st.lists(reports, max_size=6))
def test_a_report_repeated_is_no_fault_and_changes_nothing(given: list[Report]):
    good = taken(RING, given)
    for one in good:
        newest = replace(one, counts=[each for each in good if each.day == one.day][-1].counts, reason="")
        assert [] == faults(RING, [newest], cells(*good))
        assert cells(*good) == cells(*good, newest)


@given(st.lists(small, min_size=1, max_size=5), st.lists(small, min_size=1, max_size=5))
def test_what_came_less_what_went_is_never_below_nothing(came: list[int], went: list[int]):
    """Whatever is ordered and delivered day by day: what is taken leaves a backlog of 0 or more."""
    given = [on(n, {"ordered": a, "served": b}) for n, (a, b) in enumerate(zip(came, went, strict=False))]
    good = taken(BAGS, given)
    open_ = [*accumulate(one.counts["ordered"] - one.counts["served"] for one in good)]

    assert min(open_, default=0) >= 0


CONTRADICTIONS: dict[str, tuple[Counts, tuple[str, ...]]] = {
    "more called than listed": ({"attempted": 31}, ("Called: 131", "On the list: 130")),
    "more answers than calls": (
        {"attempted": 5, "reached": 9, "declined": 2},
        ("Reached + Not reached + Declined: 106", "Called: 105"),
    ),
    "more help than need": (
        {"served": 6, "cancelled": 1},
        ("Help arranged + Need gone: 7", "Needs help: 5"),
    ),
    "more need than talks": (
        {"attempted": 2, "reached": 2, "need_found": 94},
        ("Needs help: 99", "Reached: 97"),
    ),
    "less than nothing": ({"reached": -3}, ("Reached: -3",)),
    "half a person": ({"reached": 1.5}, ("Reached: 1.5",)),
    "a list beyond the target": ({"listed": 151}, ("On the list: 151", "In the target group: 150")),
}  # fmt: skip


@pytest.mark.parametrize(("counts", "said"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_told_with_both_numbers(counts: Counts, said: tuple[str, ...]):
    first = on(
        0, {"target": 150, "listed": 130, "attempted": 100, "reached": 95, "need_found": 5, "served": 0}
    )
    (told,) = words(RING, on(1, counts), first)

    assert all(one in told for one in said), told


def test_what_is_told_stands_in_each_language_beside_its_stages():
    (fault,) = faults(BAGS, [on(0, {"ordered": 2, "served": 3})], {})

    assert ("served", "cancelled", "ordered") == fault.stages
    assert "Toimitettu + Peruttu: yhteensä 3 on enemmän kuin Tilattu: 2" in fault.text.fi
    assert "Levererade + Avbeställda: sammanlagt 3 är mer än Beställda: 2" in fault.text.sv
    assert "1.4.2020" in fault.text.en


def test_a_figure_becomes_smaller_only_with_a_reason_and_a_name():
    """A stock may fall as it likes, and a figure of a day under way may grow."""
    before = on(0, {"ordered": 10, "capacity": 5})
    smaller = on(0, {"ordered": 8, "capacity": 3})

    assert ["Ordered: 10 was reported for 1.4.2020, now 8."] == [
        one[:45] + "." * (len(one) < 45) for one in words(BAGS, smaller, before)
    ]
    assert words(BAGS, replace(smaller, reason="twice"), before)
    assert not words(BAGS, replace(smaller, reason="twice", by="mk"), before)
    assert not words(BAGS, on(0, {"ordered": 11}), before)


def test_a_correction_of_an_earlier_day_is_held_against_the_days_since():
    days = [on(0, {"ordered": 10}), on(1, {"ordered": 0, "served": 10})]
    told = words(BAGS, on(0, {"ordered": 9}, by="mk", reason="twice"), *days)

    (said,) = told

    assert said.startswith("Delivered + Cancelled: 10 in all is more than Ordered: 9, counted from")
    assert said.endswith("to 2.4.2020. Check both figures.")


def test_parts_add_up_to_the_total_or_leave_the_rest_unknown():
    whole = on(0, {"attempted": 10})
    parts = [on(0, {"attempted": 6}, age="70-79"), on(0, {"attempted": 3}, age="80-89")]

    assert not words(RING, parts[1], whole, parts[0])
    (said,) = words(RING, on(0, {"attempted": 5}, age="unknown"), whole, parts[0])
    assert said.startswith(
        "Called: the parts add up to 11, more than 10 of the whole municipality, 1.4.2020."
    )


def test_parts_without_a_total_are_the_total():
    parts = [on(0, {"attempted": 6}, age="70-79"), on(0, {"attempted": 3}, age="unknown")]

    assert not words(
        RING, on(1, {"reached": 9}, age="unknown"), *parts[:1], on(0, {"attempted": 9}, age="unknown")
    )
    assert "Called: 9" in words(RING, on(1, {"reached": 10}), *parts)[0]


@pytest.mark.parametrize("given", [{"age": "20-29"}, {"place": "keskusta"}])
def test_a_part_that_the_service_does_not_have_is_a_fault(given: dict[str, str]):
    assert next(iter(given.values())) in words(RING, on(0, {"attempted": 1}, **given))[0]


CUTS = {
    "a flow of the same day": (RING_OF_PLACES, on(0, {"attempted": 5}, place="harju"), ["Called"]),
    "the next day's flow": (RING_OF_PLACES, on(1, {"attempted": 5}, place="harju"), []),
    "a stock of a later day": (RING_OF_PLACES, on(1, {"target": 5}, place="harju"), ["In the target group"]),
    "the whole": (RING_OF_PLACES, on(0, {"attempted": 5}), []),
    "an unknown age": (RING_OF_PLACES, on(0, {"attempted": 1}, age="unknown"), []),
}


@pytest.mark.parametrize(("service", "report", "titles"), CUTS.values(), ids=CUTS)
def test_nobody_is_counted_by_place_and_again_by_age(service: Service, report: Report, titles: list[str]):
    before = on(0, {"target": 10, "attempted": 5}, age="80-89")
    said = words(service, report, before)

    assert titles == [one.partition(",")[0] for one in said]
    assert all("Divide them as before" in one for one in said)


def test_a_day_to_come_is_a_fault():
    told: list[Fault] = faults(RING, [on(1, {"attempted": 1})], {}, today=DAY)

    assert ["Päivä 2.4.2020 ei ole vielä koittanut. Valitse toinen päivä."] == [one.text.fi for one in told]


def test_who_makes_an_old_contradiction_smaller_is_not_held_up_by_it():
    wrong = cells(on(0, {"ordered": 1, "served": 9}))

    assert [] == faults(BAGS, [on(1, {"ordered": 3, "served": 0})], wrong)
    assert faults(BAGS, [on(1, {"ordered": 0, "served": 1})], wrong)


def test_one_bad_report_among_good_ones_is_the_only_one_told_of():
    """The reports of a delivery are held against one another in the order of their days."""
    given = [on(2, {"served": 4}), on(0, {"ordered": 5}), on(1, {"served": 6})]

    assert [2] == [one.nth for one in faults(BAGS, given, {})]


def test_reports_of_one_municipality_say_nothing_of_another():
    there = replace(on(0, {"ordered": 5}), area="municipality:853")

    assert faults(BAGS, [on(1, {"served": 1, "ordered": 0})], cells(there))


@pytest.mark.parametrize("service", SHIPPED.values(), ids=SHIPPED)
def test_a_shipped_service_has_six_numbers_at_most_and_words_for_each(service: Service):
    assert 1 <= len(service.screen) <= 6
    for one in service.counts:
        assert all(one.title.in_(lang) and one.help.in_(lang) for lang in LANGS)
    assert "internal" == service.visibility


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["attempted", "reached"]', '["listed"]', "a stock has no sum"),
        ('screen = ["attempted"', 'screen = ["ordered"', "names? 'ordered', which `counts` lacks"),
        ('stage = "listed"', 'stage = "target"', "each stage stands once"),
        ('ages = ["70-79"', 'ages = ["old"', "ages"),
        ("promise_days = 3", "promise = 3", "not known"),
    ],
)
def test_a_mistake_in_a_service_is_told(old: str, new: str, message: str):
    text = texts()["phone-ring"]
    assert old in text

    with pytest.raises(BadDefinition, match=message):
        read(text.replace(old, new), "phone-ring.toml", Service)


def test_a_day_is_a_day_after_the_first():
    """The tests' own counting of days is sound."""
    assert (HERE, DAY + timedelta(days=2)) == (on(2, {}).area, on(2, {}).day)
