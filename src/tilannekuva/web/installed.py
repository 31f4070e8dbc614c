"""Installed: what makes the picture the municipality's own on a desk and on a phone's home screen.

Manifest, icons, colours, logo; all under one address, made from the settings once.
"""

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from xml.parsers import expat

from tilannekuva.config import Brand, Settings
from tilannekuva.errors import BadDefinition

MANIFEST = "/manifest.webmanifest"
PATHS = {
    MANIFEST: "Name and icons for a phone's home screen.",
    "/own/…": "The municipality's icons, colours and logo.",
}
_SHIPPED = "#0a4f8f"  # the accent of page.css, in which icon.svg is drawn
_SIZES = (180, 192, 512)  # Apple's home screen, Android's, its splash screen
_LINE = ((5, 22), (12, 14), (17, 18), (26, 7))  # the curve of icon.svg, on 32 by 32
_THICK = 3.0
_WIDE = 36.0  # what an icon's side stands for: the curve keeps clear of corners that a phone rounds
_FINE = 4  # lines by which a pixel is cut to smooth its edges
_LOGO = 100_000  # bytes that a logo may have
_PNG = b"\x89PNG\r\n\x1a\n"
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_BARRED = {"script", "foreignobject", "iframe", "object", "embed", "handler", "set", "animate", "style"}
_ELSEWHERE = re.compile(r"url\(\s*['\"]?(?!#)")
Files = dict[str, tuple[bytes, str]]


def style(brand: Brand) -> str:
    """Give the style sheet of the municipality's own colours; empty when it has none."""
    if not brand.accent:
        return ""
    light, dark = f":root{{--accent:{brand.accent}}}", f":root{{--accent:{brand.accent_dark}}}"
    return f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}\n"


def style_address(brand: Brand) -> str:
    """Give the address of the own style sheet, which changes with it; empty when there is none."""
    made = style(brand)
    return f"/own/style.css?v={hashlib.sha256(made.encode()).hexdigest()[:20]}" if made else ""


def logo_address(brand: Brand) -> str:
    """Give the address of the logo; empty when there is none."""
    return f"/own/logo{Path(brand.logo).suffix.lower()}" if brand.logo else ""


def files(settings: Settings, folder: Path) -> Files:
    """Give all own files by address, with their media types; BadDefinition for a logo that is barred."""
    brand = settings.brand
    accent = brand.accent or _SHIPPED
    drawn = (resources.files(__package__) / "static" / "icon.svg").read_text(encoding="utf-8")
    made: Files = {
        MANIFEST: (_manifest(settings), "application/manifest+json"),
        "/own/icon.svg": (drawn.replace(_SHIPPED, accent).encode(), _TYPES[".svg"]),
    }
    made |= {f"/own/icon-{size}.png": (icon(size, accent), _TYPES[".png"]) for size in _SIZES}
    if brand.accent:
        made["/own/style.css"] = (style(brand).encode(), "text/css; charset=utf-8")
    if brand.logo:
        made[logo_address(brand)] = (_logo(folder / brand.logo), _TYPES[Path(brand.logo).suffix.lower()])
    return made


def _manifest(settings: Settings) -> bytes:
    sizes = [(f"own/icon-{size}.png", f"{size}x{size}") for size in _SIZES[1:]]
    told = {
        "name": settings.title,
        "short_name": settings.title[:30],
        "lang": "fi",
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": settings.brand.accent or _SHIPPED,
        "icons": [
            {"src": "own/icon.svg", "sizes": "any", "type": _TYPES[".svg"]},
            *({"src": src, "sizes": size, "type": _TYPES[".png"], "purpose": "any"} for src, size in sizes),
            *(
                {"src": src, "sizes": size, "type": _TYPES[".png"], "purpose": "maskable"}
                for src, size in sizes
            ),
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _logo(file: Path) -> bytes:
    """Read a logo; BadDefinition says what bars it."""
    if file.suffix.lower() not in _TYPES:
        raise BadDefinition(f"brand.logo: {file.name} is neither .svg nor .png")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadDefinition(f"brand.logo: {file} cannot be read ({error.strerror})") from None
    if len(content) > _LOGO:
        raise BadDefinition(f"brand.logo: {file.name} has {len(content)} bytes; {_LOGO} are the most")
    bar = (
        _barred(content) if file.suffix.lower() == ".svg" else "" if content.startswith(_PNG) else "is no PNG"
    )
    if bar:
        raise BadDefinition(f"brand.logo: {file.name} {bar}; save it as a plain drawing")
    return content


def _barred(svg: bytes) -> str:
    """Say what makes an SVG more than a drawing; empty when nothing does."""
    found: list[str] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2].lower() in _BARRED:
            found.append(f"holds <{name}>")
        for key, value in attributes.items():
            if key.lower().startswith("on") or "script:" in "".join(value.lower().split()):
                found.append(f"runs a program in {key}")
            elif key.rpartition(":")[2] == "href" and not value.startswith(("#", "data:image/png;")):
                found.append(f"refers to {value[:40]}")
            elif _ELSEWHERE.search(value):
                found.append(f"refers elsewhere in {key}")

    reader = expat.ParserCreate()
    reader.StartElementHandler = element
    reader.StartDoctypeDeclHandler = lambda *_: found.append("declares a document type")
    reader.ProcessingInstructionHandler = lambda *_: found.append("holds a processing instruction")
    try:
        reader.Parse(svg, True)  # noqa: FBT003 - expat's own shape: this is all there is
    except expat.ExpatError as error:
        return f"is no SVG ({error})"
    return found[0] if found else ""


@cache
def icon(size: int, accent: str) -> bytes:
    """Draw the icon as a PNG of `size` by `size` pixels: a white curve on the accent, edge to edge.

    Each pixel's share of the curve is counted on 4 lines through it, exactly along each line.
    """
    ground = bytes.fromhex(accent[1:])
    shades = [bytes(round(255 * n / 255 + c * (255 - n) / 255) for c in ground) for n in range(256)]
    lines = [b"\0" + b"".join(shades[share] for share in _row(y, size)) for y in range(size)]
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return _PNG + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _row(y: int, size: int) -> Iterable[int]:
    """Give how much of each pixel of a row the curve covers, 0 to 255."""
    shares = [0.0] * (size + 1)
    for fine in range(_FINE):
        edge = (_WIDE - 32) / 2
        for first, last in _spans((y + (fine + 0.5) / _FINE) * _WIDE / size - edge):
            left, right = (first + edge) * size / _WIDE, (last + edge) * size / _WIDE
            for x in range(int(left), min(int(right) + 1, size)):
                shares[x] += (min(right, x + 1) - max(left, x)) / _FINE
    return (min(255, round(255 * share)) for share in shares[:size])


def _spans(y: float) -> list[tuple[float, float]]:
    """Give where the thick curve meets a line at height `y`, from left to right, none over another."""
    found = sorted(span for a, b in pairwise(_LINE) for span in _meet(a, b, y))
    joined: list[tuple[float, float]] = []
    for first, last in found:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _meet(a: tuple[int, int], b: tuple[int, int], y: float) -> Iterable[tuple[float, float]]:
    """Give where a thick stroke with round ends meets a line at height `y`: its ends, its straight part."""
    half, (ax, ay), (bx, by) = _THICK / 2, a, b
    for x, end in (a, b):
        if abs(y - end) < half:
            reach = (half**2 - (y - end) ** 2) ** 0.5
            yield x - reach, x + reach
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    across = half * length / abs(by - ay)
    middle = ax + (y - ay) * (bx - ax) / (by - ay)
    along = sorted(px + (y - py) * (ay - by) / (bx - ax) for px, py in (a, b))  # square to it, at its ends
    first, last = max(middle - across, along[0]), min(middle + across, along[1])
    if first < last:
        yield first, last
