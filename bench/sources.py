"""What every recorded answer says, read by its recipe: rows, facts, days, newest value, or why it is refused.

python bench/sources.py [FOLDER]      the recorded data; beside the project by default
"""

import gzip
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.errors import TilannekuvaError
from tilannekuva.flows.child import limited
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources.recipe import Recipe, recipe, texts

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data"
# Recorded files that no source answers with, and what they are.
OTHERS = {
    "*/README.md": "about the files",
    "hub/*": "forecasts and truth of the European hub: the forecast's bench reads them",
    "epiestim_reference/*": "reference numbers of the forecast's tests",
    "reina/*": "tables made by a model's authors from HS and THL; some are modelled, not observed",
    "vintages/*.delta.csv.gz": "differences between answers: the replay rebuilds the answers from them",
    "vintages/ahnl_*": "counts collected by hand; no source answers so",
    "geo/geofi/*": "tables made by an R package; they check the area register",
    "statfi/pxweb_*": "questions to a service and the list of its limits, no answers",
    "measures/oxcgrt_documentation_and_codebook.md": "documentation",
    "digitraffic/lotju_*": "answers of an inner service that the public one does not give",
    "fmi/fmi_meta_*": "descriptions of parameters",
    "turku/eco_counter_api_swagger.yaml": "documentation of an interface",
    "thl/covidjson_*": "an example of an exchange form that nobody publishes",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def recipes() -> list[Recipe]:
    """Give the shipped recipes."""
    return [recipe(text, f"{name}.toml") for name, text in texts().items()]


def answers(folder: Path) -> Iterator[tuple[Recipe, str, bytes, datetime]]:
    """Yield each recorded answer with its recipe, its file and the instant it landed at, as far as known."""
    for one in recipes():
        for name in one.proven_on:
            body = (folder / name).read_bytes()
            named = _DAY.findall(name)
            at = (
                datetime.fromisoformat(f"{named[-1]}T21:00").replace(tzinfo=UTC)
                if named
                else datetime.now(UTC)
            )
            yield one, name, gzip.decompress(body) if name.endswith(".gz") else body, at


def said(one: Recipe, body: bytes, at: datetime) -> Understood | str:
    """Give what an answer says, or why it is not believed."""
    try:
        understood = limited(understand, one, (body,), at)
    except TilannekuvaError as error:
        return str(error)
    return objection(one, understood, {}, helsinki_date(at)) or understood


def line(found: Understood | str) -> list[str]:
    """Give the cells of a table's row."""
    if isinstance(found, str):
        return ["", "", "", "", f"refused: {found}"]
    days = sorted(fact.reference_date for fact in found.facts)
    newest = max(
        (fact for fact in found.facts if fact.value is not None),
        key=lambda fact: (fact.reference_date, fact.area == "country:FI", fact.stratum == "all"),
        default=None,
    )
    latest = f"{newest.indicator} {newest.area} {newest.reference_date}: {newest.value:g}" if newest else ""
    span = f"{days[0]}..{days[-1]}" if days else ""
    left = f"{len(found.faults)} left out: {found.faults[0]}" if found.faults else ""
    return [f"{found.n_rows}", f"{len(found.facts)}", span, latest, left]


def main(folder: Path) -> None:
    """Print the table."""
    print("source | recorded answer | rows | facts | days | newest value | refused or left out")
    for one, name, body, at in answers(folder):
        print(" | ".join([one.id, name, *line(said(one, body, at))]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED)
