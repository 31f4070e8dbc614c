"""What the tests of joint sheets share: templates filled in as people do, workbooks of other programs."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pytest

from tilannekuva.domain.definitions import Lang
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.excel.template import template
from tilannekuva.sources.recipe import Recipe

TODAY = date(2020, 4, 14)
LANDED = datetime(2020, 4, 14, 6, tzinfo=UTC)
ELDERLY_FOLDER = Path(__file__).parent / "elderly"  # a joint sheet as a workspace may have its own
ELDERLY_TEXT = recipes.texts(ELDERLY_FOLDER / "recipes")["services-elderly"]
ELDERLY = recipes.recipe(ELDERLY_TEXT, "services-elderly")
GOOD = ("Tampere (837)", date(2020, 4, 6), 41_200, 1310, 902, 61, 120, 110)
FORMS = {"fi": "Lomake", "sv": "Blankett", "en": "Form"}
Rows = Iterable[Sequence[object]]


def filled(
    *rows: Sequence[Any], lang: Lang = "fi", areas: Sequence[str] = (), one: Recipe = ELDERLY
) -> bytes:
    """Give a template with rows filled in from the first one on."""
    made = _empty(lang, tuple(areas)) if one is ELDERLY else template(one, lang, areas, on=TODAY)
    book = openpyxl.load_workbook(io.BytesIO(made))
    for number, row in enumerate(rows, 5):
        for column, cell in enumerate(row, 1):
            book[FORMS[lang]].cell(number, column).value = cell
    return saved(book)


@cache
def _empty(lang: Lang, areas: tuple[str, ...]) -> bytes:
    return template(ELDERLY, lang, areas, on=TODAY)


def saved(book: openpyxl.Workbook) -> bytes:
    """Give the bytes of a workbook."""
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def by_hand(rows: Rows, **more: Rows) -> bytes:
    """Give a workbook without any mark of ours: rows on a sheet, other sheets by name."""
    book = openpyxl.Workbook()
    book.active.title = "Taul1"
    for name, lines in {"Taul1": rows, **more}.items():
        sheet = book[name] if name in book else book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    return saved(book)


def read(body: bytes) -> Understood:
    """Understand a sheet in this process."""
    return understand(ELDERLY, (body,), LANDED)


def changed(**cells: object) -> tuple[object, ...]:
    """Give the good row with other cells, by the letters of their columns."""
    return tuple(cells.get("ABCDEFGH"[nth], cell) for nth, cell in enumerate(GOOD))


def repacked(body: bytes, part: str, old: str, new: str) -> bytes:
    """Give a workbook with a text of one part replaced."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(body)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                assert old.encode() in content, f"{part} lacks {old}"
                content = content.replace(old.encode(), new.encode(), 1)
            after.writestr(name, content)
    return made.getvalue()


_NAMES = "office table text"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _NAMES.split()
)


def ods(rows: Rows, name: str = "Lomake") -> bytes:
    """Give a small OpenDocument workbook; a cell that is a tuple is XML marks and the text shown."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?><office:document-content {_SPACES}><office:body><office:spreadsheet>'
        f"<table:table table:name={quoteattr(name)}>{lines}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
        archive.writestr("content.xml", content)
    return made.getvalue()


def _ods_cell(cell: Any) -> str:  # noqa: ANN401 - a cell holds anything
    if isinstance(cell, tuple):
        return f"<table:table-cell {cell[0]}><text:p>{escape(cell[1])}</text:p></table:table-cell>"
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        marks = f'office:value-type="date" office:date-value="{cell}"'
    elif isinstance(cell, int | float):
        marks = f'office:value-type="float" office:value="{cell}"'
    else:
        marks = 'office:value-type="string"'
    return f"<table:table-cell {marks}><text:p>{escape(str(cell))}</text:p></table:table-cell>"


def by_libreoffice(body: bytes, path: Path, *forms: str) -> bytes:
    """Let LibreOffice save a workbook in other forms, one after the other; skipped where it is absent."""
    program = shutil.which("soffice")
    if not program:
        pytest.skip("LibreOffice is not installed")
    file = path / "sheet.xlsx"
    file.write_bytes(body)
    for form in forms:
        folder = path / form
        home = f"-env:UserInstallation=file://{path}/home"
        done = subprocess.run(
            [program, home, "--headless", "--convert-to", form, "--outdir", folder, file],
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        file = folder / f"sheet.{form}"
    return file.read_bytes()
