"""The law of foreign SQL: it sees the tables it was given, and nothing of the machine."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from service import own

from tilannekuva.errors import BadDefinition, NotUnderstood, TilannekuvaError
from tilannekuva.flows import child
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import understand
from tilannekuva.sources.recipe import Recipe
from tilannekuva.store.sheet import Sheet

AT = datetime(2021, 3, 15, 12, tzinfo=UTC)
HIDDEN = "Tampere 837 salaisuus"
HOSTILE = (
    "select * from read_csv('{file}')",
    "select * from read_csv_auto('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from read_json('{file}')",
    "select * from read_ndjson_objects('{file}')",
    "select * from '{file}'",
    "select * from '{folder}/*.csv'",
    "select * from glob('{folder}/*')",
    "select * from glob('/etc/*')",
    "select * from read_text('/proc/self/environ')",
    "select * from read_parquet('https://example.org/x.parquet')",
    "select * from 'https://example.org/x.csv'",
    "select * from read_parquet('s3://bucket/x.parquet')",
    "select * from parquet_metadata('{file}')",
    "select * from sniff_csv('{file}')",
    "select getenv('HOME')",
    "copy raw to '{folder}/stolen.csv'",
    "copy raw from '{file}'",
    "copy (select 1) to '/dev/stdout'",
    "export database '{folder}/stolen'",
    "import database '{folder}'",
    "attach '{folder}/stolen.db' as other",
    "attach 'https://example.org/x.db' as other",
    "install httpfs",
    "load httpfs",
    "load '{file}'",
    "set enable_external_access = true",
    "set memory_limit = '100GB'",
    "set threads = 64",
    "set lock_configuration = false",
    "reset lock_configuration",
    "set allowed_directories = ['/']",
    "pragma enable_logging",
    "pragma database_list; select * from read_text('{file}')",
    "set home_directory = '{folder}'",
    "set temp_directory = '{folder}'",
    "set secret_directory = '{folder}'",
    "create persistent secret s (type s3)",
    "checkpoint '{file}'",
    "create macro steal() as table select * from read_text('{file}'); select * from steal()",
    "prepare q as select * from read_text('{file}'); execute q",
)


@pytest.fixture
def sheet() -> Iterator[Sheet]:
    """Give a locked sheet with one table."""
    with Sheet(seconds=1) as made:
        made.put("raw", {"value": ("BIGINT", [1, 2, 3])})
        made.lock()
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a secret in it."""
    (tmp_path / "secret.csv").write_text(HIDDEN + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("sql", HOSTILE)
def test_foreign_sql_reaches_nothing_outside(sheet: Sheet, folder: Path, sql: str):
    """Files, network, settings, secrets and extensions are refused, and nothing is written."""
    with pytest.raises(BadDefinition) as caught:
        sheet.ask(sql.format(file=folder / "secret.csv", folder=folder))

    assert HIDDEN not in str(caught.value)
    assert [one.name for one in folder.iterdir()] == ["secret.csv"]
    assert sheet.ask("select sum(value) from raw").rows == [(6,)]


def test_what_foreign_sql_makes_ends_with_the_sheet(sheet: Sheet):
    """A secret of its own lives in memory, is of no use without the network, and is gone with the sheet."""
    sheet.ask("create secret s (type http, bearer_token 'x')")

    with Sheet() as other:
        assert other.ask("select * from duckdb_secrets()").rows == []


def test_settings_tell_nothing_of_the_machine(sheet: Sheet):
    """What can be asked about the engine names no file of ours."""
    seen = sheet.ask("select path from duckdb_databases() where path is not null").rows
    tables = sheet.ask("select table_name from information_schema.tables").rows

    assert seen == []
    assert tables == [("raw",)]


BOMBS = (
    "select count(*) from range(10000000) a, range(10000000) b",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t",
    "select list(a.range) from range(1000000) a, range(1000) b",
    "select string_agg(repeat('x', 1000000), '') from range(100000)",
    "select * from range(100000) a, range(100000) b order by 1 desc, 2",
    "select repeat('x', 1000000000000)",
)


@pytest.mark.parametrize("sql", BOMBS)
def test_a_bomb_ends_within_its_limits(sheet: Sheet, sql: str):
    """What eats time or memory is stopped."""
    begun = time.monotonic()
    with pytest.raises(BadDefinition):
        sheet.ask(sql)

    assert time.monotonic() - begun < 5


def with_sql(sql: str) -> Recipe:
    """Give a recipe with SQL of its own."""
    one = own("http://127.0.0.1/")
    return one.model_copy(update={"series": (one.series[0].model_copy(update={"sql": sql}),)})


MANY = "select 'Suomi' as area, landed_date as reference_date, {} from answer, range(10000000) a, {}"
BEYOND = {
    "time": ("count(*) over () as value", "range(10000000) b"),
    "memory": ("a.range as value", "range(10) b"),
}


@pytest.mark.parametrize(("value", "more"), BEYOND.values(), ids=BEYOND.keys())
def test_a_recipe_that_swallows_time_or_memory_is_killed(
    monkeypatch: pytest.MonkeyPatch, value: str, more: str
):
    """A child that does not answer in time costs one answer."""
    monkeypatch.setattr(child, "SECONDS", 2)
    begun = time.monotonic()

    with pytest.raises(TilannekuvaError):
        limited(understand, with_sql(MANY.format(value, more)), (b'[{"value": 7}]',), AT)

    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(("sql", "said"), [
    ("select value from raw", "the SQL of 'cases' gives value; it must give area, reference_date, value"),
    ("select * from answer", "the SQL of 'cases' gives landed_date"),
    ("selekt 1", 'Parser Error: syntax error at or near "selekt"'),
    ("select * from observations", "Table with name observations does not exist"),
    ("select * from read_text('/etc/passwd')", "Permission Error"),
])  # fmt: skip
def test_what_is_wrong_with_the_sql_of_a_recipe_is_told(sql: str, said: str):
    with pytest.raises((BadDefinition, NotUnderstood)) as caught:
        understand(with_sql(sql), (b'[{"value": 7}]',), AT)

    assert said in str(caught.value)


ROW = "select {area} as area, {day} as reference_date, {value} as value, {status} as status from raw"
SOUND = {"area": "'Suomi'", "day": "date '2021-03-15'", "value": "7", "status": "'normal'"}


@pytest.mark.parametrize(("cells", "fault"), [
    ({}, ""),
    ({"value": "7.0"}, ""),
    ({"value": "'seven'"}, "'seven' is no number"),
    ({"value": "true"}, "'True' is no number"),
    ({"value": "cast('nan' as double)"}, "'nan' is no number"),
    ({"value": "cast('inf' as double)"}, "'inf' is no number"),
    ({"value": "1.5"}, "1.5 is no whole number"),
    ({"value": "-1"}, "-1 is less than can be"),
    ({"day": "timestamp '2021-03-15 12:00'"}, "no day"),
    ({"day": "null"}, "no day"),
    ({"day": "date '2021-03-18'"}, "a day that has not come yet"),
    ({"area": "null"}, "no country is called 'None'"),
    ({"status": "'withdrawn'"}, "'withdrawn' is no status"),
    ({"status": "'fine'"}, "'fine' is no status"),
    ({"status": "'suppressed'"}, "a number that is suppressed"),
])  # fmt: skip
def test_every_row_of_a_recipe_is_looked_at(cells: dict[str, str], fault: str):
    """Whatever the SQL makes of an answer, only whole facts pass."""
    found = understand(with_sql(ROW.format(**SOUND | cells)), (b'[{"value": 7}]',), AT)

    assert [one.partition(": ")[2] for one in found.faults] == ([fault] if fault else [])
    assert [fact.value for fact in found.facts] == ([] if fault else [7.0])


def test_a_week_is_dated_by_its_monday():
    one = with_sql(ROW.format(**SOUND | {"day": "date '2021-03-09'"}))
    weekly = one.model_copy(update={"series": (one.series[0].model_copy(update={"freq": "week"}),)})

    assert understand(weekly, (b'[{"value": 7}]',), AT).faults == [
        "cases, Suomi, 2021-03-09: a week is dated by its first day"
    ]


def test_checks_see_all_pages_together():
    """A day that pages part between them is whole."""
    one = with_sql(
        "select 'Suomi' as area, date '2021-03-01' + cast(value as integer) as reference_date, value from raw"
    )
    pages = (b'[{"value": 1}, {"value": 2}]', b'[{"value": 3}]')

    found = understand(one, pages, AT)

    assert (found.n_rows, [fact.reference_date for fact in found.facts]) == (
        3, [date(2021, 3, day) for day in (2, 3, 4)],
    )  # fmt: skip
