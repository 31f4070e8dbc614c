"""The command line, as a newcomer types it."""

import csv
import io
import json
import re
import socket
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from tilannekuva.cli import main

INDEX = "source,landed_at,path,url\n"


def run(*words: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def answer_of(days: int) -> str:
    """Give HS's tests of a number of days from 1 March on, 100 more each day."""
    rows = [{"value": 100 * day, "date": f"2021-03-{day:02}T15:00:00.000Z"} for day in range(1, days + 1)]
    return json.dumps({"tested": rows})


@pytest.fixture
def recorded_days(tmp_path: Path) -> Path:
    """Give a folder of two recorded answers."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    index = INDEX
    for day in (10, 11):
        (folder / f"{day}.json").write_text(answer_of(day), encoding="utf-8")
        index += f"hs-tests,2021-03-{day}T12:00:00Z,{day}.json,https://example.org\n"
    (folder / "index.csv").write_text(index, encoding="utf-8")
    return folder


@pytest.fixture
def replayed(tmp_path: Path, recorded_days: Path) -> Path:
    """Give a workspace with those answers landed."""
    folder = tmp_path / "w"
    assert run("init", folder, "--template", "corona", "--area", "837").exit_code == 0
    assert run("update", "--workspace", folder, "--replay", recorded_days).exit_code == 0
    return folder


def rows(result: Result) -> list[dict[str, str]]:
    """Give the rows that a command printed as CSV."""
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_replay_says_what_came_and_a_second_one_brings_nothing(replayed: Path, recorded_days: Path):
    again = run("update", "--workspace", replayed, "--replay", recorded_days)

    assert "0 looks, 0 news" in again.stdout


def test_observations_print_what_was_known_then(replayed: Path):
    """The eleventh was not known on the tenth."""
    then = rows(run("observations", "--workspace", replayed, "--indicator", "tests", "--as-of", "2021-03-10"))
    now = rows(run("observations", "--workspace", replayed, "--indicator", "tests", "--area", "Suomi"))

    assert [len(then), len(now)] == [10, 11]
    assert [now[-1]["area"], now[-1]["area_name"], now[-1]["value"]] == ["country:FI", "Suomi", "1100"]
    expected = "indicator,area,area_name,reference_date,freq,stratum,value,status,known_at"
    assert expected == ",".join(now[0])


def test_revisions_print_every_row_ever_known(replayed: Path):
    """The eighth was provisional on the tenth, and settled on the eleventh."""
    found = rows(run("observations", "--workspace", replayed, "--indicator", "tests", "--revisions"))
    eighth = [(row["status"], row["known_at"]) for row in found if row["reference_date"] == "2021-03-08"]

    assert eighth == [("provisional", "2021-03-10T12:00:00Z"), ("normal", "2021-03-11T12:00:00Z")]


def test_observations_are_the_same_in_every_format(replayed: Path, tmp_path: Path):
    asked = ("observations", "--workspace", replayed, "--indicator", "tests-7d", "--format")
    as_json = json.loads(run(*asked, "json").stdout)
    file = tmp_path / "x.parquet"
    file.write_bytes(run(*asked, "parquet").stdout_bytes)
    as_parquet = duckdb.execute(
        "select value from read_parquet(?) order by reference_date", [str(file)]
    ).fetchall()

    values = [row["value"] for row in as_json]
    assert values == [value for (value,) in as_parquet]
    assert ["" if value is None else str(value) for value in values] == [
        row["value"] for row in rows(run(*asked, "csv"))
    ]


def test_the_picture_and_the_status_print_as_text_and_as_json(replayed: Path):
    at = ("--workspace", replayed, "--as-of", "2021-03-11")

    assert "Testit seitsemässä päivässä" in run("picture", *at).stdout
    assert json.loads(run("picture", *at, "--json").stdout)["tiles"][0]["indicator"] == "tests-7d"
    states = {row["source"]: row["condition"] for row in json.loads(run("status", *at, "--json").stdout)}
    assert (states["hs-tests"], states["hs-hospital"]) == ("fresh", "never")


def test_verify_and_rebuild_leave_everything_as_it_was(replayed: Path):
    asked = ("observations", "--workspace", replayed, "--indicator", "tests", "--revisions")
    before = run(*asked).stdout
    assert run("rebuild", "--workspace", replayed).exit_code == 0

    assert before == run(*asked).stdout
    assert "everything is as it was stored" in run("verify", "--workspace", replayed).stdout


def test_verify_names_what_is_damaged(replayed: Path):
    file = next((replayed / "landing").glob("??/*"))
    file.write_bytes(b"something else")
    result = run("verify", "--workspace", replayed)

    assert (result.exit_code, file.name in result.stdout) == (7, True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("observations", "--indicator", "case"), 2, "no indicator 'case'"),
        (("observations", "--indicator", "tests", "--area", "Tampree"), 2, "Tampere"),
        (("observations", "--indicator", "tests", "--as-of", "yesterday"), 2, "2021-03-15"),
        (("observations", "--indicator", "tests-7d", "--revisions"), 2, "is computed"),
        (("update", "--source", "nobody"), 2, "no source 'nobody'"),
        (("update", "--accept"), 2, "--source"),
        (("update", "--replay", "nowhere"), 2, "index.csv"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    replayed: Path, words: tuple[str, ...], code: int, message: str
):
    result = run(*words, "--workspace", replayed)

    assert code == result.exit_code
    assert re.search(message, result.stderr)


def test_a_folder_without_a_workspace_says_how_to_make_one(tmp_path: Path):
    result = run("status", "--workspace", tmp_path)

    assert (result.exit_code, "tilannekuva init" in result.stderr) == (4, True)


def test_a_workspace_is_not_made_twice(replayed: Path):
    assert run("init", replayed, "--area", "837").exit_code == 2


def test_a_second_writer_is_refused_politely(replayed: Path):
    """The message names who is writing."""
    from tilannekuva.flows.workspace import Workspace  # noqa: PLC0415 - beside the commands

    first = Workspace(replayed)
    with first.writing("serve"):
        result = run("update", "--workspace", replayed)
    first.close()

    assert (result.exit_code, "serve@" in result.stderr) == (5, True)


def test_a_damaged_definition_stops_nothing_but_says_where(replayed: Path):
    (replayed / "indicators" / "mine.toml").write_text('id = "mine"\n', encoding="utf-8")
    result = run("update", "--workspace", replayed, "--replay", replayed)

    assert (result.exit_code, "mine.toml, line 1" in result.stderr) == (3, True)
    assert run("picture", "--workspace", replayed).exit_code == 0


def test_a_port_in_use_is_refused_with_a_cure(replayed: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--workspace", replayed, "--port", str(taken.getsockname()[1]))

    assert (2, True) == (result.exit_code, "choose another with --port" in result.stderr)


def test_a_file_that_cannot_be_written_is_told_in_one_line(replayed: Path):
    file = replayed / "nowhere" / "form.xlsx"
    done = run("excel", "template", "service-phone-ring", "--workspace", replayed, "--output", file)

    assert 1 == done.exit_code
    assert done.stderr.startswith(f"tilannekuva: {file}: No such file or directory; name another file")
