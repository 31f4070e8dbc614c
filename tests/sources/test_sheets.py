"""Workbooks: whatever people and programs write into them, each cell is read right or told by its name."""

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from filling import (
    ELDERLY,
    ELDERLY_TEXT,
    GOOD,
    LANDED,
    by_hand,
    by_libreoffice,
    changed,
    filled,
    ods,
    read,
    repacked,
    saved,
)

from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import understand
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.excel.faults import Fault, told
from tilannekuva.sources.excel.grid import address, place
from tilannekuva.sources.excel.persons import is_personal
from tilannekuva.sources.excel.words import sentences
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats.sheets import book, rows

HEADS = [one.title.fi for one in ELDERLY.entry]
TAMPERE = "municipality:837"


def called(body: bytes) -> dict[tuple[str, str], float | None]:
    """Give how many were called, by area and day."""
    facts = [fact for fact in read(body).facts if fact.indicator == "ring-called"]
    return {(fact.area, fact.reference_date.isoformat()): fact.value for fact in facts}


def only_fault(body: bytes) -> str:
    """Give the one fault of a sheet."""
    (fault,) = read(body).faults
    return fault


# What people write.

WRITTEN: list[tuple[str, dict[str, Any]]] = [
    ("the label of the list", {"A": "Tampere (837)"}),
    ("a name", {"A": "Tampere"}),
    ("a name in small letters with blanks", {"A": " tampere\u00a0"}),
    ("the Swedish name", {"A": "Tammerfors"}),
    ("a code", {"A": "837"}),
    ("a code as a number", {"A": 837}),
    ("a code with letters", {"A": "KU837"}),
    ("a date with a time", {"B": datetime(2020, 4, 6, 13, 30)}),  # noqa: DTZ001 - as in Excel
    ("a Finnish date as text", {"B": "6.4.2020"}),
    ("a Finnish date with blanks", {"B": "6. 4. 2020 "}),
    ("an ISO date", {"B": "2020-04-06"}),
    ("a number as text", {"D": "1310"}),
    ("thousands with a no-break space", {"D": "1\u00a0310"}),
    ("thousands with a narrow space", {"D": "1\u202f310"}),
    ("a comma decimal that is whole", {"D": "1310,0"}),
    ("what need not be there", {"C": None, "F": None, "G": " ", "H": None}),
]


@pytest.mark.parametrize(("what", "cells"), WRITTEN, ids=[one[0] for one in WRITTEN])
def test_what_people_write_is_understood(what: str, cells: dict[str, Any]):
    body = filled(changed(**cells))

    assert {(TAMPERE, "2020-04-06"): 1310} == called(body), what
    assert [] == read(body).faults


@pytest.mark.parametrize("lang", LANGS)
def test_a_template_of_each_language_is_read_back(lang: str):
    assert {(TAMPERE, "2020-04-06"): 1310} == called(filled(GOOD, lang=lang))


@pytest.mark.parametrize("heads", [*(  # in any language, by column names, in capitals, with blanks and stars
    [one.title.in_(lang) for one in ELDERLY.entry] for lang in LANGS
), [*ELDERLY.fetch.columns], [f" {head.upper()}\u00a0 *" for head in HEADS]])  # fmt: skip
def test_a_sheet_made_by_hand_is_read_when_its_headings_fit(heads: list[str]):
    """The heading stands below other lines, the columns in another order."""
    lines = [["Tampereen kaupunki"], [], ["x", *reversed(heads)], ["", *reversed(GOOD)]]

    assert {(TAMPERE, "2020-04-06"): 1310} == called(by_hand(lines))


def test_rows_in_which_only_the_area_stands_say_nothing():
    """A template for one municipality has its name on every row."""
    understood = read(filled(GOOD, areas=[TAMPERE]))

    assert (1, []) == (understood.n_rows, understood.faults)


# Every fault by its cell.

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"A": "Tamperre"}, "A6: no municipality is called 'Tamperre'; did you mean Tampere?"),
    ({"A": "Qwxyz"}, "A6: no municipality is called 'Qwxyz'"),
    ({"A": "Tampere (853)"}, "A6: 'Tampere (853)': name and code are those of different areas"),
    ({"A": "Tampere (999)"}, "A6: no municipality is called 'Tampere (999)'; did you mean Tampere?"),
    ({"A": "Koko maa"}, "A6: no municipality is called 'Koko maa'"),
    ({"A": "Yhteensä"}, "A6: no municipality is called 'Yhteensä'"),
    ({"A": "Suomi"}, "A6: no municipality is called 'Suomi'"),
    ({"A": None}, "A6: the column 'Kunta' is empty; fill it in"),
    ({"B": "6.4."}, "B6: '6.4.' in column 'Päivä' is no day; write it as 6.4.2020"),
    ({"B": "31.4.2020"}, "B6: '31.4.2020' in column 'Päivä' is no day; write it as 6.4.2020"),
    ({"B": date(2020, 4, 17)}, "B6: 17.4.2020 in column 'Päivä' has not come yet"),
    ({"B": date(2002, 4, 6)}, "B6: 6.4.2002 in column 'Päivä' is before 2020; check the year"),
    ({"B": None}, "B6: the column 'Päivä' is empty; fill it in"),
    ({"D": "abc"}, "D6: 'abc' in column 'Soitettu' is no count"),
    ({"D": "n. 1400"}, "D6: 'n. 1400' in column 'Soitettu' is no count"),
    ({"D": 1310.5}, "D6: '1310.5' in column 'Soitettu' is no count"),
    ({"D": True}, "D6: 'TRUE' in column 'Soitettu' is no count"),
    ({"D": "1.310"}, "D6: '1.310' in column 'Soitettu' may mean thousands or decimals; "),
    ({"D": date(2020, 5, 3)}, "D6: the date 3.5.2020 in column 'Soitettu' is no number; "),
    ({"D": 100_001}, "D6: 100001 in column 'Soitettu' is above the maximum, 100000"),
    ({"G": -1}, "G6: -1 in column 'Ruokakasseja tilattu' is below the minimum, 0"),
    ({"G": "\u22121"}, "G6: -1 in column 'Ruokakasseja tilattu' is below the minimum, 0"),
    ({"E": 1311}, "E6: 1311 in column 'Tavoitettu' is more than the number in another column "),
    ({"D": "#N/A"}, "D6: #N/A in column 'Soitettu' is an error, no value; "),
    ({"D": "=1300+10"}, "D6: the formula in column 'Soitettu' has no saved value; "),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "expected"), FAULTS, ids=[one[1][:40] for one in FAULTS])
def test_a_fault_is_told_by_its_cell_and_the_good_row_beside_it_is_taken(
    cells: dict[str, Any], expected: str
):
    body = filled(GOOD, changed(**{"B": date(2020, 4, 7)} | cells))

    assert only_fault(body).startswith(f"row 6, {expected}")
    assert {(TAMPERE, "2020-04-06"): 1310} == called(body)


def test_a_bare_number_is_no_day():
    """Unless its cell is formatted as one: then Excel itself shows it as a day."""
    body = by_hand([HEADS, changed(B=43927)])

    assert "row 2, B2: the bare number 43927 in column 'Päivä' is no day; write it as 6.4.2020" == only_fault(
        body
    )
    assert {(TAMPERE, "2020-04-06"): 1310} == called(filled(changed(B=43927)))


def test_all_faults_of_a_row_are_told_at_once():
    said = read(filled(changed(A="Tamperre", B=None, D="abc"))).faults

    assert ["row 5, A5", "row 5, B5", "row 5, D5"] == [fault.partition(":")[0] for fault in said]


def test_of_two_equal_rows_the_first_is_taken():
    body = filled(GOOD, changed(A="tampere", B="6.4.2020", D="1 310"))

    assert "row 6, A6: the same key as row 5; leave one of them" == only_fault(body)
    assert {(TAMPERE, "2020-04-06"): 1310} == called(body)


def test_of_rows_that_disagree_none_is_taken():
    """Nobody knows which is right; the third row is another day's."""
    understood = read(filled(GOOD, changed(D=1400), changed(B=date(2020, 4, 7))))

    assert [
        "row 5, A5: the same key as row 6, with other values; leave the right one",
        "row 6, A6: the same key as row 5, with other values; leave the right one",
    ] == understood.faults
    assert {"2020-04-07"} == {fact.reference_date.isoformat() for fact in understood.facts}


def test_a_sheet_made_for_one_municipality_speaks_of_no_other():
    body = filled(GOOD, changed(A="Turku"), areas=[TAMPERE])

    assert only_fault(body).startswith("row 6, A6: the sheet was made for Tampere, the row is about 'Turku'")


def test_a_withheld_number_stays_withheld():
    facts = {fact.indicator: fact for fact in read(filled(changed(E="<5"))).facts}

    assert (None, "suppressed") == facts["ring-reached"][5:]


# Weeks: a text to Excel, or it makes days of them.

WEEKS = {
    "2020-W15": "2020-04-06",
    "2020-W15 (6.4.–12.4.2020)": "2020-04-06",
    "15/2020": "2020-04-06",
    "vk 15/2020": "2020-04-06",
    "Viikko 5 / 2020": "2020-01-27",
}


@pytest.mark.parametrize(("written", "monday"), WEEKS.items())
def test_weeks_are_read_as_people_write_them(written: str, monday: str):
    police = recipes.recipe(recipes.texts()["police-weekly-sheet"], "police-weekly-sheet")
    understood = understand(police, (filled(["Nokia", written, 36, 71], one=police),), LANDED)

    assert {monday} == {fact.reference_date.isoformat() for fact in understood.facts}


@pytest.mark.parametrize("cell", [date(2020, 5, 1), 15, "15", "2020-W54", "Kaikki ajat"])
def test_a_date_that_excel_made_of_a_week_is_no_week(cell: object):
    """5/2020 becomes 1 May in a cell that is no text."""
    police = recipes.recipe(recipes.texts()["police-weekly-sheet"], "police-weekly-sheet")
    understood = understand(police, (filled(["Nokia", cell, 36, 71], one=police),), LANDED)

    assert understood.faults[0].endswith("in column 'Viikko' is no week; write it as 2020-W15")


# The whole sheet.

OTHER = recipes.recipe(recipes.texts()["police-weekly-sheet"], "police-weekly-sheet")
NEWER = ELDERLY.model_copy(update={"entry": ELDERLY.entry[:-1]})
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing filled in": (filled, "no row of the sheet is filled in"),
    "another contract": (
        lambda: filled(["Nokia", "2020-W15", 1, 2], one=OTHER),
        "the sheet was made for the source police-weekly-sheet, not for services-elderly",
    ),
    "another version": (lambda: filled(GOOD[:-1], one=NEWER), "fill in a new template"),
    "no heading": (lambda: by_hand([["a", "b"], [1, 2]]), "no heading in the first 20 rows; the headings"),
    "heading too far down": (lambda: by_hand([[]] * 20 + [HEADS, GOOD]), "no heading in the first 20 rows"),
    "a column is missing": (
        lambda: by_hand([[head for head in HEADS if head != "Soitettu"], GOOD]),
        "the column 'Soitettu' is missing; the sheet has: Kunta, Päivä, Kohderyhmässä",
    ),
    "a column twice": (lambda: by_hand([[*HEADS, "Called"], GOOD]), "the column 'Called' stands twice"),
    "two filled sheets": (
        lambda: by_hand([HEADS, GOOD], Taul2=[HEADS, changed(D=9)]),
        "several sheets are filled in: Taul1, Taul2",
    ),
    "an identity code": (lambda: filled(changed(H="131052-308T")), "H5 seems to hold an identity code"),
    "a phone number beside the table": (lambda: filled([*GOOD, "puh. 040 123 4567"]), "I5 seems to hold"),
}  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_sheet_that_cannot_be_taken_says_why(made: Callable[[], bytes], expected: str):
    with pytest.raises(NotUnderstood) as refused:
        read(made())

    assert expected in str(refused.value)
    assert "308T" not in str(refused.value)


def test_an_empty_copy_of_the_sheet_does_no_harm():
    assert {(TAMPERE, "2020-04-06"): 1310} == called(by_hand([HEADS, GOOD], Taul2=[HEADS]))


PERSONAL = [
    "131052-308T",
    "hetu 131052A308T.",
    "+358 40 123 4567",
    "040-1234567",
    "0501234567",
    "00358401234567",
]
HARMLESS = [
    "131052-308U",
    "310052-308T",
    "6.4.2020",
    "04-06-2020",
    "04062020",
    "1 310",
    "2020-04-06",
    "0440",
    "837",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_identity_codes_and_phone_numbers_are_known(text: str):
    assert is_personal(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_counts_days_and_wrong_codes_are_no_persons(text: str):
    assert not is_personal(text)


def test_every_fault_is_told_in_three_languages():
    """No sentence is missing, none holds a place that nobody fills."""
    codes = [code for code in sentences() if code not in ("row", "near", "kind")]
    fault = {
        code: Fault(f"{code}:region" if code == "area" else code, 7, "B7", "S", "x", "H") for code in codes
    }
    texts = [told(fault[code], lang) for code in codes for lang in LANGS]

    assert 3 * len(codes) == len(set(texts))
    assert not [text for text in texts if "{" in text]
    assert "rivi 7, B7: Maakuntaa ”x” ei ole. Tarkoititko: H?" in texts


# Three forms.

ERRORS = [GOOD, changed(B=date(2020, 4, 7), D="=NA()"), changed(B=date(2020, 4, 8), D="=1/0")]


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_errors_of_formulas_are_found_in_what_libreoffice_saves(form: str, tmp_path: Path):
    """The mark, the dates, the values and the failed formulas survive in each form."""
    body = by_libreoffice(filled(*ERRORS), tmp_path, form)

    assert form == book(body).form
    told = [fault.partition(" in column")[0] for fault in read(body).faults]
    assert ["row 6, D6: #N/A", "row 7, D7: #DIV/0!"] == told
    assert {(TAMPERE, "2020-04-06"): 1310} == called(body)


ODS_ERRORS = {
    "#N/A": ('table:formula="of:=NA()" office:value-type="string" office:string-value=""', "#N/A"),
    "#REF!": ('table:formula="of:=[.#REF!]" office:value-type="float" office:value="0"', "#REF!"),
    "has no saved value": ('table:formula="of:=[.C2]+1"', ""),
}


@pytest.mark.parametrize(("expected", "cell"), ODS_ERRORS.items(), ids=ODS_ERRORS)
def test_an_opendocument_error_is_no_empty_cell(expected: str, cell: tuple[str, str]):
    body = ods([HEADS, GOOD, changed(B=date(2020, 4, 7), D=cell)])

    assert only_fault(body).startswith("row 3, D3: ")
    assert expected in only_fault(body)
    assert {(TAMPERE, "2020-04-06"): 1310} == called(body)


@pytest.mark.parametrize(("cell", "expected"), [
    ('<c r="D2" t="e"><v>#REF!</v></c>', "#REF!"),
    ('<c r="D2" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
    ('<c r="D2"><f>C2+1</f></c>', "no saved value"),
    ('<c r="D2"><f>C2+1</f><v></v></c>', "no saved value"),
    ('<c r="D2" t="str"><f>IF(1,"","")</f><v></v></c>', "the column 'Soitettu' is empty"),
])  # fmt: skip
def test_an_excel_error_is_no_empty_cell(cell: str, expected: str):
    """Nor is a formula that was never counted; one that gives an empty text is empty indeed."""
    number = '<c r="D2" t="n"><v>1310</v></c>'
    body = repacked(by_hand([HEADS, GOOD]), "xl/worksheets/sheet1.xml", number, cell)

    assert expected in only_fault(body)
    assert only_fault(body).startswith("row 2, D2: ")


# Sheets of others, without entries.

PLAIN = Fetch(protocol="inbox", format="sheet", columns={"Kunta": "text", "n": "count"})


def test_a_sheet_without_entries_gives_its_rows_by_their_headings():
    """Days in ISO, whole numbers whole, errors as texts that no column takes."""
    body = by_hand(
        [
            ["Otsikko"],
            [],
            ["KUNTA ", "n", "Päivä"],
            ["Turku", 5.0, date(2020, 4, 6)],
            [None],
            ["Nokia", "#N/A"],
        ]
    )
    expected = [
        {"Kunta": "Turku", "n": 5, "Päivä": "2020-04-06"},
        {"Kunta": "Nokia", "n": "#N/A in B6", "Päivä": ""},
    ]

    assert expected == list(rows(body, PLAIN))


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("Taul9", "no sheet is called 'Taul9'; there are 'Taul1'"),
        ("*", "none of the columns 'Kunta', 'n' heads"),
    ],
)
def test_a_sheet_that_is_not_there_is_told(sheet: str, expected: str):
    with pytest.raises(NotUnderstood, match=expected):
        list(rows(by_hand([["a"], [1]]), PLAIN.model_copy(update={"rows": sheet})))


@pytest.mark.recorded
def test_a_recorded_xls_is_read_by_the_name_of_its_sheet(recorded: Path):
    """Association of municipalities, hospital districts 2020: 294 mainland municipalities, 20 districts."""
    body = (recorded / "statfi/shp_jasenkunnat_2020.xls").read_bytes()
    columns = {"kunta- koodi": "count", "kunta": "text", "sairaanhoitopiiri": "text"}
    fetch = Fetch(protocol="inbox", format="sheet", rows="kunnat_shp_2020_ aakkosjärj.", columns=columns)
    found = [row for row in rows(body, fetch) if row["kunta- koodi"] != ""]

    assert (294, 20) == (len(found), len({row["sairaanhoitopiiri"] for row in found}))
    assert (837, "Pirkanmaa") == next(
        (row["kunta- koodi"], row["sairaanhoitopiiri"]) for row in found if row["kunta"] == "Tampere"
    )


# Hostile files, in the child.


def far_cell() -> bytes:
    """Give a workbook whose last cell is the last of all."""
    book = openpyxl.load_workbook(io.BytesIO(filled(GOOD)))
    book["Lomake"]["XFD1048576"] = 1
    return saved(book)


def bomb() -> bytes:
    """Give a small workbook with a part of 300 MB of blanks."""
    made = io.BytesIO(filled(GOOD))
    with (
        zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/x.bin", "w") as part,
    ):
        for _ in range(300):
            part.write(bytes(1 << 20))
    return made.getvalue()


def entity() -> bytes:
    """Give a workbook whose sheet declares an entity."""
    doctype = '<!DOCTYPE w [<!ENTITY e "eeeeeeeeee">]><worksheet'
    return repacked(filled(GOOD), "xl/worksheets/sheet1.xml", "<worksheet", doctype)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "the answer is empty"),
    "a text that calls itself xlsx": (lambda: b"Kunta\nTampere\n", "the file is no workbook"),
    "a web page": (lambda: b"<html><title>Huoltokatko</title></html>", "got a web page: 'Huoltokatko'"),
    "a zip of something else": (lambda: repacked_names(filled(GOOD)), "a zip, but no workbook"),
    "a far corner": (far_cell, "the sheet 'Lomake' reaches to XFD1048576"),
    "300 MB of blanks": (bomb, "the workbook unpacks to 300 MB"),
    "a wide OpenDocument": (lambda: wide(1_048_576, 16_384), "reaches to XFD"),
    "a document type": (entity, "declares a document type"),
    "a million rows": (lambda: wide(1_048_570, 1), "reaches to H1048572"),
    "as many rows as an .xls has": (lambda: wide(65_534, 1), "exactly 65536 rows: a format's limit"),
}


def repacked_names(body: bytes) -> bytes:
    """Give the parts of a workbook under other names."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr(f"x/{name}", before.read(name))
    return made.getvalue()


def wide(n_rows: int, n_columns: int) -> bytes:
    """Give an OpenDocument one of whose cells stands for rows times columns."""
    marks = f'office:value-type="float" office:value="1" table:number-columns-repeated="{n_columns}"'
    body = ods([HEADS, GOOD, [(marks, "1")]])
    last = f'<table:table-row table:number-rows-repeated="{n_rows}"><table:table-cell {marks}>'
    return repacked(body, "content.xml", f"<table:table-row><table:table-cell {marks}>", last)


@pytest.mark.parametrize(("made", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_ends_in_the_child(made: Callable[[], bytes], expected: str):
    with pytest.raises(NotUnderstood) as refused:
        limited(understand, ELDERLY, (made(),), LANDED)

    assert expected in str(refused.value)


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_no_cut_of_a_workbook_is_understood(form: str):
    whole = filled(GOOD) if form == "xlsx" else ods([HEADS, GOOD])
    cuts = [*range(1, len(whole), max(1, len(whole) // 60)), len(whole) - 1]

    assert [] == [at for at in cuts if understood(whole[:at])]


@pytest.mark.recorded
def test_no_cut_of_an_xls_is_understood(recorded: Path):
    """The table of sectors names what is missing at the end."""
    whole = (recorded / "statfi/shp_jasenkunnat_2020.xls").read_bytes()
    fetch = Fetch(protocol="inbox", format="sheet", columns={"kunta": "text"})
    cuts = [*range(1, len(whole), len(whole) // 25), len(whole) - 512]

    assert [] == [at for at in cuts if understood(whole[:at], lambda body: list(rows(body, fetch)))]


def understood(body: bytes, reading: Callable[[bytes], object] = read) -> bool:
    """Tell whether a file was understood."""
    try:
        reading(body)
    except NotUnderstood:
        return False
    return True


def named(body: bytes, old: str, new: str = "", *, longer: int = 0) -> bytes:
    """Give an .xls with an entry of its folder renamed, or said to be longer than it is."""
    at = body.index(old.encode("utf-16-le") + b"\0\0")
    entry = bytearray(body[at : at + 128])
    name = (new or old).encode("utf-16-le")
    entry[: len(name) + 2] = name + b"\0\0"
    struct.pack_into("<H", entry, 64, len(name) + 2)
    struct.pack_into("<I", entry, 120, struct.unpack_from("<I", entry, 120)[0] + longer)
    return body[:at] + bytes(entry) + body[at + 128 :]


@pytest.mark.recorded
@pytest.mark.parametrize(("new", "longer", "expected"), [
    ("EncryptedPackage", 0, "locked with a password"),
    ("WordDocument", 0, "the file is no workbook"),
    ("Workbook", 1 << 20, "the workbook is cut or damaged"),
])  # fmt: skip
def test_an_xls_that_cannot_be_read_says_why(recorded: Path, new: str, longer: int, expected: str):
    whole = (recorded / "statfi/shp_jasenkunnat_2020.xls").read_bytes()

    with pytest.raises(NotUnderstood, match=expected):
        book(named(whole, "Workbook", new, longer=longer))


@pytest.mark.recorded
def test_a_flipped_byte_in_an_xls_is_read_or_refused(recorded: Path):
    """Whatever the head of the file says: no other error, no endless loop."""
    whole = (recorded / "statfi/shp_jasenkunnat_2020.xls").read_bytes()
    fetch = Fetch(protocol="inbox", format="sheet", columns={"kunta": "text"})
    outcomes = []
    for at in range(0, 1024, 47):
        body = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        outcomes.append(understood(body, lambda body: limited(_listed, body, fetch)))

    assert {True, False} == set(outcomes)


def _listed(body: bytes, fetch: Fetch) -> list[dict[str, Any]]:
    return list(rows(body, fetch))


@pytest.mark.parametrize(
    ("name", "cell"), [("A1", (0, 0)), ("B7", (6, 1)), ("AA10", (9, 26)), ("XFD1048576", (1048575, 16383))]
)
def test_cells_are_named_as_spreadsheets_do(name: str, cell: tuple[int, int]):
    assert (name, cell) == (address(*cell), place(name))


# What a recipe may say of entries.


@pytest.mark.parametrize(("old", "new", "expected"), [
    ('column = "Soitettu"', 'column = "Soitetut"', "`entry` names columns that `columns` lacks: Soitetut"),
    ('at_most = "Soitettu"', 'at_most = "Kasseja tilattu"', "`at_most` of 'Tavoitettu' names no column"),
    ('format = "sheet"', 'format = "csv"', "`entry` says what people fill into a sheet"),
])  # fmt: skip
def test_a_mistake_in_an_entry_is_told_with_its_cure(old: str, new: str, expected: str):
    text = ELDERLY_TEXT
    assert old in text
    with pytest.raises(BadDefinition, match=expected):
        recipes.recipe(text.replace(old, new), "services-elderly.toml")
