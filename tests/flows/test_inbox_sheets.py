"""Joint sheets by the inbox: faults go back to who filled them, and what tells of persons is not kept."""

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from delivered import Box
from filling import ELDERLY, ELDERLY_FOLDER, filled

from tilannekuva.domain.calendar import instant
from tilannekuva.flows.delivery import Desk
from tilannekuva.flows.inbox import REFUSED, TAKEN, receipt
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes

SOURCE = "services-elderly"
RECIPE = ELDERLY
HETU = "131052-308T"  # made up by the office that gives them out, as an example


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Give the inbox of a workspace that takes sheets, on the day on which the sample came."""
    init(tmp_path / "w", template="corona", areas=["837"])
    shutil.copytree(ELDERLY_FOLDER, tmp_path / "w", dirs_exist_ok=True)
    settings = f'title = "T"\nareas = ["municipality:837"]\nsources = ["{SOURCE}"]\n'
    (tmp_path / "w" / "tilannekuva.toml").write_text(settings)
    workspace = Workspace(tmp_path / "w")
    with workspace.writing("test"):
        made = Box(workspace, SOURCE)
        made.now = instant(RECIPE.sample_landed_at) - timedelta(hours=1)
        workspace.define(made.now)
        yield made
    workspace.close()


def sheet(*, person: bool = False) -> bytes:
    """Give the sample sheet, which has one faulty row; with a person in it if asked."""
    found = recipes.sample(RECIPE, ELDERLY_FOLDER / "recipes")
    assert found
    book = openpyxl.load_workbook(io.BytesIO(found[0][0]))
    if person:
        table = book.worksheets[0]
        table.cell(table.max_row + 1, 1, HETU)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def handed_in(box: Box, body: bytes) -> str:
    """Put a delivery where HTTP does."""
    name = receipt()
    (box.folder / TAKEN).mkdir(parents=True, exist_ok=True)
    (box.folder / TAKEN / f"{name}.xlsx").write_bytes(body)
    return name


def comments(body: bytes) -> list[str]:
    """Give the comments that a sheet goes back with."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = (cell for table in book.worksheets for row in table.iter_rows() for cell in row)
    return [cell.comment.text for cell in cells if cell.comment]


def test_a_sheet_with_a_faulty_row_goes_back_with_the_fault_marked(box: Box):
    """The good rows are taken; the sheet lies where its sender looks."""
    box.drop("kunta.xlsx", sheet())

    (look,) = box.turn()
    (returned,) = (box.folder / REFUSED).glob("*returned.xlsx")

    assert (look.outcome, look.news > 0) == ("partial", True)
    assert box.lies() == {"done": ["kunta.xlsx"], "refused": ["kunta returned.xlsx", "kunta.xlsx.txt"]}
    assert len(comments(returned.read_bytes())) >= 1


def test_who_handed_a_sheet_in_gets_it_back_by_its_receipt(box: Box):
    name = handed_in(box, sheet())
    box.turn()
    desk = Desk(box.workspace)

    returned = desk.sheet(SOURCE, name)

    assert returned
    assert len(comments(returned)) >= 1
    assert desk.sheet(SOURCE, receipt()) is None


def everything(box: Box) -> bytes:
    """Give the bytes of all files of a workspace, workbooks unpacked as texts."""
    files = [one for one in box.workspace.folder.rglob("*") if one.is_file()]
    books = [openpyxl.load_workbook(one) for one in files if one.suffix == ".xlsx"]
    cells = (
        cell.value for book in books for table in book.worksheets for row in table.iter_rows() for cell in row
    )
    return b"".join([*(one.read_bytes() for one in files), *(str(cell).encode() for cell in cells)])


def test_what_tells_of_persons_is_refused_and_not_kept(box: Box):
    """Neither landed, nor left lying, nor told: the sender has the sheet."""
    name = handed_in(box, sheet(person=True))

    (look,) = box.turn()

    assert (look.outcome, look.sha256) == ("refused", "")
    assert Desk(box.workspace).outcome(SOURCE, name) == look
    assert HETU not in look.message
    assert HETU.encode() not in everything(box)
    assert [
        one for one in box.workspace.landing.names() if b"PK" == box.workspace.landing.read(one)[:2]
    ] == []


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Box]:
    """Give the inbox of a workspace that takes the phone ring's sheets."""
    init(tmp_path / "w", template="corona", areas=["837"])
    workspace = Workspace(tmp_path / "w")
    with workspace.writing("test"):
        made = Box(workspace, "service-phone-ring")
        made.now = datetime(2020, 4, 14, 5, tzinfo=UTC)
        workspace.define(made.now)
        yield made
    workspace.close()


def test_a_sheet_whose_rows_are_good_and_cannot_be_true_goes_back_with_the_reason(ring: Box):
    """In the sheet's own language, with both numbers."""
    one = ring.workspace.recipes()["service-phone-ring"]
    columns = [entry.column for entry in one.entry]
    told = {"municipality": "Tampere (837)", "day": date(2020, 4, 6), "attempted": 10, "reached": 31}
    ring.drop("kunta.xlsx", filled([told.get(name) for name in columns], one=one))

    (look,) = ring.turn()
    (returned,) = (ring.folder / REFUSED).glob("*returned.xlsx")
    text = said(openpyxl.load_workbook(returned))

    assert (look.outcome, look.news) == ("refused", 0)
    assert "yhteensä 31 on enemmän kuin Soitettu: 10" in text, text


def said(book: openpyxl.Workbook) -> str:
    """Give all texts of a workbook."""
    return "\n".join(
        str(cell.value) for table in book.worksheets for row in table.iter_rows() for cell in row
    )
