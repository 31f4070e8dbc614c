"""Joint sheets: out as templates, back into the picture, and returned with their faults."""

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from filling import ELDERLY_FOLDER, by_libreoffice

from tilannekuva.cli import main
from tilannekuva.domain.definitions import LANGS, Lang
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.flows import excel, upkeep
from tilannekuva.flows.replay import Recorded, replay
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe

NAME = "services-elderly"
TODAY = date(2020, 4, 14)
AT = datetime(2020, 4, 14, 6, tzinfo=UTC)
ELDERLY = excel.contract(ELDERLY_FOLDER, NAME)
FORM = {"fi": "Lomake", "sv": "Blankett", "en": "Form"}
Row = Sequence[Any]


def day(city: str, n: int, called: object = 100, reached: object = 60) -> Row:
    """Give a row: a city on a day of April, how many were called and reached."""
    return (city, date(2020, 4, n), None, called, reached, None, None, 10)


def opened(body: bytes) -> openpyxl.Workbook:
    """Open a workbook."""
    return openpyxl.load_workbook(io.BytesIO(body))


def saved(book: openpyxl.Workbook) -> bytes:
    """Give the bytes of a workbook."""
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def sheet(*rows: Row, lang: Lang = "fi", areas: Sequence[str] = ()) -> bytes:
    """Give a template with rows filled in."""
    book = opened(excel.template(ELDERLY, lang, areas, today=TODAY))
    for number, row in enumerate(rows, 5):
        for column, cell in enumerate(row, 1):
            book[FORM[lang]].cell(number, column).value = cell
    return saved(book)


def back(body: bytes, recipe: Recipe = ELDERLY) -> bytes | None:
    """Give a sheet as it goes back."""
    return excel.returned_sheet(recipe, body, excel.checked(recipe, body, now=AT), today=TODAY)


class Intake:
    """A workspace that gets a sheet an hour after the other."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.at = workspace, AT
        workspace.define(AT)

    def look(self, body: bytes, *, accept: bool = False) -> Look:
        """Receive a sheet and give the look at it."""
        self.at += timedelta(hours=1)
        answer = Answer(NAME, body, url="sheet.xlsx")
        found = excel.received(self.workspace, ELDERLY, answer, now=self.at, accept=accept)
        assert found.look is not None
        return found.look

    def called(self) -> dict[str, float | None]:
        """Give how many were called, as known now, by name and day."""
        rows = self.workspace.store.as_of(source=NAME)
        return {
            f"{row.area[-3:]} {row.reference_date.day}": row.value
            for row in rows
            if row.indicator == "ring-called" and row.status != "withdrawn"
        }


@pytest.fixture
def intake(workspace: Workspace) -> Iterator[Intake]:
    """Give an intake that may write, of a workspace with a sheet of its own."""
    shutil.copytree(ELDERLY_FOLDER, workspace.folder, dirs_exist_ok=True)
    with workspace.writing("test"):
        yield Intake(workspace)


# Back into the picture.


def test_a_template_comes_back_filled(intake: Intake):
    body = sheet(day("Tampere (837)", 6), day("Tampere (837)", 7, "1\u00a0200", "800"))
    look = intake.look(body)

    assert ("ok", 2, 6, "") == (look.outcome, look.rows, look.news, look.message)
    assert {"837 6": 100, "837 7": 1200} == intake.called()
    assert body == intake.workspace.landing.read(look.sha256)


def test_cities_return_the_same_template_and_none_takes_back_what_another_said(intake: Intake):
    """Nor does one that reports earlier days only block, or is blocked."""
    looks = [
        intake.look(sheet(day("Tampere", 6), day("Tampere", 7), day("Tampere", 8))),
        intake.look(sheet(day("Turku", 6, 50, 40))),
        intake.look(sheet(day("Tampere", 6, 101), day("Tampere", 8))),
    ]

    assert [("ok", 0), ("ok", 0), ("ok", 3)] == [(look.outcome, look.withdrawn) for look in looks]
    assert {"837 6": 101, "837 8": 100, "853 6": 50} == intake.called()


def test_one_city_s_faults_do_not_touch_another_s_rows(intake: Intake):
    intake.look(sheet(day("Turku", 6)))
    look = intake.look(sheet(day("Tamperre", 6), day("Turku", 7)))

    assert ("partial", 0) == (look.outcome, look.withdrawn)
    assert {"853 6": 100, "853 7": 100} == intake.called()


def test_the_good_row_among_nine_bad_ones_is_taken(intake: Intake):
    """And what a sheet with faults does not hold is not taken back: it may stand in a bad row."""
    intake.look(sheet(day("Tampere", 6), day("Tampere", 7)))
    look = intake.look(
        sheet(day("Tampere", 6, 120), *(day("Tampere", n, "?") for n in range(5, 14) if n != 6))
    )

    assert ("partial", 9, 0) == (look.outcome, look.rows, look.withdrawn)
    assert look.message.startswith("8 rows left out: row 6, D6: '?' in column 'Soitettu' is no count; row 7")
    assert {"837 6": 120, "837 7": 100} == intake.called()


@pytest.mark.parametrize(("rows", "expected"), [
    ([day("Tamperre", 6)], "1 faulty rows of 1; the first: row 5, A5: no municipality is called 'Tamperre'"),
    ([], "no row of the sheet is filled in"),
])  # fmt: skip
def test_a_sheet_without_a_good_row_is_refused(intake: Intake, rows: list[Row], expected: str):
    intake.look(sheet(day("Tampere", 6)))
    look = intake.look(sheet(*rows))

    assert ("refused", 0) == (look.outcome, look.news)
    assert look.message.startswith(expected)
    assert {"837 6": 100} == intake.called()


def test_a_sheet_ten_times_too_large_waits_for_a_person(workspace: Workspace):
    """Numbers of days long settled do not leap; who knows better says so."""
    shutil.copytree(ELDERLY_FOLDER, workspace.folder, dirs_exist_ok=True)
    with workspace.writing("test"):
        intake = Intake(workspace)
        intake.at += timedelta(days=30)
        intake.look(sheet(day("Tampere", 6)))
        wrong = sheet(day("Tampere", 6, 1000, 600))
        looks = [intake.look(wrong), intake.look(wrong, accept=True)]

    assert ["refused", "ok"] == [look.outcome for look in looks]
    assert {"837 6": 1000} == intake.called()


def test_persons_data_are_refused_and_never_kept(intake: Intake):
    """The look says why; the landing has no bytes of it, and the house stands."""
    intake.look(sheet(day("Tampere", 6)))
    before = set(intake.workspace.landing.names())
    look = intake.look(sheet((*day("Tampere", 7)[:-1], "131052-308T")))

    assert ("refused", "") == (look.outcome, look.sha256)
    assert "H5 seems to hold an identity code" in look.message
    assert before == set(intake.workspace.landing.names())
    assert [] == upkeep.verify(intake.workspace)


def test_persons_data_are_not_kept_in_a_replay_either(intake: Intake):
    """Whatever way an answer comes, the recorder holds the rule."""
    body = sheet((*day("Tampere", 7)[:-1], "131052-308T"))
    at = datetime(2020, 4, 8, 12, tzinfo=UTC)
    before = set(intake.workspace.landing.names())
    (look,) = replay(intake.workspace, [Recorded(at, lambda: Answer(NAME, body), NAME)])

    assert ("refused", "") == (look.outcome, look.sha256)
    assert before == set(intake.workspace.landing.names())


def test_a_rebuild_reads_the_sheets_again(intake: Intake):
    intake.look(sheet(day("Tampere", 6), day("Turku", 6)))
    intake.look(sheet(day("Tampere", 6, 130), day("Tamperre", 7)))
    before = intake.called()
    upkeep.rebuild(intake.workspace)

    assert {"837 6": 130, "853 6": 100} == before == intake.called()


# Returned with its faults.

WRONG = (day("Tamperre", 6), day("Tampere", 7, "abc", "#N/A"), day("Tampere", 8))


@pytest.mark.parametrize("lang", LANGS)
def test_faulty_cells_come_back_coloured_and_explained(lang: Lang):
    said = {
        "fi": "”abc” ei ole kokonaisluku.",
        "sv": "”abc” är inte ett heltal.",
        "en": "'abc' in column 'Called' is no count",
    }
    made = opened(back(sheet(*WRONG, lang=lang)) or b"")
    cells = [cell for row in made[FORM[lang]].iter_rows() for cell in row if cell.comment]

    assert ["A5", "D6", "E6"] == [cell.coordinate for cell in cells]
    assert {"00FFC7CE"} == {cell.fill.fgColor.rgb for cell in cells}
    assert said[lang] == cells[1].comment.text


def test_all_faults_are_listed_on_a_sheet_of_their_own():
    made = opened(back(sheet(*WRONG, lang="sv")) or b"")
    rows = [[cell.value for cell in row] for row in made["Fel"].iter_rows()]

    assert "Fel" == made.active.title
    assert ["Rad", "Cell", "Kolumn", "I cellen står", "Vad som är fel"] == rows[1]
    assert [5, "A5", "Kommun", "Tamperre", "Ingen kommun heter ”Tamperre”. Menade du: Tammerfors?"] == rows[2]
    assert ["Fel"] == [one.title for one in made.worksheets if one.sheet_view.tabSelected]
    assert "'Blankett'!D6" == made["Fel"]["B4"].hyperlink.location


def test_limits_lists_and_hidden_sheets_survive_the_return():
    before, after = (opened(body or b"") for body in (sheet(*WRONG), back(sheet(*WRONG))))
    rules = [
        sorted(
            (str(one.sqref), one.type, one.formula1) for one in book["Lomake"].data_validations.dataValidation
        )
        for book in (before, after)
    ]
    hidden = {name: after[name].sheet_state for name in ("_lists", "_tilannekuva")}

    assert 8 == len(rules[0])
    assert rules[0] == rules[1]
    assert {"_lists": "hidden", "_tilannekuva": "veryHidden"} == hidden


def test_a_returned_sheet_is_mended_and_sent_again(intake: Intake):
    """Our colours and the list of faults are gone when nothing is wrong any more."""
    first = sheet(*WRONG)
    intake.look(first)
    book = opened(back(first) or b"")
    for cell, value in {"A5": "Tampere", "D6": 90, "E6": 50}.items():
        book["Lomake"][cell].value = value
    look = intake.look(saved(book))

    assert ("ok", 0) == (look.outcome, look.withdrawn)
    assert {"837 6": 100, "837 7": 90, "837 8": 100} == intake.called()
    assert back(saved(book)) is None


def test_a_sheet_that_is_wrong_again_bears_only_the_new_marks():
    book = opened(back(sheet(*WRONG)) or b"")
    book["Lomake"]["A5"].value = "Tampere"
    again = opened(back(saved(book)) or b"")
    marked = [cell.coordinate for row in again["Lomake"].iter_rows() for cell in row if cell.comment]

    assert ["D6", "E6"] == marked
    assert "00FFC7CE" != again["Lomake"]["A5"].fill.fgColor.rgb
    assert 1 == sum(name.startswith("Virheet") for name in again.sheetnames)


@pytest.mark.parametrize("form", ["ods", "xls"])
def test_other_forms_come_back_as_a_new_xlsx_with_the_same_rows(form: str, tmp_path: Path):
    long = day(("Tamperre " * 20).strip(), 6)
    made = opened(back(by_libreoffice(sheet(long, *WRONG[1:]), tmp_path, form)) or b"")
    form_sheet = made["Lomake"]

    assert [("Tamperre " * 20).strip(), "Tampere", "Tampere"] == [
        form_sheet.cell(row, 1).value for row in (5, 6, 7)
    ]
    assert date(2020, 4, 8) == form_sheet["B7"].value.date()
    assert "”abc” ei ole kokonaisluku." == form_sheet["D6"].comment.text
    assert 8 == len(form_sheet.data_validations.dataValidation)


def test_rows_of_a_sheet_made_by_hand_move_with_its_heading(tmp_path: Path):
    """In the new form the faults stand where the rows stand there; rows named in them too."""
    book = openpyxl.Workbook()
    for row in ([one.title.fi for one in ELDERLY.entry], day("Tampere", 6), day("Tampere", 6, 90)):
        book.active.append(list(row))
    made = opened(back(by_libreoffice(saved(book), tmp_path, "ods")) or b"")

    assert "Rivi koskee samaa asiaa kuin rivi 6, mutta" in made["Lomake"]["A5"].comment.text


def test_a_sheet_of_another_version_is_explained_in_its_own_language():
    newer = ELDERLY.model_copy(update={"entry": ELDERLY.entry[:-1]})
    made = opened(back(sheet(day("Tampere", 6), lang="sv"), newer) or b"")
    texts = [cell.value for row in made["Fel"].iter_rows() for cell in row if cell.value]

    assert any("Fyll i den nya blanketten" in str(text) for text in texts)


def test_what_is_no_workbook_is_not_returned():
    assert back(b"Kunta;Soitettu\n") is None
    assert back(sheet(day("Tampere", 6))) is None


def test_no_text_of_a_sheet_becomes_a_formula():
    made = opened(back(sheet(day('=HYPERLINK("http://x.example")', 6))) or b"")
    kinds = {cell.data_type for row in made["Virheet"].iter_rows() for cell in row}

    assert kinds <= {"s", "n"}


# Templates.


@pytest.mark.parametrize("lang", LANGS)
def test_a_template_offers_lists_limits_and_instructions(lang: Lang):
    """In the language asked for; the list names areas with their codes."""
    book = opened(excel.template(ELDERLY, lang, [], today=TODAY))
    form = book[FORM[lang]]
    listed = [cell.value for cell in book["_lists"]["A"]]
    rules = {str(one.sqref)[0]: one for one in form.data_validations.dataValidation}

    assert [one.title.in_(lang).split()[0] for one in ELDERLY.entry] == [
        cell.value.split()[0] for cell in form[4]
    ]
    assert {"fi": "Turku (853)", "sv": "Åbo (853)", "en": "Turku (853)"}[lang] in listed
    assert (310, "date", "whole", "D5") == (
        len(listed),
        rules["B"].type,
        rules["D"].type,
        rules["E"].formula2,
    )
    assert {"fi": "luettelosta", "sv": "listan", "en": "list"}[lang] in rules["A"].error
    assert all(one.prompt and one.promptTitle for one in rules.values())


def test_a_template_for_one_municipality_bears_its_name_on_every_row():
    book = opened(excel.template(ELDERLY, "sv", ["837"], today=TODAY))

    assert "Avsändare: Tammerfors (837)" == book["Blankett"]["A2"].value
    assert {"Tammerfors (837)"} == {book["Blankett"].cell(row, 1).value for row in range(5, 205)}
    assert ["Tammerfors (837)"] == [cell.value for cell in book["_lists"]["A"]]


def test_a_template_for_a_region_offers_its_municipalities():
    book = opened(excel.template(ELDERLY, "fi", ["region:05"], today=TODAY))
    listed = [cell.value for cell in book["_lists"]["A"]]

    assert ["Forssa (061)", "Hattula (082)", "Hausjärvi (086)", "Humppila (103)"] == listed[:4]
    assert (11, "Hämeenlinna (109)") == (len(listed), listed[4])
    assert book["Lomake"]["A5"].value is None


def test_the_same_template_is_made_of_the_same_contract_and_day():
    assert excel.template(ELDERLY, "fi", [], today=TODAY) == excel.template(ELDERLY, "fi", [], today=TODAY)


@pytest.mark.parametrize("path", [("ods", "xlsx"), ("xls", "xlsx")])
def test_libreoffice_keeps_the_lists_and_limits(path: tuple[str, ...], tmp_path: Path):
    before = opened(sheet(day("Tampere", 6)))
    after = opened(by_libreoffice(sheet(day("Tampere", 6)), tmp_path, *path))
    rules = [
        {(str(one.sqref), one.type, one.formula1) for one in book["Lomake"].data_validations.dataValidation}
        for book in (before, after)
    ]

    assert rules[0] == rules[1]
    assert "_lists!$A$1:$A$310" == after.defined_names["choices_1"].attr_text


# The commands.


def run(*words: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def form(tmp_path: Path, workspace: Workspace) -> Path:
    """Give a template made by the command, with one good and one bad row."""
    shutil.copytree(ELDERLY_FOLDER, workspace.folder, dirs_exist_ok=True)
    file = tmp_path / "form.xlsx"
    made = run(
        "excel", "template", NAME, "--area", "837", "--lang", "sv", "--output", file,
        "--workspace", ELDERLY_FOLDER,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    book = openpyxl.load_workbook(file)
    for column, cell in enumerate(day("Tammerfors", 6), 1):
        book["Blankett"].cell(5, column).value = cell
    book["Blankett"]["D6"].value = "abc"
    book.save(file)
    return file


def test_a_check_tells_the_faults_and_records_nothing(form: Path, workspace: Workspace):
    checked = run("excel", "read", NAME, form, "--check", "--workspace", workspace.folder)

    assert 6 == checked.exit_code
    assert "row 6, D6: 'abc' in column 'Uppringda' is no count" in checked.output
    assert [] == list(workspace.ledger.looks())


def test_reading_records_good_rows_and_writes_what_goes_back(
    form: Path, workspace: Workspace, tmp_path: Path
):
    into = ("--workspace", workspace.folder, "--returned", tmp_path / "back.xlsx", "--json")
    said = json.loads(run("excel", "read", NAME, form, *into).stdout)

    assert ("partial", 2, 3) == (said["outcome"], said["rows"], said["news"])
    assert "Fel" in openpyxl.load_workbook(tmp_path / "back.xlsx").sheetnames
    printed = run("observations", "--indicator", "ring-called", "--workspace", workspace.folder).stdout
    assert "ring-called,municipality:837,Tampere,2020-04-06,day,all,100,normal" in printed


@pytest.mark.parametrize(("words", "code", "expected"), [
    (["template", "hs-hospital", "--output", "x.xlsx"], 2, "hs-hospital is no joint sheet"),
    (["template", "nobody", "--output", "x.xlsx"], 2, "no recipe 'nobody'"),
    (["template", NAME, "--area", "Tamperre", "--output", "x.xlsx"], 2, "Did you mean Tampere"),
    (["read", NAME, str(ELDERLY_FOLDER / f"recipes/{NAME}.toml"), "--check"], 6, "the file is no workbook"),
])  # fmt: skip
def test_a_mistake_at_the_command_is_told_with_its_exit_code(words: list[str], code: int, expected: str):
    result = run("excel", *words, "--workspace", ELDERLY_FOLDER)

    assert code == result.exit_code
    assert expected in result.output
