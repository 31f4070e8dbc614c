"""Laws of vintages: each row is what was known that day, by the same formula, and nothing of later."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.definitions import redefinitions
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.vintages import Vintages, vintages
from tilannekuva.flows.workspace import Workspace

DISTRICT, CITY, COUNTRY = "hospital-district:06", "municipality:837", "country:FI"
FIRST, NEWS = datetime(2021, 3, 1, 9, tzinfo=UTC), 24
LAST = FIRST + timedelta(days=NEWS)
SHARE = """
select d.area, d.reference_date, 100.0 * d.value / nullif(c.value, 0) as value, d.doubt
from cases d join cases c on c.reference_date = d.reference_date and c.area = 'hospital-district:25'
"""


def told(area: str, *, size: int) -> Iterator[Observation]:
    """Tell each of the forty days before each day of news: a tenth more for every day that has passed."""
    for nth in range(NEWS + 1):
        at = FIRST + timedelta(days=nth)
        for age in range(1, 41):
            value = float(size * min(age, 5))
            status = "normal" if age >= 5 else "provisional"
            day = at.date() - timedelta(days=age)
            yield Observation("hs-cases-district", "cases", area, day, "day", "all", value, status, at, nth)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a workspace that was told of two districts every day."""
    made = tmp_path_factory.mktemp("told") / "workspace"
    init(made, template="corona", areas=["837"])
    settings = f'title = "T"\nareas = ["{CITY}"]\nsources = ["hs-cases-district"]\n'
    (made / "tilannekuva.toml").write_text(settings)
    workspace = Workspace(made)
    head, _, rest = workspace.texts()["indicator", "positivity"].partition("inputs = ")
    own = f'{head}inputs = ["cases"]\nsql = """{SHARE}"""\n{rest.rpartition(chr(34) * 3)[2]}'
    (made / "indicators" / "of-hus.toml").write_text(
        own.replace('id = "positivity"', 'id = "of-hus"'), "utf-8"
    )
    with workspace.writing("test"):
        workspace.define(FIRST)
        workspace.store.append([*told(DISTRICT, size=10), *told("hospital-district:25", size=50)])
    workspace.close()
    return made


@pytest.fixture
def workspace(folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(folder, tmp_path / "own")
    made = Workspace(tmp_path / "own")
    yield made
    made.close()


def reading(workspace: Workspace, name: str, as_of: datetime = LAST) -> Reading:
    question = Question(as_of, CITY, indicators=frozenset({name}), since=date.min)
    return picture(workspace, question).readings[name, DISTRICT]


@pytest.mark.parametrize("name", ["cases", "cases-7d", "incidence-14d", "change-7d", "of-hus"])
def test_each_row_is_what_the_picture_of_that_day_showed(workspace: Workspace, name: str):
    """Also by a formula that reads a district in which the area does not lie."""
    found = vintages(workspace, reading(workspace, name), LAST)

    assert [(LAST - timedelta(days=nth)) for nth in range(9, -1, -1)] == list(found.reports)
    for at, row in zip(found.reports, found.told, strict=True):
        shown = {point.reference_date: point for point in reading(workspace, name, at).points}
        assert [shown.get(day) for day in found.days] == list(row)


@pytest.mark.parametrize("name", ["cases", "incidence-14d"])
def test_nothing_known_later_enters(workspace: Workspace, name: str):
    asked = LAST - timedelta(days=3)
    then = reading(workspace, name, asked)
    before = vintages(workspace, then, asked)
    later = Observation(
        "hs-cases-district", "cases", DISTRICT, before.days[0], "day", "all", 999, "normal", LAST, 99
    )
    with workspace.writing("test"):
        workspace.store.append([later])

    assert before == vintages(workspace, then, asked)
    assert before != vintages(workspace, reading(workspace, name), LAST)


def test_the_last_row_is_what_is_known_now(workspace: Workspace):
    shown = reading(workspace, "cases")

    assert shown.points[-10:] == vintages(workspace, shown, LAST).now


def test_growth_is_told_of_periods_that_were_first_told_within_the_reports():
    """Not of those that were known before, nor of the newest, which cannot have grown yet."""
    days = tuple(date(2021, 3, day) for day in (1, 2, 3))
    rows = [(100, None, None), (100, 10, None), (300, 15, 7)]
    cells = tuple(
        tuple(Point(day, float(v), "normal") if v else None for day, v in zip(days, row, strict=True))
        for row in rows
    )
    found = Vintages((FIRST, FIRST, FIRST), days, cells)

    assert {days[1]: (10, 15)} == found.firsts
    assert 0.5 == found.filling


def test_growth_from_nothing_is_no_share():
    day = date(2021, 3, 1)
    cells = ((None,), (Point(day, 0.0, "provisional"),), (Point(day, 8.0, "normal"),))
    found = Vintages((FIRST, FIRST, FIRST), (day,), cells)

    assert None is found.filling
    assert {day: (0, 8)} == found.firsts


def test_age_groups_come_with_what_is_known_now(workspace: Workspace):
    day, source = date(2021, 3, 20), "hs-cases-district"
    ages = [
        Observation(source, "cases", DISTRICT, day, "day", f"age:{age}", value, "normal", at, 50)
        for age, value, at in (("00-10", 3, FIRST), ("00-10", 4, LAST), ("10-20", 7, FIRST))
    ]
    with workspace.writing("test"):
        workspace.store.append(ages)
    found = vintages(workspace, reading(workspace, "cases"), LAST).ages

    assert {"00-10": (Point(day, 4, "normal"),), "10-20": (Point(day, 7, "normal"),)} == found


def test_a_definition_told_anew_is_named_with_what_is_new_in_it(workspace: Workspace):
    text = workspace.texts()["indicator", "incidence-14d"]
    own = workspace.folder / "indicators" / "incidence-14d.toml"
    begun = workspace.ledger.definitions()["indicator", "incidence-14d"].known_at
    days = [begun + timedelta(days=nth) for nth in (1, 2)]
    for day, was, now in zip(days, ("enter = 25", "100000.0 *"), ("enter = 30", "1000000.0 *"), strict=True):
        own.write_text(text.replace(was, now), "utf-8")
        with workspace.writing("test"):
            workspace.define(day)
    found = [redefinitions(workspace, "incidence-14d", at) for at in (begun, *days)]

    assert [[], [("levels",)], [("formula", "levels"), ("levels",)]] == [
        [one.parts for one in each] for each in found
    ]
    assert days[::-1] == [one.known_at for one in found[-1]]
