"""The law of observations, one a test; docs/reference/observations.md is made from this file."""

import pytest
from laws import Held, Spec

from tilannekuva.store.memory import Store


@pytest.fixture
def spec(store: Store) -> Spec:
    return Held(store)


def test_newest_known(spec: Spec):
    """The answer is the newest value known at the instant asked about."""
    spec.told("""
        known_at     reference_date  value
        2 Mar 12:00  1 Mar           0
        3 Mar 12:00  1 Mar           17
        3 Mar 12:00  2 Mar           1
        4 Mar 12:00  1 Mar           19
    """)
    spec.answers(
        """
        reference_date  value  known_at
        1 Mar           17     3 Mar 12:00
        2 Mar           1      3 Mar 12:00
        """,
        as_of="3 Mar 18:00",
    )


def test_no_instant(spec: Spec):
    """Without an instant the question is about all that is known."""
    spec.told("""
        known_at     value
        2 Mar 12:00  0
        3 Mar 12:00  17
    """)
    spec.answers("""
        reference_date  value
        1 Mar           17
    """)


def test_known_at_the_instant(spec: Spec):
    """What became known exactly at the instant asked about counts as known, and what came after does not."""
    spec.told("""
        known_at     value
        2 Mar 12:00  0
        3 Mar 12:00  17
    """)
    spec.answers("reference_date  value\n1 Mar  17", as_of="3 Mar 12:00")
    spec.answers("reference_date  value\n1 Mar  0", as_of="3 Mar 11:59:59.999999")


def test_before_anything(spec: Spec):
    """Before anything was known there is no answer."""
    spec.told("""
        known_at     value
        2 Mar 12:00  0
    """)
    spec.answers("reference_date  value", as_of="2 Mar 11:00")


def test_later_news(spec: Spec):
    """Later news never changes an earlier answer."""
    spec.told("""
        known_at     value
        2 Mar 12:00  3
    """)
    spec.answers("reference_date  value\n1 Mar  3", as_of="2 Mar 18:00")
    spec.told("""
        look  known_at     reference_date  value  status
        2     3 Mar 12:00  1 Mar           -      withdrawn
        2     3 Mar 12:00  2 Mar           8      normal
    """)
    spec.answers("reference_date  value\n1 Mar  3", as_of="2 Mar 18:00")


def test_withdrawal(spec: Spec):
    """A withdrawal hides a value from then on, and only from then on."""
    spec.told("""
        known_at     value  status
        2 Mar 12:00  17     normal
        3 Mar 12:00  -      withdrawn
    """)
    spec.answers("reference_date  value\n1 Mar  17", as_of="3 Mar 11:00")
    spec.answers("reference_date  value", as_of="3 Mar 12:00")


def test_back_again(spec: Spec):
    """A value that comes back after its withdrawal is an answer again."""
    spec.told("""
        known_at     value  status
        2 Mar 12:00  17     normal
        3 Mar 12:00  -      withdrawn
        4 Mar 12:00  17     normal
    """)
    spec.answers("reference_date  value", as_of="3 Mar 18:00")
    spec.answers("reference_date  value  known_at\n1 Mar  17  4 Mar 12:00", as_of="4 Mar 18:00")


def test_four_different_things(spec: Spec):
    """Zero, missing, suppressed and withdrawn are four different things."""
    spec.told("""
        known_at     reference_date  value  status
        5 Mar 12:00  1 Mar           0      normal
        5 Mar 12:00  2 Mar           -      missing
        5 Mar 12:00  3 Mar           -      suppressed
        5 Mar 12:00  4 Mar           -      withdrawn
    """)
    spec.answers("""
        reference_date  value  status
        1 Mar           0      normal
        2 Mar           -      missing
        3 Mar           -      suppressed
    """)


def test_missing_over_a_number(spec: Spec):
    """A missing or suppressed value takes the place of the number known before it."""
    spec.told("""
        known_at     reference_date  value  status
        3 Mar 12:00  1 Mar           5      normal
        3 Mar 12:00  2 Mar           6      normal
        4 Mar 12:00  1 Mar           -      missing
        4 Mar 12:00  2 Mar           -      suppressed
    """)
    spec.answers("""
        reference_date  value  status
        1 Mar           -      missing
        2 Mar           -      suppressed
    """)


def test_same_instant(spec: Spec):
    """Of two looks at the same instant the later one is believed, in whatever order they are told."""
    spec.told("""
        look  known_at     reference_date  value
        8     2 Mar 12:00  1 Mar           17
        7     2 Mar 12:00  1 Mar           16
        7     2 Mar 12:00  2 Mar           4
        8     2 Mar 12:00  2 Mar           5
    """)
    spec.answers("""
        reference_date  value  look
        1 Mar           17     8
        2 Mar           5      8
    """)


def test_told_in_any_order(spec: Spec):
    """When something became known decides, not when the store was told."""
    spec.told("""
        look  known_at     value
        2     3 Mar 12:00  17
    """)
    spec.told("""
        look  known_at     value
        1     2 Mar 12:00  0
    """)
    spec.answers("reference_date  value\n1 Mar  17")


def test_told_twice(spec: Spec):
    """Telling twice is telling once, also when something new is told along with it."""
    spec.told("""
        known_at     value
        2 Mar 12:00  3
    """)
    spec.told("""
        known_at     value
        2 Mar 12:00  3
    """)
    spec.told("""
        look  known_at     value
        1     2 Mar 12:00  3
        2     3 Mar 12:00  4
    """)
    spec.answers("reference_date  value\n1 Mar  4")
    spec.keeps("known_at  value\n2 Mar 12:00  3\n3 Mar 12:00  4")


def test_furthest_source(spec: Spec):
    """Where several sources speak of one series, the one whose days reach furthest is heard, and it alone."""
    spec.told("""
        source  known_at     reference_date  value
        a       2 Mar 12:00  1 Mar           10
        b       3 Mar 12:00  2 Mar           21
    """)
    spec.answers("""
        source  reference_date  value
        b       2 Mar           21
    """)
    spec.answers("source  reference_date  value\na  1 Mar  10", as_of="2 Mar 18:00")


def test_ranked_sources(spec: Spec):
    """Of sources that reach equally far the first in rank is heard, an unranked one last."""
    spec.told("""
        source  known_at     value
        a       2 Mar 12:00  10
        b       2 Mar 12:00  11
        c       2 Mar 12:00  12
    """)
    spec.answers("source  value\nc  12", ranks={"cases": ["c", "b"]})
    spec.answers("source  value\nb  11", ranks={"cases": ["z", "b"]})


def test_named_sources(spec: Spec):
    """Of sources that reach equally far and have no rank the first by name is heard."""
    spec.told("""
        source  known_at     value
        b       2 Mar 12:00  11
        a       2 Mar 12:00  10
    """)
    spec.answers("source  value\na  10")
    spec.answers("source  value\na  10", ranks={"tests": ["b"]})


def test_withdrawn_reach(spec: Spec):
    """A source reaches as far as its days that are not withdrawn; a missing value is a day reached."""
    spec.told("""
        source  known_at     reference_date  value  status
        a       3 Mar 12:00  1 Mar           10     normal
        b       3 Mar 12:00  1 Mar           11     normal
        b       3 Mar 12:00  2 Mar           -      missing
        b       4 Mar 12:00  2 Mar           -      withdrawn
    """)
    spec.answers("source  reference_date  value\nb  1 Mar  11\nb  2 Mar  -", as_of="3 Mar 18:00")
    spec.answers("source  reference_date  value\na  1 Mar  10", as_of="4 Mar 18:00")


def test_heard_by_series(spec: Spec):
    """Which source is heard is decided anew for each indicator, area, frequency and stratum."""
    spec.told("""
        source  known_at     area              stratum  freq  reference_date  value
        a       3 Mar 12:00  municipality:837  all      day   2 Mar           10
        b       3 Mar 12:00  municipality:837  all      day   1 Mar           11
        a       3 Mar 12:00  municipality:853  all      day   1 Mar           20
        b       3 Mar 12:00  municipality:853  all      day   2 Mar           21
        b       3 Mar 12:00  municipality:853  0-9      day   1 Mar           1
        b       3 Mar 12:00  municipality:853  all      week  1 Mar           90
    """)
    spec.answers("""
        source  area              stratum  freq  value
        a       municipality:837  all      day   10
        b       municipality:853  0-9      day   1
        b       municipality:853  all      week  90
        b       municipality:853  all      day   21
    """)


def test_filters(spec: Spec):
    """A question may name indicators, areas, a source and a first day; no name at all asks for nothing."""
    spec.told("""
        source  known_at     indicator  area              reference_date  value
        a       3 Mar 12:00  cases      municipality:837  1 Mar           1
        a       3 Mar 12:00  cases      municipality:837  2 Mar           2
        a       3 Mar 12:00  cases      municipality:853  1 Mar           3
        a       3 Mar 12:00  tests      municipality:837  1 Mar           4
        b       3 Mar 12:00  cases      municipality:109  1 Mar           5
    """)
    spec.answers("value\n4", indicators={"tests"})
    spec.answers("value\n5\n3", areas={"municipality:109", "municipality:853"})
    spec.answers("value\n5", source="b")
    spec.answers("value\n2", since="2 Mar")
    spec.answers("value\n1\n2", indicators={"cases"}, areas={"municipality:837"}, source="a", since="1 Mar")
    spec.answers("value", areas=set())
    spec.keeps("value\n3", indicators={"cases"}, areas={"municipality:853"})


def test_one_source_asked(spec: Spec):
    """A source that is asked by name is heard, whoever reaches further."""
    spec.told("""
        source  known_at     reference_date  value
        a       3 Mar 12:00  1 Mar           10
        b       3 Mar 12:00  2 Mar           21
    """)
    spec.answers("source  value\na  10", source="a")


def test_revisions(spec: Spec):
    """Revisions show every row ever known, withdrawals too, by key, source and when it became known."""
    spec.told("""
        source  known_at     reference_date  value  status
        b       2 Mar 12:00  1 Mar           7      normal
        a       4 Mar 12:00  1 Mar           -      withdrawn
        a       3 Mar 12:00  1 Mar           17     provisional
        a       2 Mar 12:00  1 Mar           0      provisional
    """)
    spec.keeps("""
        source  known_at     value  status
        a       2 Mar 12:00  0      provisional
        a       3 Mar 12:00  17     provisional
        a       4 Mar 12:00  -      withdrawn
        b       2 Mar 12:00  7      normal
    """)
    spec.keeps("source  value\na  0\nb  7", as_of="2 Mar 18:00")


def test_unchanged_is_no_news(spec: Spec):
    """What an answer repeats unchanged is no news."""
    spec.adds(
        """
        reference_date  value
        2 Mar           9
        3 Mar           1
        """,
        known="reference_date  value\n1 Mar  5\n2 Mar  8",
        answer="reference_date  value\n1 Mar  5\n2 Mar  9\n3 Mar  1",
        snapshot="complete",
    )


def test_status_alone_is_news(spec: Spec):
    """A change of status is news though the value stays."""
    spec.adds(
        "reference_date  value  status\n1 Mar  5  normal",
        known="reference_date  value  status\n1 Mar  5  provisional",
        answer="reference_date  value  status\n1 Mar  5  normal",
        snapshot="log",
    )


def test_missing_is_not_zero(spec: Spec):
    """Zero where nothing was, nothing where zero was, and suppressed where missing was are news."""
    spec.adds(
        """
        reference_date  value  status
        1 Mar           0      normal
        2 Mar           -      missing
        3 Mar           -      suppressed
        """,
        known="""
        reference_date  value  status
        1 Mar           -      missing
        2 Mar           0      normal
        3 Mar           -      missing
        """,
        answer="""
        reference_date  value  status
        1 Mar           0      normal
        2 Mar           -      missing
        3 Mar           -      suppressed
        """,
        snapshot="complete",
    )


def test_complete(spec: Spec):
    """A complete answer takes back all that it no longer holds, an indicator it no longer names too."""
    spec.adds(
        """
        indicator  reference_date  value  status
        cases      3 Mar           -      withdrawn
        tests      2 Mar           -      withdrawn
        """,
        known="""
        indicator  reference_date  value
        cases      2 Mar           5
        cases      3 Mar           6
        tests      2 Mar           50
        """,
        answer="indicator  reference_date  value\ncases  2 Mar  5",
        snapshot="complete",
    )


def test_window(spec: Spec):
    """A window takes back what it no longer holds of each indicator inside the days it covers of it."""
    spec.adds(
        """
        indicator  reference_date  value  status
        cases      3 Mar           -      withdrawn
        """,
        known="""
        indicator  reference_date  value
        cases      1 Mar           4
        cases      2 Mar           5
        cases      3 Mar           6
        cases      4 Mar           7
        cases      5 Mar           8
        tests      3 Mar           60
        """,
        answer="indicator  reference_date  value\ncases  2 Mar  5\ncases  4 Mar  7",
        snapshot="window",
    )


def test_delivery(spec: Spec):
    """A delivery takes back only of the areas it names, inside the days it covers of each."""
    spec.adds(
        """
        area              reference_date  value  status
        municipality:837  3 Mar           -      withdrawn
        """,
        known="""
        area              reference_date  value
        municipality:837  1 Mar           4
        municipality:837  2 Mar           5
        municipality:837  3 Mar           6
        municipality:837  4 Mar           7
        municipality:853  3 Mar           60
        """,
        answer="area  reference_date  value\nmunicipality:837  2 Mar  5\nmunicipality:837  4 Mar  7",
        snapshot="delivery",
    )


def test_log(spec: Spec):
    """A log takes nothing back: what it does not hold was said once and stays."""
    spec.adds(
        "reference_date  value  status\n2 Mar  8  normal",
        known="reference_date  value\n1 Mar  5",
        answer="reference_date  value\n2 Mar  8",
        snapshot="log",
    )


def test_withdrawn_once(spec: Spec):
    """What is withdrawn already is not withdrawn again; said anew, it is news."""
    known = "reference_date  value  status\n1 Mar  -  withdrawn\n2 Mar  -  withdrawn\n3 Mar  1  normal"
    spec.adds(
        "reference_date  value  status\n2 Mar  8  normal",
        known=known,
        answer="reference_date  value\n2 Mar  8\n3 Mar  1",
        snapshot="complete",
    )
