"""The law of decisions: what is news of them, and what silence means."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.domain.decisions import Decision, newest, news
from tilannekuva.domain.observations import Snapshot

NOON = datetime(2020, 3, 16, 12, tzinfo=UTC)
SNAPSHOTS: tuple[Snapshot, ...] = ("complete", "window", "delivery", "log")


def decision(name: str = "a", title: str = "One", case: str = "", **more: object) -> Decision:
    """Give a decision of which little is told."""
    told = Decision(
        "own", name, "government", "", title, "", "", date(2020, 3, 16), None, None, None, "country:FI", (),
        "", case, "", "", "normal", NOON,
    )  # fmt: skip
    return told._replace(**more)  # type: ignore[arg-type] # fields by name


def known(*rows: Decision) -> dict[str, Decision]:
    """Give rows by key."""
    return {row.key: row for row in rows}


decisions = st.lists(
    st.builds(decision, st.sampled_from("abc"), st.sampled_from(("One", "Two"))),
    unique_by=lambda one: one.key,
)
kinds = st.sampled_from(SNAPSHOTS)


def applied(before: Sequence[Decision], new: Sequence[Decision]) -> dict[str, Decision]:
    """Give what is known after news."""
    after = known(*before, *new)
    return {key: one for key, one in after.items() if one.status != "withdrawn"}


@given(decisions, decisions, kinds)
def test_all_that_an_answer_tells_is_known_after_it(
    before: list[Decision], told: list[Decision], kind: Snapshot
):
    after = applied(before, news(known(*before), told, kind))

    assert known(*told).items() <= after.items()


@given(decisions, decisions)
def test_after_a_complete_answer_only_its_decisions_are_known(before: list[Decision], told: list[Decision]):
    assert known(*told) == applied(before, news(known(*before), told, "complete"))


@given(decisions, decisions, st.sampled_from(SNAPSHOTS[1:]))
def test_no_other_answer_takes_anything_back(before: list[Decision], told: list[Decision], kind: Snapshot):
    assert "withdrawn" not in {one.status for one in news(known(*before), told, kind)}


@given(decisions, decisions, kinds)
def test_an_answer_repeated_is_no_news(before: list[Decision], told: list[Decision], kind: Snapshot):
    """Whenever it is heard again: when something became known is no part of what was said."""
    after = applied(before, news(known(*before), told, kind))
    later = [one._replace(known_at=NOON.replace(hour=18), look=9) for one in told]

    assert [] == news(after, later, kind)


@given(decisions, kinds)
def test_each_cell_that_changes_is_news(before: list[Decision], kind: Snapshot):
    told = [one._replace(effective_to=date(2020, 5, 13)) for one in before]

    assert told == news(known(*before), told, kind)


def test_what_was_withdrawn_is_news_when_it_is_told_again():
    gone = decision(status="withdrawn")

    assert [decision()] == news(known(gone), [decision()], "complete")
    assert [] == news(known(gone), [], "complete")


def test_a_case_is_one_decision():
    """However often a case is met, under whichever id; without a case number the id names the decision."""
    first, second = decision("meeting-1", case="3646-2020"), decision("meeting-2", case="3646-2020")

    assert [second] == news(known(first), [second], "complete")
    assert {("own", "3646-2020"): second, ("own", "a"): decision()} == newest([first, second, decision()])


def test_a_title_falls_back():
    """To the first of fi, sv, en that has one."""
    one = decision(title="", title_sv="Ett", title_en="One")

    assert ("Ett", "Ett", "One") == (one.title("fi"), one.title("sv"), one.title("en"))
    assert "" == decision(title="").title("fi")
