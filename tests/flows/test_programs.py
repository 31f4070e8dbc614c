"""A program of our own as a source, from the recipe to what is known; answers replayed in pages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from tilannekuva.cli import main
from tilannekuva.errors import BadInput
from tilannekuva.flows.replay import recordings, replay
from tilannekuva.flows.upkeep import init, rebuild
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes

NAME = "program-forecast-r"
FORECAST = "print('area,origin,expected')\nprint('Kanta-Häme,2021-03-12,183.2')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a workspace whose only source is a program: in Python, where the shipped recipe has R."""
    init(tmp_path / "w", template="corona", areas=["109"])
    text = recipes.texts()[NAME].replace('["Rscript", "forecast.R"]', '["python3", "forecast.py"]')
    (tmp_path / "w" / "recipes" / f"{NAME}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "w" / "programs").mkdir()
    (tmp_path / "w" / "programs" / "forecast.py").write_text(FORECAST, encoding="utf-8")
    return tmp_path / "w"


def updated(folder: Path, *settings: str) -> str:
    """Update a workspace with these settings and give what was said."""
    lines = ['title = "H"', 'areas = ["municipality:109"]', f'sources = ["{NAME}"]', *settings]
    (folder / "tilannekuva.toml").write_text("\n".join(lines), encoding="utf-8")
    return CliRunner().invoke(main, ["update", "--workspace", str(folder)]).output


def known(folder: Path) -> list[tuple[str, str, float | None, str]]:
    """Give what is known."""
    workspace = Workspace(folder)
    found = [(row.area, str(row.reference_date), row.value, row.status) for row in workspace.store.as_of()]
    workspace.close()
    return found


def test_a_listed_program_is_a_source_like_any_other(folder: Path):
    """What it expects is kept as estimated, with the day up to which it knew."""
    said = updated(folder, 'allow_commands = ["python3"]')

    assert f"{NAME}: 1 ok; 1 news" in said
    assert known(folder) == [("hospital-district:05", "2021-03-12", 183, "estimated")]


def test_a_program_that_is_not_listed_is_a_source_that_failed(folder: Path):
    """And the message says what to write if it shall run."""
    said = updated(folder)

    assert f"{NAME} wants to run python3" in said
    assert 'allow_commands = ["python3"]' in said
    assert known(folder) == []


def test_programs_run_in_an_exercise_too(folder: Path):
    said = updated(folder, 'allow_commands = ["python3"]', "exercise_from = 2026-01-01")

    assert f"{NAME}: 1 ok; 1 news" in said


def test_what_a_program_prints_wrongly_is_refused_like_any_answer(folder: Path):
    (folder / "programs" / "forecast.py").write_text(FORECAST.replace("expected", "expectation"))

    said = updated(folder, 'allow_commands = ["python3"]')

    assert "the column 'expected' is missing" in said


PAGES = [
    b'{"tested": [{"value": 100, "date": "2021-03-01T15:00:00.000Z"}]}',
    b'{"tested": [{"value": 200, "date": "2021-03-02T15:00:00.000Z"}]}',
    b'{"tested": [{"value": 300, "date": "2021-03-03T15:00:00.000Z"}]}',
]


@pytest.fixture
def recorded_pages(tmp_path: Path) -> Path:
    """Give recordings of one answer in three pages, their rows parted by another answer's."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    rows = ["source,landed_at,path,url"]
    for nth, page in enumerate(PAGES):
        (folder / f"{9 - nth}.json").write_bytes(page)
        rows.append(f"hs-tests,2021-03-03T12:00:00Z,{9 - nth}.json,https://a.example/{nth}")
        rows.append(f"hs-tests,2021-03-04T12:00:0{nth}Z,9.json,https://a.example/")
    (folder / "index.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def written(workspace: Workspace) -> Iterator[Workspace]:
    """Give a workspace that may be written to."""
    with workspace.writing("test"):
        workspace.define(datetime(2021, 3, 1, tzinfo=UTC))
        yield workspace


def test_rows_of_one_source_and_instant_are_the_pages_of_one_answer(recorded_pages: Path):
    """In the order of their rows, whatever their names."""
    found = recordings(recorded_pages)
    first = found[0].answer()

    assert [one.landed_at.isoformat() for one in found] == [
        "2021-03-03T12:00:00+00:00", *(f"2021-03-04T12:00:0{nth}+00:00" for nth in range(3)),
    ]  # fmt: skip
    assert (first.pages, first.url) == (tuple(PAGES), "https://a.example/0")
    assert [one.answer().body for one in found[1:]] == [PAGES[0]] * 3


def test_an_answer_in_pages_is_one_look_and_is_rebuilt_the_same(written: Workspace, recorded_pages: Path):
    looks = replay(written, recordings(recorded_pages)[:1])
    before = written.store.as_of()
    rebuild(written)

    assert [(look.outcome, look.rows, look.news) for look in looks] == [("ok", 3, 3)]
    assert before == written.store.as_of()
    assert replay(written, recordings(recorded_pages)[:1]) == []


def test_a_page_that_is_not_there_is_named(recorded_pages: Path):
    (recorded_pages / "8.json").unlink()

    with pytest.raises(BadInput, match=r"8\.json is listed in index\.csv but is not there"):
        recordings(recorded_pages)
