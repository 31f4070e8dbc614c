"""Persons: does a text tell of one. Of people only counts are taken in."""

import re

_CODE = re.compile(r"(?<!\w)(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-Y])(?!\w)", re.ASCII)
_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# Mobile numbers, and any number with the country's prefix: no count and no day is written like these.
_PHONE = re.compile(
    r"(?<![\w+-])(?<!\d[.,])"
    r"(?:(?:\+|00)358(?:[ -]?\(?0\)?)?(?:[ -]?\d){6,11}|0(?:4\d|50)(?:[ -]?\d){6,8})(?!\w)"
)
_STREET = re.compile(
    r"\w*(?:katu|tie|kuja|polku|kaari|raitti|rinne|penger|gatan|vägen|gränden|stigen|allén|bågen)"
    r" \d{1,3}(?!\d)(?: ?[A-Za-zÅÄÖåäö]\b)?(?: ?\d{1,3})?",
    re.IGNORECASE,
)
# Headings of columns that lists of clients have, in Finnish, Swedish and English.
_HEADINGS = frozenset({
    "nimi", "etunimi", "sukunimi", "asiakas", "henkilötunnus", "hetu", "sotu", "syntymäaika", "puhelin",
    "puhelinnumero", "puh", "osoite", "katuosoite", "postiosoite", "sähköposti",
    "namn", "förnamn", "efternamn", "klient", "personbeteckning", "personnummer", "födelsedatum",
    "födelsetid", "telefon", "telefonnummer", "adress", "gatuadress",
    "e-post", "name", "surname", "client", "ssn", "birthdate", "phone", "phonenumber", "address",
    "email",
})  # fmt: skip


def is_of_person(text: str) -> bool:
    """Whether a cell of counts tells of a person: by a code, a phone number or a street with its number."""
    return is_personal(text) or bool(_STREET.search(text))


def heads_persons(heading: str) -> bool:
    """Whether a column's heading says that each row is of a person."""
    words = {*re.split(r"[\s/,.:()_]+", heading.casefold()), "".join(heading.casefold().split())}
    return bool(words & _HEADINGS)


def is_personal(text: str) -> bool:
    """Whether a text holds a Finnish identity code (with the right check character) or a phone number."""
    codes = (found for found in _CODE.finditer(text.upper()) if _is_right(found))
    return any(codes) or bool(_PHONE.search(text))


def _is_right(found: re.Match[str]) -> bool:
    """Check the last character. Source: Digital and Population Data Services Agency, identity code."""
    day, month = int(found[1]), int(found[2])
    number = int(found[1] + found[2] + found[3] + found[5])
    return 1 <= day <= 31 and 1 <= month <= 12 and _CHECKS[number % 31] == found[6]  # noqa: PLR2004 - days, months, and the rule's own modulus
