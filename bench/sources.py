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
from tilannekuva.flows.kitchen import grounds
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources.recipe import Recipe, recipe, texts

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data"
VINTAGES = "vintages/"  # differences between answers: tests rebuild and replay each answer of them
# Recorded files that no source answers with, and what they are.
OTHERS = {
    "*/README.md": "about the files",
    "hub/*": "forecasts and truth of the European hub: the forecast's bench reads them",
    "epiestim_reference/*": "reference numbers of the forecast's tests",
    "reina/*": "tables made by a model's authors from HS and THL; some are modelled, not observed",
    "vintages/reina_*": "the same tables of a model's authors over time",
    "vintages/ahnl_*": "counts collected by hand; no source answers so",
    "geo/geofi/*": "tables made by an R package; they check the area register",
    "geo/*/*cent*": "centre points; they check the area register",
    "geo/teelmo/municipality_neighbours_*": "which municipalities touch; no source answers so",
    "geo/marantle_*": "outlines of districts by name: municipalities are put together to them",
    "geo/yle/finland-[hr]*": "outlines of districts and regions: likewise",
    "turku/eco_counter_stations.geojson": "positions of counters: facts for the register of stations",
    "statfi/pxweb_*": "questions to a service and the list of its limits, no answers",
    "measures/oxcgrt_documentation_and_codebook.md": "documentation",
    "digitraffic/lotju_*": "answers of an inner service that the public one does not give",
    "decisions/turku_kh_2020-05-04_187.json": "minutes typed by hand; a test holds our facts against it",
    "digitraffic/fin_traffic_data/*": "tables of a package, no answer of a service",
    "digitraffic/lam_stations_by_municipality_*": "a table made by a city; tests of maps use it",
    "municipality/thl_municipality_*": "two days put side by side by others",
    "statfi/shp_jasenkunnat_2020.xls": "a list of members; it checks the area register",
    "fmi/fmi_meta_*": "descriptions of parameters",
    "fmi/fmi_describeStoredQueries_*": "the list of the questions that the service answers",
    "fmi/fmi_ef_stations_*": "the register of all stations: facts for ours",
    "fmi/airquality_stations_*": "a table made of that register",
    "fmi/fmidev_example_*": "examples whose XML is not well-formed (a placeholder for a key stands in it)",
    "fmi/fmidev_timeseries_*": "a table as a notebook printed it, no answer",
    "turku/eco_counter_api_swagger.yaml": "documentation of an interface",
    "thl/covidjson_*": "an example of an exchange form that nobody publishes",
}
# The last day that a name tells: of 2020-03-29_04-05_04-11 the 11th of April, of 2019-01-01_04 the fourth.
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:_(?:(\d{2})-)?(\d{2}))*(?!\d)")


def recipes() -> list[Recipe]:
    """Give the shipped recipes."""
    return [recipe(text, f"{name}.toml") for name, text in texts().items()]


def answers(folder: Path) -> Iterator[tuple[Recipe, str, bytes, datetime]]:
    """Yield each recorded answer with its recipe, its file and the instant it landed at, as far as known."""
    for one in recipes():
        for name in (file for file in one.proven_on if not file.startswith(VINTAGES)):
            body = (folder / name).read_bytes()
            named = [
                f"{year}-{to or month}-{last or day}" for year, month, day, to, last in _DAY.findall(name)
            ]
            at = (
                datetime.fromisoformat(f"{named[-1]}T21:00").replace(tzinfo=UTC)
                if named
                else datetime.now(UTC)
            )
            yield one, name, gzip.decompress(body) if name.endswith(".gz") else body, at


def said(one: Recipe, body: bytes, at: datetime) -> Understood | str:
    """Give what an answer says, or why it is not believed."""
    try:
        understood = limited(understand, one, (body,), at, grounds=grounds(one))
    except TilannekuvaError as error:
        return str(error)
    return objection(one, understood, {}, helsinki_date(at)) or understood


def line(found: Understood | str) -> list[str]:
    """Give the cells of a table's row."""
    if isinstance(found, str):
        return ["", "", "", "", f"refused: {found}"]
    days = sorted(
        [fact.reference_date for fact in found.facts]
        + [one.taken_on for one in found.decisions if one.taken_on]
    )
    span = f"{days[0]}..{days[-1]}" if days else ""
    said = [f"{len(found.facts)} facts"] if found.facts else []
    said += [f"{len(found.decisions)} decisions"] if found.decisions else []
    said += [f"{found.n_areas} areas"] if found.n_areas else []
    left = f"{len(found.faults)} left out: {found.faults[0]}" if found.faults else ""
    return [f"{found.n_rows}", ", ".join(said), span, latest(found), left]


def latest(found: Understood) -> str:
    """Give the newest value: of the country and of all where there are several, or the newest decision."""
    if found.decisions:
        newest = max(found.decisions, key=lambda one: str(one.taken_on))
        return f"{newest.taken_on}: {newest.title_fi or newest.title_sv or newest.title_en}"[:90]
    facts = [fact for fact in found.facts if fact.value is not None]
    if not facts:
        return ""
    one = max(facts, key=lambda fact: (fact.reference_date, fact.area == "country:FI", fact.stratum == "all"))
    return f"{one.indicator} {one.area} {one.reference_date}: {one.value:g}"


def main(folder: Path) -> None:
    """Print the table."""
    print("source | recorded answer | rows | says | days | newest value | refused or left out")
    for one, name, body, at in answers(folder):
        print(" | ".join([one.id, name, *line(said(one, body, at))]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED)
