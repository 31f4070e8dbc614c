"""Laws of XLSForms: KoBo and ODK can use them, they check what a form can, and what comes back is taken."""

import io
import re
import warnings
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tilannekuva.cli import main
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import TilannekuvaError
from tilannekuva.flows import excel
from tilannekuva.flows.replay import read
from tilannekuva.flows.xlsform import LANGUAGES, sheets, xlsform
from tilannekuva.sources.recipe import Recipe

TODAY, AT = date(2020, 4, 7), datetime(2020, 4, 7, 12, tzinfo=UTC)
SERVICES = ("elderly-vaccination", "grocery-bags", "mask-distribution", "phone-ring")


def contract(name: str) -> Recipe:
    return excel.contract(Path("nowhere"), f"service-{name}")


RING = contract("phone-ring")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_becomes_a_form_that_kobo_and_odk_can_use(name: str, tmp_path: Path):
    """The program by which both read forms makes an XForm of it, and has nothing to remark."""
    pyxform = pytest.importorskip("pyxform.xls2xform")
    (tmp_path / "form.xlsx").write_bytes(xlsform(contract(name), on=TODAY))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries by which it reads workbooks
        made = pyxform.convert(str(tmp_path / "form.xlsx"), validate=False)
    asked = re.findall(r'<bind nodeset="/\w+/(\w+)"', made.xform)

    assert made.warnings == []
    assert asked[: len(contract(name).entry)] == [one.column for one in contract(name).entry]
    assert all(f'translation lang="{one}"' in made.xform for one in LANGUAGES.values())


def test_the_workbook_holds_the_three_sheets_as_they_were_made():
    book = openpyxl.load_workbook(io.BytesIO(xlsform(RING, on=TODAY)))
    made = sheets(RING, on=TODAY)

    assert {name: book[name].max_row - 1 for name in book.sheetnames} == {k: len(v) for k, v in made.items()}
    assert [cell.value for cell in book["survey"]["B"]][1:] == [one.column for one in RING.entry]


def test_every_question_and_choice_is_put_in_three_languages():
    made = sheets(RING, on=TODAY)
    told = [
        row[f"label::{one}"]
        for name in ("survey", "choices")
        for row in made[name]
        for one in LANGUAGES.values()
    ]

    assert all(told)
    assert tuple(LANGUAGES) == LANGS


def test_a_form_takes_no_number_below_zero_and_no_day_to_come():
    rows = {row["name"]: row for row in sheets(RING, on=TODAY)["survey"]}

    assert rows["reached"]["constraint"] == ". >= 0 and . <= 1000000"
    assert rows["reached"]["type"] == "integer"
    assert rows["day"]["constraint"] == ". >= date('2020-01-01') and . <= today()"
    assert rows["municipality"]["required"] == "yes"


def test_a_number_that_may_not_exceed_another_is_held_against_it_once_that_is_told():
    limit = {"reached": {"at_most": "attempted"}}
    entries = [one.model_copy(update=limit.get(one.column, {})) for one in RING.entry]
    limited = RING.model_copy(update={"entry": tuple(entries)})
    rows = {row["name"]: row for row in sheets(limited, on=TODAY)["survey"]}

    assert "(${attempted} = '' or . <= ${attempted})" in rows["reached"]["constraint"]


def test_a_form_for_one_municipality_has_chosen_it():
    rows = sheets(RING, ["municipality:853"], on=TODAY)

    assert [row["default"] for row in rows["survey"] if row["name"] == "municipality"] == ["853"]
    assert [row["name"] for row in rows["choices"] if row["list_name"] == "municipality"] == ["853"]


COLUMNS = [one.column for one in RING.entry]


def exported(delimiter: str, more: dict[str, str], **cells: str) -> bytes:
    """Give one submission as KoBo and ODK write it out: the questions by name, and their own columns."""
    row = {name: cells.get(name, "") for name in COLUMNS} | more
    return (
        "\n".join(
            delimiter.join(f'"{cell}"' for cell in line) for line in (row.keys(), row.values())
        ).encode()
        + b"\n"
    )


UUID = "0f3c0a50-6a0e-4c3e-9a51-0d8b1e8a7b11"
KOBO = dict.fromkeys(("_validation_status", "_notes", "_submitted_by", "_tags"), "") | {
    "_id": "4711", "_uuid": UUID, "_submission_time": "2020-04-07T11:58:02",
    "_status": "submitted_via_web", "__version__": "vq9", "_index": "1",
}  # fmt: skip
ODK = dict.fromkeys(("Status", "ReviewState"), "") | {
    "SubmissionDate": "2020-04-07T11:58:02.118Z", "meta-instanceID": f"uuid:{UUID}", "KEY": f"uuid:{UUID}",
    "SubmitterID": "12", "SubmitterName": "Soittorinki", "AttachmentsPresent": "0",
    "DeviceID": "collect:abc", "Edits": "0", "FormVersion": "20200407",
}  # fmt: skip


@pytest.mark.parametrize(("delimiter", "more"), [(";", KOBO), (",", ODK)], ids=["KoBo", "ODK"])
def test_what_kobo_and_odk_write_out_is_taken_by_the_same_source(delimiter: str, more: dict[str, str]):
    body = exported(
        delimiter, more, municipality="837", day="2020-04-07", attempted="310", reached="201", age="80-89"
    )
    understood = read(RING, (body,), AT)

    assert not isinstance(understood, TilannekuvaError), understood
    assert {
        (one.indicator, one.area, str(one.reference_date), one.stratum, one.value) for one in understood.facts
    } == {
        ("phone-ring-attempted", "municipality:837", "2020-04-07", "age:80-89", 310),
        ("phone-ring-reached", "municipality:837", "2020-04-07", "age:80-89", 201),
    }


@pytest.mark.parametrize("form", ["xlsx", "xlsform", "csv"])
def test_the_command_makes_each_form(form: str, tmp_path: Path):
    file = tmp_path / "made"
    given = ["services", "template", "phone-ring", "--form", form, "--area", "Tampere", "--output", str(file)]
    result = CliRunner().invoke(main, [*given, "--workspace", str(tmp_path)])
    heads = {"xlsx": b"PK", "xlsform": b"PK", "csv": b"municipality,day,age,"}

    assert result.exit_code == 0, result.output
    assert file.read_bytes().startswith(heads[form])


@pytest.mark.parametrize("lang", LANGS)
def test_the_excel_sheet_of_a_service_asks_for_each_number_in_three_languages(lang: str):
    book = openpyxl.load_workbook(io.BytesIO(excel.template(RING, lang, (), today=TODAY)))
    heads = [str(cell.value).removesuffix(" *") for cell in book.worksheets[0][4]]

    assert heads == [one.title.in_(lang) for one in RING.entry]
