"""Colours: how well two of them can be told apart."""

import re

from tilannekuva.errors import BadInput

_DARK = 0.04045  # below it the standard's curve is a straight line
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").

    Colours are written #rrggbb; BadInput for any other form.
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Give the relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    if not _HEX.fullmatch(colour):
        raise BadInput(f"'{colour}' is no colour: write it as #0a4f8f")
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= _DARK else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
