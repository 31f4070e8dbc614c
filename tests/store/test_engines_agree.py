"""The plain engine says what is right; the other must say the same of whatever it is told.

The generators are narrow on purpose: ties, returns and withdrawals must be common, not rare.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.domain.observations import Observation
from tilannekuva.store.duckdb import DuckStore
from tilannekuva.store.ledger import Ledger
from tilannekuva.store.memory import MemoryStore

NOON = datetime(2021, 3, 4, 12, tzinfo=UTC)
INSTANTS = (NOON, NOON + timedelta(microseconds=1), NOON + timedelta(hours=1))
DAYS = (date(2021, 3, 1), date(2021, 3, 2), date(2021, 3, 3))
INDICATORS = ("cases", "tests")
SOURCES = ("a", "b")
SAID = (
    (0.0, "normal"),
    (1.0, "normal"),
    (1.0, "provisional"),
    (None, "missing"),
    (None, "suppressed"),
    (None, "withdrawn"),
)
row = st.tuples(
    st.sampled_from(SOURCES),
    st.sampled_from(("cases", "cases", "cases", "tests")),
    st.sampled_from(DAYS[:2]),
    st.sampled_from(SAID),
    st.sampled_from(INSTANTS),
    st.integers(1, 2),
)


def _place(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    return *cells[:3], *cells[4:]  # a look says one thing of a key


some_rows = st.lists(row, min_size=3, max_size=12, unique_by=_place)
question = st.fixed_dictionaries(
    {
        "as_of": st.sampled_from((None, *INSTANTS)),
        "ranks": st.sampled_from(({}, {"cases": ["b"]}, {"cases": ["b", "a"]}, {"tests": ["b"]})),
    }
)
narrowed = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(SOURCES),
        "since": st.sampled_from(DAYS),
        "indicators": st.sampled_from((set(), {"cases"}, {"cases", "tests"})),
    },
)


def observation(cells: tuple[Any, ...], area: str) -> Observation:
    source, indicator, day, (value, status), known_at, look = cells
    return Observation(source, indicator, area, day, "day", "all", value, status, known_at, look)


@dataclass
class Pair:
    """Both engines; each example speaks of areas of its own, so that one store serves them all."""

    duck: DuckStore
    numbers: Iterator[int]

    def compare(self, told: list[tuple[Any, ...]], asked: dict[str, Any], narrow: dict[str, Any]) -> None:
        area, plain = f"municipality:{next(self.numbers)}", MemoryStore()
        rows = [observation(cells, area) for cells in told]
        plain.append(rows)
        self.duck.append(rows + rows[::2])
        self.duck.compact(datetime.now(UTC))
        narrow |= {"areas": {area}}
        assert self.duck.as_of(**asked, areas={area}) == plain.as_of(**asked)
        assert self.duck.as_of(**asked, **narrow) == plain.as_of(**asked, **narrow)
        assert self.duck.revisions(asked["as_of"], **narrow) == plain.revisions(asked["as_of"], **narrow)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    # Sixty examples wait for the disk hundreds of times; in memory they need not.
    memory = Path("/dev/shm")  # noqa: S108 - a random folder in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        duck = DuckStore(Path(folder) / "segments", Ledger(Path(folder) / "ledger.sqlite"))
        duck.fence = duck.ledger.lease("test", datetime.now(UTC))
        yield Pair(duck, count())
        duck.ledger.close()


@settings(max_examples=60, database=None)
@given(told=some_rows, asked=question, narrow=narrowed)
def test_engines_agree(
    pair: Pair, told: list[tuple[Any, ...]], asked: dict[str, Any], narrow: dict[str, Any]
):
    """Both engines give the same answers and revisions, whatever they were told, half of it twice."""
    pair.compare(told, asked, narrow)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_compaction_changes_no_answer(duck: DuckStore, seed: int):
    """Both engines agree on every instant, before many segments are made into few and after."""
    dice, plain = random.Random(seed), MemoryStore()  # noqa: S311 - dice, no secret
    for look in range(1, 19):
        keys = dice.sample([(s, i, d) for s in SOURCES for i in INDICATORS for d in DAYS], 3)
        cells = [(*key, dice.choice(SAID), dice.choice(INSTANTS), look) for key in keys]
        rows = [observation(one, "municipality:837") for one in cells]
        plain.append(rows)
        duck.append(rows)
    expected = [(plain.as_of(at), plain.revisions(at)) for at in INSTANTS]
    assert expected == [(duck.as_of(at), duck.revisions(at)) for at in INSTANTS]
    assert duck.compact(datetime.now(UTC)) == 18
    assert expected == [(duck.as_of(at), duck.revisions(at)) for at in INSTANTS]
    assert len(duck.ledger.segments()) == 1
