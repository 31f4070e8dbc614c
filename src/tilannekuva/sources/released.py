"""Released figures as a source: how the table of what everybody may know of an indicator is read again."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tilannekuva.domain.definitions import Text
from tilannekuva.domain.indicators import Indicator

RELEASED = "released:"  # before the id of an indicator: its values as they were released to everybody
LEVELS = ("municipality", "hospital-district", "country")  # small areas, and the totals of them
_COLUMNS = ("area", "reference_date", "value", "status")


class Figure(NamedTuple):
    """A public figure: of which area and day; None where fewer than 5 are not told."""

    area: str
    reference_date: date
    value: int | None


def source_of(indicator: str) -> str:
    """Name the source that tells an indicator as it was released."""
    return f"released-{indicator}"


def is_released(indicator: Indicator) -> bool:
    """Whether an indicator is told to others only as it was released."""
    return indicator.protect and indicator.visibility in ("public", "shared")


def csv_of(figures: Iterable[Figure]) -> bytes:
    """Give a table of figures as CSV, by area."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in sorted(figures):
        told = ("", "suppressed") if one.value is None else (one.value, "normal")
        writer.writerow((one.area, one.reference_date.isoformat(), *told))
    return made.getvalue().encode()


def recipe_text(indicator: Indicator) -> str:
    """Give the recipe by which the releases of an indicator are read, as TOML."""
    about, titles = _ABOUT, _TITLE
    texts = {
        "title": {lang: f"{titles.in_(lang)}: {indicator.title.in_(lang)}" for lang in ("fi", "sv", "en")},
        "about": {lang: about.in_(lang) for lang in ("fi", "sv", "en")},
        "licence": {lang: _LICENCE.in_(lang) for lang in ("fi", "sv", "en")},
    }
    lines = [f'id = "{source_of(indicator.id)}"', 'publisher = "Tilannekuva"', 'contact = "-"']
    lines += [f"{name}.{lang} = {_quoted(text)}" for name, one in texts.items() for lang, text in one.items()]
    # What does not change is not released anew, so that silence for weeks is no fault.
    lines += ['rhythm = "90d"', 'snapshot = "log"', "[fetch]", 'protocol = "inbox"', 'format = "csv"']
    kinds = zip(_COLUMNS, ("text", "day", "count", "text"), strict=True)
    lines += [f"columns = {{ {', '.join(f'{name} = {_quoted(kind)}' for name, kind in kinds)} }}"]
    for level in LEVELS:
        lines += ["[[series]]", f'indicator = "{RELEASED}{indicator.id}"', f'level = "{level}"']
        lines += [f'freq = "{indicator.freq}"', f"sql = {_quoted(_SQL.format(level=level))}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SQL = "select area, reference_date, value, status from raw where area like '{level}:%'"
_TITLE = Text(fi="Julkaistut luvut", sv="Offentliggjorda siffror", en="Released figures")
_ABOUT = Text(
    fi="Kunnan luku muuttuu julkisesti vain, kun muutos on vähintään 5; muuten vanha luku päivineen jää. "
    "Alle viiden lukua ei kerrota. Näin kenenkään tietoja ei voi päätellä.",
    sv="En kommuns siffra ändras offentligt först när förändringen är minst 5; annars kvarstår den gamla "
    "siffran med sin dag. Antal under fem anges inte. Så kan ingen enskild persons uppgifter härledas.",
    en="A municipality's public figure changes only when the change is at least 5; otherwise the old figure "
    "and its day stay. Fewer than five are not told. So nothing can be inferred about any one person.",
)
_LICENCE = Text(
    fi="Kunnan oma tieto, julkinen",
    sv="Kommunens egen uppgift, offentlig",
    en="The municipality's own data, public",
)
