"""What the form of decisions holds as the row of a decision, and the other way round."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from tilannekuva.domain.calendar import HELSINKI, stamp
from tilannekuva.domain.decisions import Decision, flat
from tilannekuva.domain.definitions import LANGS

Act = Literal["new", "edit", "supersede", "review", "withdraw"]
Values = Mapping[str, list[str]]
_LOCAL = "%Y-%m-%dT%H:%M"  # an instant on Helsinki's clock, as a browser's field has it


def written(cell: object) -> str:
    """Write a cell of a decision as a field of the form holds it."""
    if isinstance(cell, datetime):
        return cell.astimezone(HELSINKI).strftime(_LOCAL)
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return "" if cell is None else str(cell)


def row(doing: Act, values: Values, *, known: Decision | None, by: str, municipality: str) -> dict[str, str]:
    """Give what was written as the row of a decision, what the form does not ask taken from what is known."""
    kept = (
        {}
        if known is None or doing == "supersede"
        else {name: plain(cell) for name, cell in flat(known).items()}
    )
    told = {
        name: " ".join(given) if name == "measure" else given[0] for name, given in values.items() if given
    }
    shown = {} if known is None else {name: written(cell) for name, cell in flat(known).items()}
    strengths = [
        next(iter(values.get(f"strength-{code}", ())), "") or "-" for code in values.get("measure", [])
    ]
    asked = _names(doing)
    if doing in ("new", "edit", "supersede"):
        told = {"measure": "", **told, "strength": " ".join(strengths) if strengths != ["-"] else ""}
    # What stands as it was shown stays as it was known: a field has no seconds, and one hour twice in autumn.
    made = kept | {
        name: told[name] for name in asked if name in told and (name not in kept or told[name] != shown[name])
    }
    made |= {"by": by, "municipality": made.get("municipality") or municipality}
    made |= {"id": made.get("id") or told.get("receipt", "")}
    if doing == "withdraw":
        made["status"] = "withdrawn"
    if doing == "review" and made.get("verdict") == "ended":
        made |= {"review_on": kept.get("review_on", "")}
        made |= {"effective_to": _earlier(made.get("effective_to", ""), made.get("reviewed_on", ""))}
    return {name: cell for name, cell in made.items() if name not in ("source", "known_at")}


def plain(cell: object) -> str:
    """Write a cell of a decision as a recipe reads it."""
    return stamp(cell) if isinstance(cell, datetime) else written(cell)


def _earlier(one: str, other: str) -> str:
    return min(day for day in (one, other) if day) if one or other else ""


def _names(doing: Act) -> Iterable[str]:
    if doing == "withdraw":
        return ()
    if doing == "review":
        return ("seen", "verdict", "reviewed_on", "review_on")
    texts = [f"{of}_{lang}" for of in ("title", "text") for lang in LANGS]
    return (
        *texts, "body", "organ", "taken_on", "published_at", "effective_from", "effective_to", "area",
        "stage", "measure", "strength", "legal_basis", "case_number", "link", "note", "options",
        "expected_indicator", "expected_direction", "expected_size", "expected_by", "review_on", "owner",
        "visibility",
    )  # fmt: skip
