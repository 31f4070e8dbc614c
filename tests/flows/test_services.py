"""Services: what follows from reports, the door that all reports pass, and what is left of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving import BAGS, RING, SHIPPED, catalogue_of, follow, follows, on
from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.areas import register
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.domain.reports import Cell, Report, faults
from tilannekuva.domain.services import Service
from tilannekuva.flows.excel import received
from tilannekuva.flows.exercise import services as exercised
from tilannekuva.flows.exercise.epidemic import Epidemic
from tilannekuva.flows.formulas import prove
from tilannekuva.flows.reading import understand
from tilannekuva.flows.services import reports_of, services, told
from tilannekuva.flows.sight import seen
from tilannekuva.flows.upkeep import rebuild
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators import services as written
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.excel.faults import Unfit
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.recipe import Recipe, Series

HEAD = "municipality;day;age;target;attempted;reached;by;reason\n"
few = settings(max_examples=15)


def recipe(service: Service) -> Recipe:
    """Give the recipe that a service is written out as."""
    text = written.written_out(written.texts()[service.id], service.id)["recipe", service.source]
    return recipes.recipe(text, service.source)


# What follows from the counts.


@few
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=8))
def test_a_stock_is_that_of_the_day_before_and_what_came_less_what_went(days: list[tuple[int, int, int]]):
    reports = [on(n, {"ordered": a, "served": b, "cancelled": c}) for n, (a, b, c) in enumerate(days)]
    stock = [*accumulate((a - b - c for a, b, c in days), initial=0)]

    assert dict(enumerate(stock[1:])) == follows(BAGS, "backlog", reports)


@few
@given(st.lists(st.dictionaries(st.sampled_from([*RING.ages, "unknown"]), st.integers(0, 9)), max_size=5))
def test_parts_add_up_to_the_total_that_nobody_told(days: list[dict[str, int]]):
    reports = [on(n, {"reached": v}, age=age) for n, parts in enumerate(days) for age, v in parts.items()]

    assert {n: sum(parts.values()) for n, parts in enumerate(days) if parts} == follows(
        RING, "reached", reports
    )


def test_a_total_that_was_told_is_the_total_whatever_its_parts():
    reports = [on(0, {"reached": 9}), on(0, {"reached": 5}, age="90+"), on(1, {"reached": 2}, age="90+")]

    assert {0: 9, 1: 2} == follows(RING, "reached", reports)


def test_a_stock_of_parts_is_the_newest_of_each():
    reports = [
        on(0, {"target": 100}, age="70-79"),
        on(0, {"target": 40}, age="80-89"),
        on(3, {"target": 50}, age="80-89"),
    ]

    assert {0: 140, 3: 150} == follows(RING, "target", reports)


def test_the_oldest_open_is_of_the_first_day_by_which_more_came_than_went():
    """Who came first is served first."""
    came, went = [5, 5, 0, 0, 1], [0, 4, 2, 4, 1]
    reports = [on(n, {"ordered": a, "served": b}) for n, (a, b) in enumerate(zip(came, went, strict=True))]

    assert {0: 0, 1: 1, 2: 1, 3: 0, 4: 0} == follows(BAGS, "oldest-open", reports)


def test_the_promise_is_kept_for_what_went_within_its_days():
    """Two days: of 4 on the first day 3 went in time, of 2 on the second all; the third is not due yet."""
    came, went = [4, 2, 5, 0], [0, 1, 2, 3]
    reports = [on(n, {"ordered": a, "served": b}) for n, (a, b) in enumerate(zip(came, went, strict=True))]

    assert {2: 75.0, 3: pytest.approx(100 * 5 / 6)} == follows(BAGS, "promise-kept", reports)
    none = [on(n, {"ordered": a, "served": 0}) for n, a in enumerate(came)]
    assert {2: 0, 3: 0} == follows(BAGS, "promise-kept", none)


def test_an_even_pace_ends_on_its_day_and_an_uneven_one_within_its_interval():
    even = [on(0, {"listed": 100}), *(on(n, {"attempted": 10}) for n in range(5))]
    even[0] = on(0, {"listed": 100, "attempted": 10})
    uneven = [on(n, {"listed": 200, "attempted": v}) for n, v in enumerate([2, 18, 4, 16, 10, 10])]

    ends = ("days-at-best", "days-to-finish", "days-at-worst")
    assert [5, 5, 5] == [follows(RING, what, even)[4] for what in ends]
    low, middle, high = (follows(RING, what, uneven)[5] for what in ends)
    assert (low or 99) < 14 == middle < (high or 0)


def test_the_interval_holds_about_four_times_in_five():
    """Simulated: what the pace of fourteen days told, and how long it took in the end."""
    dice, reports, took = Random(1), list[Report](), list[int]()  # noqa: S311 - a simulation
    places = [one.id for one in register().at_level("municipality", on=date(2020, 4, 1))[:200]]
    for place in places:
        days = [dice.randrange(2, 19) for _ in range(80)]
        told = [on(d, {"listed": 400, "attempted": done}) for d, done in enumerate(days[:14])]
        reports += [replace(one, area=place) for one in told]
        left = 400 - sum(days[:14])
        took.append(next(d for d, done in enumerate(accumulate(days[14:]), 1) if done >= left))
    low, high = (follow(RING, what, reports) for what in ("days-at-best", "days-at-worst"))
    ends = [(low[place, 13] or 0, high[place, 13] or 999) for place in places]
    held = sum(first <= days <= last for (first, last), days in zip(ends, took, strict=True))

    assert 0.74 <= held / len(took) <= 0.9


def test_fewer_than_three_days_tell_no_pace_and_finished_work_takes_no_days():
    two = [on(n, {"listed": 100, "attempted": 10}) for n in range(2)]
    done = [on(n, {"listed": 30, "attempted": 10}) for n in range(3)]

    assert {0: None, 1: None} == follows(RING, "days-to-finish", two)
    assert 0 == follows(RING, "days-to-finish", done)[2]


def test_evenness_is_the_worst_coverage_against_the_best_and_leaves_out_what_nobody_knows():
    reports = [
        on(0, {"target": 100, "reached": 10}, age="70-79"),
        on(0, {"target": 100, "reached": 40}, age="80-89"),
        on(0, {"target": 100, "reached": 0}, age="unknown"),
        on(1, {"reached": 20}, age="70-79"),
    ]

    assert {0: 25.0, 1: 75.0} == follows(RING, "equity", reports)


def test_the_public_figures_of_helsinki_give_what_was_told_of_them():
    """57,000 calls in and out, 27,000 reached, of them 15,500 over 80; 3 % in need; 500 calls a day at most.

    Source: the city's helpline for the elderly in spring 2020, as published: two months of some 60 days. The
    numbers attempted, and those of the target group, are ours.
    """
    days = 60
    over = {"80-89": 15_500, "70-79": 11_500}
    reports = [
        on(n, {
            "tries": 57_000 // days // 2, "attempted": round(reached * 1.25) // days,
            "reached": reached // days,
            "need_found": round(reached * 0.03) // days, "served": round(reached * 0.028) // days,
            **({"target": 2 * reached} if n == 0 else {}),
        }, age=age)
        for n in range(days) for age, reached in over.items()
    ]  # fmt: skip
    last = days - 1
    total = follows(RING, "reached-total", reports)[last]

    assert 26_800 < (total or 0) <= 27_000
    assert max(one or 0 for one in follows(RING, "tries", reports).values()) > 500
    assert 0.02 < (follows(RING, "need-rate", reports)[last] or 0) / 100 < 0.03
    assert 78 < (follows(RING, "contact-rate", reports)[last] or 0) < 82
    assert 48 < (follows(RING, "coverage", reports)[last] or 0) < 51
    assert 98 < (follows(RING, "equity", reports)[last] or 0) <= 100
    assert (follows(RING, "backlog", reports)[last] or 0) >= 0


@pytest.mark.parametrize("service", SHIPPED.values(), ids=SHIPPED)
def test_a_shipped_service_is_written_out_as_a_sound_recipe_and_sound_formulas(service: Service):
    found = catalogue_of(service).indicators

    prove(found.values())
    assert {one.indicator for one in recipe(service).series} <= found.keys()
    assert {"internal", "public"} == {one.visibility for one in found.values()}
    assert all(one.protect == (one.visibility == "public") for one in found.values())


# The door.


class Door:
    """A workspace that takes reports of the phone ring, one an hour."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.at = workspace, datetime(2020, 4, 3, 6, tzinfo=UTC)
        workspace.define(self.at)

    def take(self, text: str | bytes) -> Look:
        """Take a report as it is sent and give what came of it."""
        self.at += timedelta(hours=1)
        body = text if isinstance(text, bytes) else text.encode()
        answer = Answer(RING.source, body, url="inbox:x")
        look = received(self.workspace, self.workspace.source(RING.source), answer, now=self.at).look
        assert look is not None
        return look

    def known(self, stage: str = "reached", at: datetime | None = None) -> dict[int, float]:
        """Give what was reported of a stage, by day of April."""
        found = told(self.workspace, RING, at)
        return {cell.day.day: value for cell, value in found.items() if cell.stage == stage}


@pytest.fixture
def door(workspace: Workspace) -> Iterator[Door]:
    """Give a workspace's door."""
    with workspace.writing("test"):
        yield Door(workspace)


def test_a_report_that_cannot_be_true_is_refused_with_its_reason_and_the_bytes_stay(door: Door):
    look = door.take(HEAD + "837;2020-04-01;;;10;11;mk;\n837;2020-04-02;;;10;11;mk;\n")

    assert ("refused", 0) == (look.outcome, look.news)
    assert "Reached + Not reached + Declined: 11 in all is more than Called: 10" in look.message
    assert door.workspace.landing.read(look.sha256)


def test_the_good_days_of_a_delivery_are_taken_and_the_bad_one_is_named(door: Door):
    look = door.take(HEAD + "837;2020-04-01;;;10;8;mk;\nTampere;2.4.2020;;;10;15;mk;\n")

    assert ("partial", {1: 8}) == (look.outcome, door.known())
    assert "municipality:837, 2020-04-02: Reached" in look.message


def test_a_report_repeated_is_told_to_be_the_same(door: Door):
    """Also when it comes in other bytes."""
    looks = [door.take(HEAD + f"837;2020-04-01;;;10;8;{by};\n") for by in ("mk", "mk", "ml")]

    assert [2, 0, 0] == [look.news for look in looks]


def test_what_a_report_leaves_empty_stays_as_another_told_it(door: Door):
    door.take(HEAD + "837;2020-04-01;900;10;8;;mk;\n".replace(";900;10;8;;", ";;900;10;8;"))
    door.take("municipality,day,reached\nTampere,2020-04-01,9\n")

    assert ({1: 900}, {1: 10}, {1: 9}) == tuple(map(door.known, ("target", "attempted", "reached")))


def test_a_correction_is_a_new_fact_that_leaves_the_old_one_in_its_time(door: Door):
    door.take(HEAD + "837;2020-04-01;;;10;8;mk;\n")
    before = door.at
    refused = door.take(HEAD + "837;2020-04-01;;;10;7;mk;\n")
    taken = door.take(HEAD + "837;2020-04-01;;;10;7;mk;kahdesti\n")

    assert ["refused", "ok"] == [refused.outcome, taken.outcome]
    assert ({1: 8}, {1: 7}) == (door.known(at=before), door.known())
    rows = door.workspace.store.as_of(indicators=["phone-ring-corrected"])
    assert [(1, taken.landed_at)] == [(row.value, row.known_at) for row in rows]


PERSONS = {
    "an identity code": HEAD + "837;2020-04-01;;;10;8;131052-308T;\n",
    "a phone number": HEAD + "837;2020-04-01;;;10;8;040 123 4567;\n",
    "an address": HEAD + "837;2020-04-01;;;10;8;mk;Hämeenkatu 12 A 5\n",
    "a column of names": "municipality;day;Asiakkaan nimi;reached\n837;2020-04-01;Maija M.;1\n",
}


@pytest.mark.parametrize("text", PERSONS.values(), ids=PERSONS)
def test_what_tells_of_a_person_is_refused_and_not_kept(door: Door, text: str):
    look = door.take(text)

    assert ("refused", "") == (look.outcome, look.sha256)
    assert "persons' data are not taken in" in look.message
    assert {} == door.known()


def test_a_number_with_decimals_is_no_phone_number(door: Door):
    assert "ok" == door.take("municipality;day;reached;note\n837;2020-04-01;8;60.0401234567\n").outcome


def test_what_other_programs_send_to_the_inbox_may_not_tell_of_persons_either():
    fetch = Fetch(protocol="inbox", format="csv", columns={"kunta": "text"})
    series = Series(indicator="cases", level="municipality", sql="select 1")
    other = recipe(RING).model_copy(update={"fetch": fetch, "entry": (), "series": (series,)})

    with pytest.raises(Unfit, match="A2 seems to hold an identity code"):
        understand(other, [b"kunta;kuka\nTampere;131052-308T\n"], datetime(2020, 4, 3, tzinfo=UTC))


def test_reports_read_again_from_their_bytes_give_the_same(door: Door):
    for line in ("1;;;10;8;mk;", "2;;;10;15;mk;", "1;;;10;7;mk;twice"):
        door.take(HEAD + f"837;2020-04-0{line}\n")
    rows = door.workspace.store.revisions()
    rebuild(door.workspace)

    assert rows == door.workspace.store.revisions()
    assert {1: 7} == door.known()


def test_everybody_sees_of_a_service_only_what_is_released_of_it(door: Door):
    door.take(HEAD + "837;2020-04-01;;;10;8;mk;\n")
    public = seen(door.workspace, PUBLIC)

    shown = {name for name in public.catalogue().indicators if name.startswith("phone-ring")}
    assert {"phone-ring-attempted-total", "phone-ring-reached-total"} == shown
    assert {} == told(public, RING)
    assert RING.source not in public.recipes()
    assert ["grocery-bags", "phone-ring"] == sorted(one.id for one in services(public, door.at))


def test_a_service_of_the_workspace_s_own_needs_no_more_than_a_file(door: Door):
    text = written.texts()["mask-distribution"].replace('"mask-distribution"', '"soup-kitchen"')
    (door.workspace.folder / "services").mkdir()
    (door.workspace.folder / "services" / "soup-kitchen.toml").write_text(text, encoding="utf-8")
    asked = door.workspace.settings.model_copy(update={"sources": ("service-soup-kitchen",)})
    door.workspace.settings = asked
    door.workspace.define(door.at + timedelta(hours=1))

    assert "soup-kitchen-coverage" in door.workspace.catalogue().indicators
    assert "served" in {one.column for one in door.workspace.source("service-soup-kitchen").entry}
    assert "phone-ring-coverage" in door.workspace.catalogue().indicators, "one that was asked before stays"


# The exercise.


@pytest.fixture(scope="module")
def epidemic() -> Epidemic:
    """Give an exercise's clock: the services depend on its days and its seed alone."""
    found = Epidemic(1)
    found.days.extend(date(2020, 9, 1) + timedelta(n) for n in range(exercised.STARTS + 26))
    return found


@pytest.mark.parametrize(
    ("service", "write"), [(RING, exercised.phone_ring), (BAGS, exercised.grocery_bags)], ids=["ring", "bags"]
)
def test_the_reports_of_an_exercise_are_true_corrected_and_late(
    epidemic: Epidemic, service: Service, write: Callable[[Epidemic], bytes]
):
    """Every row is read and believed; one city is late at weekends, one takes back what it counted twice."""
    known: dict[Cell, float] = {}
    reasons, days = 0, epidemic.days[:]
    for n in range(exercised.STARTS + 1, len(days), 2):
        epidemic.days[:] = days[: n + 1]
        body, at = write(epidemic), datetime.combine(days[n], time(6), UTC)
        found = understand(recipe(service), [body], at)
        given = list(reports_of(service, found.facts))
        assert [] == found.faults
        assert [] == faults(service, given, known, today=days[n])
        known |= {Cell(s, one.area, one.day, one.stratum): v for one in given for s, v in one.counts.items()}
        reasons += body.count(b"kahdesti")
    epidemic.days[:] = days

    assert {"municipality:837", "municipality:853", "municipality:109"} == {cell.area for cell in known}
    assert bool(reasons) == (service is RING)
