"""Rendering: a page's value and its template become the bytes that are sent."""

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tilannekuva.domain.calendar import stamp
from tilannekuva.web.language import language
from tilannekuva.web.pages.frame import View

_FIRST = ("page.css", "charts.css")  # of the one style sheet, before those of single pages
_UNSENT = re.compile(rb"^//.*\n|^\s+(//.*\n)?| // .*$", re.MULTILINE)  # of scripts: remarks and indentation
# Blanks around signs, but for texts and for lines with templates, in which a blank may stand for itself.
_BLANKS = re.compile(rb"""^.*`.*|('[^'\n]*'|"[^"\n]*")| *([=<>?:&|,{}()]) *""", re.MULTILINE)
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes to send, plain and packed, with the tag and the headers of either form."""

    plain: bytes
    packed: bytes
    tag: bytes
    headers: tuple[Headers, Headers]


def body(
    content: bytes, media_type: str, *, lasting: bool = False, also: Mapping[str, str] | None = None
) -> Body:
    """Make bytes ready to be sent; `lasting` ones have an address of their own and are kept.

    `also` are headers beside the usual ones, or instead of them.
    """
    packed = gzip.compress(content, 9, mtime=0)
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    told = {
        "Content-Type": media_type,
        "ETag": tag,
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        **SECURITY,
        **(also or {}),
    }
    plain = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    sizes = [(*plain, (b"content-length", str(len(one)).encode())) for one in (content, packed)]
    return Body(content, packed, tag.encode(), ([*sizes[0]], [*sizes[1], (b"content-encoding", b"gzip")]))


@cache
def environment(lang: str) -> Environment:
    """Give the templates in a language."""
    made = Environment(
        loader=PackageLoader("tilannekuva.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": language(lang).text, "asset": address}
    return made


@cache
def static(name: str) -> Body | None:
    """Give a static file; None when there is none of that name. All style sheets are one file."""
    files = {one.name: one for one in (resources.files(__package__) / "static").iterdir()}
    sheets = sorted((one for one in files if one.endswith(".css")), key=lambda one: (one not in _FIRST, one))
    parts = {one: [one] for one in files if not one.endswith(".css")} | {"style.css": sheets}
    if name not in parts:
        return None
    content = b"".join(files[part].read_bytes() for part in parts[name])
    if name.endswith(".js"):
        content = _BLANKS.sub(lambda found: found[2] or found[0], _UNSENT.sub(b"", content))
    return body(content, _TYPES[name.rpartition(".")[2]], lasting=True)


def address(name: str) -> str:
    """Give the address of a static file; it changes with the file."""
    found = static(name)
    assert found is not None  # noqa: S101 - only shipped names are asked
    return f"/static/{name}?v={found.tag.decode().strip(chr(34))}"


def html(code: str, template: str, /, **context: Any) -> bytes:  # noqa: ANN401 - a page's value
    """Render a template."""
    return environment(code).get_template(template).render(**context).encode()


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Give rows as CSV; a text that a spreadsheet would run as a formula is defused."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _defused(value) for key, value in row.items()} for row in rows)
    return out.getvalue().encode()


def _defused(value: Any) -> Any:  # noqa: ANN401 - any cell
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def as_json(view: View, rows: list[dict[str, Any]]) -> bytes:
    """Give rows as JSON with the picture they come from."""
    picture = view.picture
    meta = {
        "picture": picture.id,
        "as_of": stamp(picture.as_of),
        "area": picture.area,
        "lang": view.language.code,
        "exercise": picture.exercise,
    }
    return json.dumps({**meta, "rows": rows}, ensure_ascii=False, separators=(",", ":")).encode()
