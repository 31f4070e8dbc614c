"""Answers made to harm: bombs, and files that say of themselves what is not so."""

import io
import re
import zipfile
from collections.abc import Callable

CSV, HEAD = "thl-cases-country", b"Mittari;Aika;val\n"
BOMB = 1 << 28  # bytes that a packed zero makes
_LAUGHS = "".join('<!ENTITY l{} "{}">'.format(n, f"&l{n - 1};" * 10) for n in range(1, 10))


def xml(inside: str, declared: str = "", root: str = "wfs:FeatureCollection") -> bytes:
    """Give an XML answer whose root holds this, with a document type that declares that."""
    kind = f"<!DOCTYPE x [{declared}]>" if declared else ""
    spaces = 'xmlns:wfs="http://www.opengis.net/wfs/2.0"'
    return f'<?xml version="1.0" encoding="UTF-8"?>{kind}<{root} {spaces}>{inside}</{root}>'.encode()


XML: dict[str, bytes] = {
    "a billion laughs": xml("&l9;", f'<!ENTITY l0 "ha">{_LAUGHS}'),
    "a quadratic bomb": xml("&a;" * 50_000, f'<!ENTITY a "{"a" * 50_000}">'),
    "a file of ours": xml("&a;", '<!ENTITY a SYSTEM "file:///etc/passwd">'),
    "a service of ours": xml("&a;", '<!ENTITY a SYSTEM "http://127.0.0.1:9/">'),
    "a document type elsewhere": xml("x", '<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;'),
    "200,000 deep": xml("<a>" * 200_000 + "</a>" * 200_000),
    "an attribute of 30 MB": xml(f'<a b="{"x" * 30_000_000}"/>'),
    "a million attributes": xml("<a " + " ".join(f'b{n}=""' for n in range(1_000_000)) + "/>"),
}
JSON: dict[str, tuple[bytes, str]] = {
    "200,000 deep": (b"[" * 200_000 + b"]" * 200_000, "nests deeper than any table would"),
    "a number of 200,000 digits": (
        b'[{"value": ' + b"9" * 200_000 + b"}]",
        "a number of thousands of digits",
    ),
    "NaN": (b'[{"value": NaN}]', "holds NaN, which is no number"),
    "Infinity": (b'[{"value": -Infinity}]', "holds -Infinity, which is no number"),
    "one key twice": (b'[{"value": 1, "value": 2}]', "the key 'value' stands twice"),
    "half a character": (b'[{"value": 1, "x": "\\ud800"}]', "half a character"),
    "a million keys": (b'[{"value": 1, ' + b", ".join(b'"k%d": 1' % n for n in range(500_000)) + b"}]", ""),
}


def workbook(sample: bytes, change: Callable[[str], bytes]) -> bytes:
    """Give a workbook whose first sheet was changed; the change makes its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()) if name.endswith("worksheets/sheet1.xml") else body)
    return out.getvalue()


def with_corner(text: str) -> bytes:
    """Put a cell into the last row and column that a sheet may have."""
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return re.sub('<dimension ref="[^"]*"/>', "", text).replace("</sheetData>", cell).encode()


def with_rows(text: str) -> bytes:
    """Put a million rows into a sheet."""
    rows = "".join(f'<row r="{nth}"><c r="A{nth}"><v>1</v></c></row>' for nth in range(100, 1_000_100))
    return text.replace("</sheetData>", f"{rows}</sheetData>").encode()


def with_zeros(text: str) -> bytes:
    """Make a sheet large that is small while it is packed."""
    return text.encode() + b" " * BOMB


def with_entity(text: str) -> bytes:
    """Let a sheet speak of a file of ours."""
    kind = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return re.sub(r"^(<\?xml[^>]*\?>)", rf"\1{kind}", text, count=1).replace("<v>", "<v>&a;", 1).encode()


def archive(**files: bytes) -> bytes:
    """Give a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, body in files.items():
            new.writestr(name.replace("__", "/").replace("_", "."), body)
    return out.getvalue()


def outside() -> bytes:
    """Give an archive whose file wants to lie outside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("../../outside.shp", b"x")
    return out.getvalue()


def hostile(sheet: bytes) -> dict[str, tuple[str, bytes, str]]:
    """Give hostile answers: the recipe that shall read them, the bytes, and what is said of them.

    `sheet` is a good workbook to spoil.
    """
    lone = dict.fromkeys(("a billion laughs", "a file of ours", "200,000 deep"))
    found = {f"map: {name}": ("statfin-boundaries", XML[name], "") for name in lone}
    found |= {f"feed: {name}": ("decisions-government", XML[name], "expected a feed") for name in lone}
    found |= {f"page: {name}": ("thl-wastewater", XML[name], "the page has no") for name in lone}
    found |= {f"coverage: {name}": ("fmi-weather", body, "") for name, body in XML.items()}
    found |= {
        f"JSON: {name}": ("hs-tests", b'{"tested": ' + body + b"}", said)
        for name, (body, said) in JSON.items()
    }
    for change, said in (
        (with_corner, "reaches to XFD1048576"),
        (with_zeros, "unpacks to 256 MB"),
        (with_rows, "reaches to H1000099"),
        (with_entity, "cut or damaged"),
    ):
        found[f"workbook: {change.__name__}"] = ("services-elderly", workbook(sheet, change), said)
    zeros = archive(a_shp=bytes(BOMB), a_dbf=b"", a_shx=b"", a_prj=b"")
    found |= {
        "zip: of zeros": ("syke-flood-zones", zeros, ""),
        "zip: in a zip": ("syke-flood-zones", archive(a_zip=zeros), "no one map layer"),
        "zip: outside": ("syke-flood-zones", outside(), "no one map layer"),
        "vehicles: deep groups": ("waltti-vehicles", b"\x0b" * 200_000, "cut, or no GTFS Realtime"),
        "vehicles: a length beyond": (
            "waltti-vehicles",
            b"\x0a\x80\x80\x80\x80\x08" * 9,
            "cut, or no GTFS Realtime",
        ),
        "CSV: a million columns": (
            CSV,
            b";".join(b"c%d" % n for n in range(1_000_000)) + b"\n",
            "is missing",
        ),
        "CSV: a cell of 50 MB": (
            CSV,
            HEAD + b"x" * 50_000_000 + b";2021;1\n",
            "field larger than field limit",
        ),
        "CSV: a quote without end": (
            CSV,
            HEAD + b'"' + b"x;y;z\n" * 1_000_000,
            "field larger than field limit",
        ),
    }
    return found
