"""Names of areas as sources spell them, brought to the few forms the register looks up."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

# Characters that look alike in print: hyphens to one, invisible ones away.
_LOOKALIKES = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u00ad": "", "\u200b": "", "\ufeff": ""}
)
_BEFORE_MERGER = re.compile(
    r" *\((ennen liitosta|ennen kuntaliitosta|före sammanslagningen|before the merger)\)$"
)
_TWO_LANGUAGES = re.compile(r" - | ?/ ?")

# The words that tell the kind of area; each level drops only its own, so that the row of a wellbeing county
# is never taken for the hospital district of nearly the same name.
_KINDS: Mapping[str, re.Pattern[str]] = {
    level: re.compile(rf"[ -](?:{words})$")
    for level, words in {
        "country": "yhteensä|totalt|total",
        "university-hospital-area": (
            "erva|erva-alue|alue|alueella|området|område|erityisvastuualue|specialupptagningsområdet|"
            "specialupptagningsområde|specific catchment area|area"
        ),
        "hospital-district": "shp|sairaanhoitopiiri|svd|sjukvårdsdistrikt|hospital district",
        "region": "maakunta|mk|landskap|region",
        "wellbeing-county": "hyvinvointialue|hva|välfärdsområde|vo|wellbeing services county",
        "municipality": "kunta|kaupunki|kommun|stad|municipality|city",
        "station": "mittausasema|mätstation|station",
    }.items()
}
_CODES: Mapping[str, tuple[str, int]] = {
    "university-hospital-area": ("erva", 1),
    "hospital-district": ("shp", 2),
    "region": ("mk", 2),
    "wellbeing-county": ("hva", 2),
    "municipality": ("ku", 3),
}


def plain(name: str) -> str:
    """Give a name without the accidents of writing: blanks, letter case, kinds of hyphen."""
    text = unicodedata.normalize("NFKC", name.translate(_LOOKALIKES))
    return " ".join(text.casefold().split())


def spellings(name: str, level: str) -> Iterator[str]:
    """Give the forms under which a name may stand in the register, the most literal first."""
    text = plain(name)
    yield text
    yield text.replace("(", "").replace(")", "")  # "Koski (Tl)"
    text = _BEFORE_MERGER.sub("", text)
    yield text
    yield _KINDS[level].sub("", text)


def in_two_languages(name: str) -> tuple[str, ...]:
    """Split "Maarianhamina - Mariehamn" or "Vaasa/Vasa"; one name alone gives nothing."""
    parts = tuple(_TWO_LANGUAGES.split(plain(name)))
    return parts if len(parts) > 1 and all(parts) else ()


def code(text: str, level: str) -> str | None:
    """Read a code such as `837`, `KU837` or `20`, whose leading zeros a spreadsheet may have eaten."""
    if level not in _CODES:
        return None
    prefix, width = _CODES[level]
    found = re.fullmatch(rf"(?:{prefix} ?)?([0-9]{{1,{width}}})", plain(text))
    return found[1].zfill(width) if found else None
