"""The law of raw vehicle files: what the engine gathers while it reads is what a slow count finds."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roads import lines, read, recipe, said

from tilannekuva.domain.calendar import instant
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import understand

DAY, TODAY = date(2026, 3, 15), date(2026, 3, 16)
RAW = "digitraffic-raw"
HEAVY = (2, 3, 4, 5, 9)
Rows = list[tuple[object, ...]]
# tms, year, day of year, hour … direction 9, class 10, speed 11, faulty 12 …
ONE = (438, 26, 74, 7, 12, 30, 55, 4.5, 1, 1, 1, 76, 0, 2595055, 1749772807090, 0)


def line(**changed: object) -> tuple[object, ...]:
    """Give the line of one vehicle, some of its cells changed."""
    places = {"tms": 0, "year": 1, "day": 2, "hour": 3, "direction": 9, "kind": 10, "speed": 11, "faulty": 12}
    cells = list[object](ONE)
    for name, cell in changed.items():
        cells[places[name]] = cell
    return tuple(cells)


lawful = st.builds(
    line,
    tms=st.sampled_from([438, 235]),
    hour=st.integers(0, 23),
    direction=st.integers(1, 2),
    kind=st.integers(1, 9),
    speed=st.integers(2, 180),
    faulty=st.sampled_from([0, 0, 0, 1]),
)
doubtful = st.sampled_from(
    [
        line(kind=0),
        line(kind=10),
        line(hour=24),
        line(direction=3),
        line(faulty=2),
        line(day=73, year=25),
        line(day=400),
        line(day=0),
        line(day=80),
        line(tms=439),
    ]
)
broken = st.sampled_from(
    [
        ONE[:-1],
        (*ONE, 0),
        line(kind=""),
        line(hour="x"),
        line(speed="?"),
        line(tms="4 38"),
        ("oops",),
        ("", ""),
        line(day="7;4"),
    ]
)


def slow(rows: Iterable[tuple[object, ...]]) -> dict[tuple[str, str], int]:
    """Count vehicles line by line, as a careful clerk would."""
    counts = Counter[tuple[str, str]]()
    for row in rows:
        area = f"tms-{row[0]}"
        if row[12]:
            counts[area, "left-out:faulty"] += 1
            continue
        heavy = "class:heavy" if row[10] in HEAVY else "class:light"
        for stratum in ("all", f"hour:{row[3]:02}", f"direction:{row[9]}", heavy):
            counts[area, stratum] += 1
    return dict(counts)


@settings(max_examples=40)
@given(st.lists(lawful, min_size=1, max_size=60))
def test_vehicles_are_counted_as_a_slow_count_counts_them(rows: Rows):
    """By station, hour, direction and weight; vehicles marked faulty are no vehicles, but counted apart."""
    understood = read(RAW, lines(*rows), on=TODAY)

    assert slow(rows) == said(understood, DAY)
    assert ([], len(rows)) == (understood.faults, understood.n_rows)


@settings(max_examples=40)
@given(st.lists(doubtful | broken, max_size=6), st.lists(lawful, min_size=60, max_size=80), st.randoms())
def test_a_line_in_doubt_is_a_fault_and_counts_nowhere(spoilt: Rows, rows: Rows, chance: random.Random):
    """Too few or many cells, a cell that is no number, a class, hour, direction or day that cannot be."""
    mixed = [*rows[1:], *spoilt]
    chance.shuffle(mixed)
    understood = read(RAW, lines(rows[0], *mixed), on=TODAY)

    assert slow(rows) == said(understood, DAY)
    assert (len(spoilt), len(rows) + len(spoilt)) == (len(understood.faults), understood.n_rows)


@pytest.mark.parametrize("spoilt", [line(kind=12), line(kind=""), line(faulty=""), line(hour=""), ("?",)])
def test_each_line_left_out_is_a_fault_of_its_own(spoilt: tuple[object, ...]):
    """So that the guard weighs lines, not kinds of fault; an empty cell is no number of any kind."""
    understood = read(RAW, lines(*[line()] * 40, *[spoilt] * 3), on=TODAY)

    assert (3, 40) == (len(understood.faults), said(understood, DAY)["tms-438", "all"])


@settings(max_examples=20)
@given(st.lists(lawful, min_size=1, max_size=30), st.integers(1, 4))
def test_pages_and_files_are_read_as_one(tmp_path_factory: pytest.TempPathFactory, rows: Rows, n: int):
    """An answer in parts, given as bytes or as files, says what the whole says."""
    whole = sorted(read(RAW, lines(*rows), on=TODAY).facts)
    parts = [lines(*rows[nth::n]) for nth in range(n) if rows[nth::n]]
    folder = tmp_path_factory.mktemp("pages")
    files = [folder / f"it's {nth}.csv" for nth in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        file.write_bytes(part)

    assert whole == sorted(read(RAW, *parts, on=TODAY).facts)
    assert whole == sorted(read(RAW, *files, on=TODAY).facts)


def test_speed_is_the_mean_of_the_vehicles_that_count():
    rows = [line(speed=60), line(speed=71), line(speed=150, faulty=1)]

    assert {("tms-438", "all"): 65.5} == said(read(RAW, lines(*rows), on=TODAY), DAY, "speed")


# The two nights of the clock


def test_the_night_summer_time_begins_has_no_hour_three():
    day = date(2026, 3, 29)
    rows = [line(day=88, hour=hour) for hour in range(24) if hour != 3]
    found = said(read(RAW, lines(*rows), on=date(2026, 3, 30)), day)

    assert (23, 23) == (found["tms-438", "all"], sum(stratum[:4] == "hour" for _, stratum in found))
    assert ("tms-438", "hour:03") not in found


def test_the_night_summer_time_ends_counts_hour_three_once_as_three():
    day = date(2026, 10, 25)
    rows = [line(day=298, hour=hour) for hour in (*range(4), 3, *range(4, 24))]
    found = said(read(RAW, lines(*rows), on=date(2026, 10, 26)), day)

    assert (25, 2) == (found["tms-438", "all"], found["tms-438", "hour:03"])
    assert 25 == sum(value or 0 for (_, stratum), value in found.items() if stratum[:4] == "hour")


# What is none of it


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is empty"),
        (b"<!doctype html><title>Huoltokatko</title>", "got a web page: 'Huoltokatko'"),
        (lines(ONE) + b"438;26;74;7;12;30;55;4.5;1;1;1;76;0;2595055;2", "middle of its last line"),
        (lines(ONE[:-1], ONE), "the first line has 15 cells where 16 are agreed"),
        (lines(ONE, by=","), "the first line has 1 cells where 16 are agreed"),
        (lines(*[ONE] * 8, ("?",)), "1 of 9 lines are left out; the first: page 1, line 9: '?'"),
        (
            lines(*[ONE] * 8, line(kind=12)),
            "1 of 9 lines are left out; the first: vehicles, tms-438 (class 12)",
        ),
        (b"438;26;74\xff;7;12;30;55;4.5;1;1;1;76;0;2595055;2;0\n", "is not UTF-8"),
    ],
)
def test_a_file_that_is_not_whole_or_not_of_its_kind_is_refused(body: bytes, why: str):
    with pytest.raises(NotUnderstood) as refused:
        read(RAW, body, on=TODAY)

    assert why in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "select * from read_text('/etc/hostname')",
        "copy raw to '{file}'",
    ],
)
def test_a_recipe_reaches_no_file_but_the_answers_own(tmp_path: Path, sql: str):
    """The locked engine may read the answer's file, and nothing beside it."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    one = recipe(RAW)
    series = one.series[0].model_copy(update={"sql": sql.format(file=secret)})

    with pytest.raises(BadDefinition):
        understand(one.model_copy(update={"series": (series,)}), [lines(ONE)], instant("2026-03-16T10:00Z"))


def test_a_file_is_read_in_a_limited_child(tmp_path: Path):
    """Threads, buffers and all of the engine live within the child's memory."""
    file = tmp_path / "lamraw_438_26_74.csv"
    file.write_bytes(lines(*[line(hour=nth % 24) for nth in range(100_000)]))
    understood = limited(understand, recipe(RAW), [file], instant("2026-03-16T10:00Z"))

    assert (100_000, 100_000) == (said(understood, DAY)["tms-438", "all"], understood.n_rows)
