"""THL's weekly waste-water reports: four layouts, six recorded reports, and 121 vintages counted by hand."""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest

from tilannekuva.domain.areas import register
from tilannekuva.domain.observations import Fact, Key, news
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources.recipe import recipe, texts

RECIPE = recipe(texts()["thl-wastewater-file"], "thl-wastewater-file")
PAGE = recipe(texts()["thl-wastewater"], "thl-wastewater")
REPORTS = ["2022-04-29", "2022-11-11", "2022-11-18", "2024-03-15", "2024-03-22", "2024-09-27"]
HEADS = {
    "flow": ["Virtaamakorjattu RNA-lukumäärä"],
    "dna": ["Normalisoitu RNA-lukumäärä DNA-standardilla"],
    "rna": ["Normalisoitu RNA-lukumäärä RNA-standardilla"],
    "result": ["Koronavirus-tulos näytteestä", "Koronavirustulos näytteestä"],
}
FIRST_RNA = "2022-11-18"  # the report with which the standard and its headings changed
REWRITTEN = ["2022-11-18", "2022-11-25", "2024-03-22", "2024-09-27", "2024-10-04"]


class Sample(NamedTuple):
    """A row of a report, its figures as written."""

    day: str
    plant: str
    place: str
    people: str
    result: str
    flow: str
    dna: str
    rna: str


class Numbers(NamedTuple):
    """How many values of a report there are, and their sum."""

    values: int
    figures: int
    total: float


def samples(text: str) -> list[Sample]:
    """Read a recorded report by hand, whatever its layout."""
    rows = list(csv.DictReader(io.StringIO(text)))
    found = {name: next((head for head in heads if head in rows[0]), "") for name, heads in HEADS.items()}
    return [
        Sample(
            row["Näytteen päivämäärä"], row["Puhdistamo"], row["Puhdistamon sijainti"],
            row["Puhdistamon asiakasmäärä"],
            *(row.get(found[name], "") for name in ("result", "flow", "dna", "rna")),
        )
        for row in rows
    ]  # fmt: skip


def by_hand(rows: list[Sample]) -> dict[str, dict[tuple[str, str], float | None]]:
    """Give the figures by stratum, area and day: averages by people served, of the figures there are."""
    said: dict[str, dict[tuple[str, str], float | None]] = {}
    for stratum, columns in {"all": ("rna", "flow"), "standard:dna": ("dna",)}.items():
        parts: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        for row in rows:
            figure = next((one for name in columns if (one := getattr(row, name)) not in ("", "-")), "")
            parts[place(row.place), row.day] += [(float(figure), float(row.people or 1))] if figure else []
        days = sorted(day for (_, day), figures in parts.items() if figures)
        last = days[-1] if stratum != "all" and days else "9999"
        said[stratum] = {
            key: sum(n * weight for n, weight in figures) / sum(weight for _, weight in figures)
            if figures else None
            for key, figures in parts.items() if days and days[0] <= key[1] <= last
        }  # fmt: skip
    return said


@cache
def place(name: str) -> str:
    """Give the id of the area that a report names."""
    return register().match(name, "municipality") or ""


def told(understood: Understood) -> dict[str, dict[tuple[str, str], float | None]]:
    """Give the figures as the recipe reads them."""
    said: dict[str, dict[tuple[str, str], float | None]] = {"all": {}, "standard:dna": {}}
    for one in understood.facts:
        if one.indicator == "wastewater-virus":
            said[one.stratum][one.area, one.reference_date.isoformat()] = one.value
    return said


def landed(day: str) -> datetime:
    """Give the noon of a report's day."""
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)


def recorded_report(recorded: Path, day: str) -> bytes:
    return (recorded / "thl" / "wastewater" / f"viikkoraportti_{day}.csv").read_bytes()


@pytest.mark.recorded
@pytest.mark.parametrize("day", REPORTS)
def test_a_recorded_report_says_the_same_by_its_recipe_and_by_hand(recorded: Path, day: str):
    """Figure for figure, in all the layouts recorded; what has none is missing, never zero."""
    body = recorded_report(recorded, day)
    expected = by_hand(samples(body.decode()))

    understood = understand(RECIPE, (body,), landed(day))

    said = told(understood)
    assert understood.faults == []
    assert {name: figures.keys() for name, figures in expected.items()} == {
        name: figures.keys() for name, figures in said.items()
    }
    for name, figures in expected.items():
        assert said[name] == pytest.approx(figures)


@pytest.mark.recorded
def test_a_sample_that_stands_twice_is_averaged_over_its_figures(recorded: Path):
    """Tampere on 13 September 2021: one row below the limit, one with 9,758 by the DNA standard."""
    body = recorded_report(recorded, "2024-09-27")

    said = told(understand(RECIPE, (body,), landed("2024-09-27")))

    assert said["standard:dna"]["municipality:837", "2021-09-13"] == 9758


@pytest.mark.recorded
def test_findings_are_shares_of_the_samples(recorded: Path):
    """Detected is 100 and not detected 0; an uncertain result is missing."""
    body = recorded_report(recorded, "2022-04-29")
    results = {
        (place(row.place), row.day): row.result for row in samples(body.decode()) if row.place != "Lahti"
    }
    meaning = {"havaittu, yli määritysrajan": 100, "havaittu, alle määritysrajan": 100, "ei havaittu": 0}

    facts = understand(RECIPE, (body,), landed("2022-04-29")).facts

    said = {(one.area, one.reference_date.isoformat()): one.value for one in facts
            if one.indicator == "wastewater-detected"}  # fmt: skip
    assert {key: meaning.get(result) for key, result in results.items()} == {
        key: said[key] for key in results
    }


def vintages(recorded: Path) -> Iterator[tuple[str, list[Sample]]]:
    """Yield the 121 recorded vintages; places and people come from the recorded reports."""
    plants = {row.plant: row for day in REPORTS for row in samples(recorded_report(recorded, day).decode())}
    file = recorded / "vintages" / "thl_wastewater_weekly.delta.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    known: dict[tuple[str, ...], dict[str, str]] = {}
    for nth, row in enumerate(rows):
        known[row["sample_date"], row["plant"], row["dup"]] = row
        if nth + 1 == len(rows) or rows[nth + 1]["vintage"] != row["vintage"]:
            old = row["known_at"] < FIRST_RNA
            yield row["known_at"], [
                plants[one["plant"]]._replace(
                    day=one["sample_date"], result=one["result"], rna=one["rna_std"],
                    flow=one["dna_std"] if old else "", dna="" if old else one["dna_std"],
                )
                for one in known.values() if one["change"] != "removed"
            ]  # fmt: skip


def report(day: str, rows: list[Sample]) -> bytes:
    """Write a vintage in the layout of its time."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    old = day < FIRST_RNA
    figures = HEADS["flow"] if old else [*HEADS["dna"], *HEADS["rna"]]
    head = ["Näytteen päivämäärä", "Puhdistamo", "Puhdistamon sijainti", "Puhdistamon asiakasmäärä"]
    writer.writerow([*head, HEADS["result"][old], *figures])
    writer.writerows([*row[:5], row.flow] if old else [*row[:5], row.dna, row.rna] for row in rows)
    return out.getvalue().encode()


def numbers(said: dict[str, dict[tuple[str, str], float | None]]) -> dict[str, Numbers]:
    """Count the values of each stratum, and add its figures up."""
    return {
        name: Numbers(len(figures), len([*filter(lambda one: one is not None, figures.values())]),
                      round(sum(one or 0 for one in figures.values())))
        for name, figures in said.items()
    }  # fmt: skip


@pytest.mark.recorded
def test_every_vintage_is_counted_as_by_hand_and_only_rewrites_are_refused(recorded: Path):
    """121 reports in order: values, figures and sums; five of them wait for a person."""
    known: dict[Key, tuple[float | None, str]] = {}
    refused, counted = [], 0
    for day, rows in vintages(recorded):
        understood = understand(RECIPE, (report(day, rows),), landed(day))
        assert numbers(told(understood)) == numbers(by_hand(rows)), day
        if objection(RECIPE, understood, known, landed(day).date()):
            refused.append(day)
        known = after(known, understood.facts)
        counted += 1
    assert (counted, refused) == (121, REWRITTEN)


def after(
    known: dict[Key, tuple[float | None, str]], facts: list[Fact]
) -> dict[Key, tuple[float | None, str]]:
    """Give what is known once a report has been accepted."""
    found = known | {fact.key: (fact.value, fact.status) for fact in news(known, facts, "complete")}
    return {key: one for key, one in found.items() if one[1] != "withdrawn"}


ROW = "2024-10-06,Taskila,Oulu,"
RNA = "Normalisoitu RNA-lukumäärä\n" + ROW
LAYOUT = "Näytteen päivämäärä,Puhdistamo,Puhdistamon sijainti,Koronavirus-tulos näytteestä,"


@pytest.mark.parametrize(("text", "said"), [
    (LAYOUT + "RNA-määrä\n" + ROW + 'Ei havaittu,"7"', "no figure in any of the known columns: 1"),
    (LAYOUT + RNA + 'positiivinen,"7"', "a result that the recipe does not know: positiivinen"),
    (LAYOUT + HEADS["rna"][0] + "\n" + ROW + 'Ei havaittu,"7"', "no plant says how many people it serves"),
    (LAYOUT + RNA + "Ei havaittu,7", "breaks off in the middle of its last line"),
    (LAYOUT + RNA + '"Ei havaittu"', "4 cells where the header has 5"),
    (LAYOUT + RNA + 'Ei havaittu,"', "is no CSV: "),
    (LAYOUT.replace("stamo,", "stus,") + RNA + 'Ei havaittu,"7"', "the column 'Puhdistamo' is missing"),
])  # fmt: skip
def test_a_report_that_differs_is_refused(text: str, said: str):
    """Also one whose last line is cut; a last cell that closes its quote is whole without a line break."""
    with pytest.raises(NotUnderstood, match=said):
        understand(RECIPE, (text.encode(),), landed("2024-10-11"))


def test_a_new_plant_is_placed_by_the_report_itself():
    text = LAYOUT + 'Normalisoitu RNA-lukumäärä\n2024-10-06,Uusi,Nokia,"Havaittiin, yli määritysrajan","700"'

    facts = understand(RECIPE, (text.encode(),), landed("2024-10-11")).facts

    assert [("wastewater-virus", "municipality:536", 700)] == [
        (one.indicator, one.area, one.value) for one in facts if one.indicator == "wastewater-virus"
    ]


def test_the_page_and_the_file_are_read_by_one_rule():
    """The recipes differ in how the report comes, not in what it means."""
    assert (PAGE.steps, PAGE.series, PAGE.check, PAGE.places, PAGE.guard) == (
        RECIPE.steps, RECIPE.series, RECIPE.check, RECIPE.places, RECIPE.guard)  # fmt: skip
    assert (PAGE.fetch.columns, PAGE.fetch.aliases) == (RECIPE.fetch.columns, RECIPE.fetch.aliases)


@pytest.mark.recorded
@pytest.mark.parametrize("day", ["2022-04-29", "2024-09-27"])
def test_a_report_means_the_same_as_a_page(recorded: Path, day: str):
    """The recorded rows laid into the table of a page give the facts of the file."""
    body = recorded_report(recorded, day)
    head, *rows = csv.reader(io.StringIO(body.decode()))
    lines = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    names = "".join(f"<th>{name}</th>" for name in head)
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    page = f"<html><body>{table}</body></html>"

    found = understand(PAGE, (page.encode(),), landed(day))

    assert sorted(found.facts) == sorted(understand(RECIPE, (body,), landed(day)).facts)
