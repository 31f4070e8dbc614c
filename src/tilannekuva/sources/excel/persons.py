"""Persons: does a text hold an identity code or a phone number. Such sheets are not taken in."""

import re

_CODE = re.compile(r"(?<!\w)(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-Y])(?!\w)", re.ASCII)
_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# Mobile numbers, and any number with the country's prefix: no count and no day is written like these.
_PHONE = re.compile(
    r"(?<![\w+-])(?:(?:\+|00)358(?:[ -]?\(?0\)?)?(?:[ -]?\d){6,11}|0(?:4\d|50)(?:[ -]?\d){6,8})(?!\w)"
)


def is_personal(text: str) -> bool:
    """Whether a text holds a Finnish identity code (with the right check character) or a phone number."""
    codes = (found for found in _CODE.finditer(text.upper()) if _is_right(found))
    return any(codes) or bool(_PHONE.search(text))


def _is_right(found: re.Match[str]) -> bool:
    """Check the last character. Source: Digital and Population Data Services Agency, identity code."""
    day, month = int(found[1]), int(found[2])
    number = int(found[1] + found[2] + found[3] + found[5])
    return 1 <= day <= 31 and 1 <= month <= 12 and _CHECKS[number % 31] == found[6]  # noqa: PLR2004 - days, months, and the rule's own modulus
