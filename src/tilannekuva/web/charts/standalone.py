"""A drawing as a file of its own: the same marks, with the style that the page's sheet gives them."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

_SHEETS = ("charts.css", "map.css")
_DRAWN = re.compile(r"fill(-.*)?|stroke(-.*)?|paint-order|opacity|font-(weight|style)|text-anchor")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA = re.compile(r"@media([^{]*)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")
_NAMED = re.compile(r"(<title.*?</title>)?(<desc.*?</desc>)?", re.DOTALL)
_VAR = re.compile(r"var\((--[\w-]+)\)")
_FONTS = "'Source Sans 3', 'Source Sans Pro', 'DejaVu Sans', system-ui, sans-serif"
THEMES = {"light": "", "dark": "prefers-color-scheme: dark", "print": "print"}


def standalone(svg: str, theme: str = "light") -> str:
    """Give a chart or map as a file: with its style, its size, and paper under it.

    `theme` is light, dark or print. Colours are those of the style sheets, written out, for programs that
    know no custom properties. Raises KeyError for a theme we do not know.
    """
    colours = _colours(THEMES[theme])
    classes = {name for each in re.findall(r'class="([^"]*)"', svg) for name in each.split()}
    rules = [
        f"{selector}{{{_resolved(drawn, colours)}}}"
        for selector, drawn in _rules()
        if set(re.findall(r"\.([\w-]+)", selector)) <= classes
    ]
    head, _, rest = svg.partition(">")
    left, top, width, height = re.findall(r'viewBox="([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)"', head)[0]
    size = "" if " width=" in head else f' width="{width}" height="{height}"'
    paper = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{colours["--paper"]}"/>'
    named, words = _after_words(rest)
    style = f"<style>{''.join(rules)}</style>"
    return f'{head}{size} font-family="{_FONTS}">{named}{style}{paper}{words}'


def _after_words(rest: str) -> tuple[str, str]:
    """Part the title and description, which come first, from what is drawn."""
    at = _NAMED.match(rest)
    end = at.end() if at else 0
    return rest[:end], rest[end:]


@lru_cache
def _text(sheet: str) -> str:
    file = resources.files("tilannekuva.web") / "static" / sheet
    return _COMMENT.sub("", file.read_text("utf-8")) if file.is_file() else ""


@lru_cache
def _colours(media: str) -> dict[str, str]:
    """Give the custom properties, with what a medium changes of them; the page's own come last, and win."""
    found: dict[str, str] = {}
    for text in map(_text, (*_SHEETS, "page.css")):
        chosen = "".join(block for query, block in _MEDIA.findall(text) if media and media in query)
        for selector, body in _RULE.findall(_MEDIA.sub("", text) + chosen):
            if ":root" in selector:
                found |= dict(_declared(body))
    return found


@lru_cache
def _rules() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Give the selectors of classes alone, each with what it tells of how marks are drawn."""
    found = []
    for selectors, body in _RULE.findall(_MEDIA.sub("", "".join(map(_text, _SHEETS)))):
        drawn = tuple(one for one in _declared(body) if _DRAWN.fullmatch(one[0]))
        kept = [one.strip() for one in selectors.split(",") if re.fullmatch(r"[\s.\w-]+", one) and "." in one]
        found += [(one, drawn) for one in kept if drawn]
    return tuple(found)


def _declared(body: str) -> list[tuple[str, str]]:
    pairs = (one.split(":", 1) for one in body.split(";") if ":" in one)
    return [(name.strip(), value.strip()) for name, value in pairs]


def _resolved(drawn: tuple[tuple[str, str], ...], colours: dict[str, str]) -> str:
    return ";".join(f"{name}:{_VAR.sub(lambda at: colours[at[1]], value)}" for name, value in drawn)
