"""Statistics Finland, the police and mobility: read once by recipe and once by hand."""

import csv
import gzip
import io
import json
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from service import Handler, serving

from tilannekuva.domain.areas import register
from tilannekuva.domain.observations import Fact, news
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.formulas import fill
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.indicators.catalogue import catalogue
from tilannekuva.indicators.catalogue import texts as indicators
from tilannekuva.sources.recipe import recipe, sample, texts
from tilannekuva.sources.transport import Transport
from tilannekuva.store.sheet import Sheet

Said = dict[tuple[str, str, str, str], float | None]
CATEGORIES = {
    "retail": ("retail_and_recreation", "retailAndRecreation"),
    "grocery": ("grocery_and_pharmacy", "groceryAndPharmacy"),
    "parks": ("parks", "parks"),
    "transit": ("transit_stations", "transitStations"),
    "workplaces": ("workplaces", "workplaces"),
    "residential": ("residential", "residential"),
}
GOOGLE = {"Päijänne Tavastia": "07", "Tavastia Proper": "05", "Northern Ostrobothnia": "17",
          "Northern Savonia": "11", "Southern Savonia": "10", "Southern Ostrobothnia": "14"}  # fmt: skip


def read(name: str, *pages: bytes, day: str) -> Understood:
    """Understand the pages of an answer that landed on a day."""
    return understand(recipe(texts()[name], name), pages, datetime.fromisoformat(f"{day}T12:00+00:00"))


def said(facts: list[Fact]) -> Said:
    """Give values by indicator, area, day and stratum."""
    return {(one.indicator, one.area, f"{one.reference_date}", one.stratum): one.value for one in facts}


def unpacked(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def municipality(name: str) -> str:
    """Give the id of a municipality or of the country."""
    return register().match(name, "municipality") or name


@pytest.fixture(scope="module")
def population(recorded: Path) -> bytes:
    """Give the recorded population at the end of 2019."""
    return unpacked(recorded / "statfi" / "population_by_age1y_sex_area_2019_statfin_11re.csv.gz")


def five_years(age: str) -> str:
    """Give the five-year group of an age as the table writes it."""
    first = min(int(age.removesuffix(" -")) // 5 * 5, 90)
    return "age:90+" if first == 90 else f"age:{first}-{first + 4}"


def people(body: bytes) -> Said:
    """Read a population file by hand."""
    found: Said = defaultdict(float)
    for name, age, total, *_ in list(csv.reader(io.StringIO(body.decode()), delimiter=";"))[3:]:
        stratum = "all" if age == "Yhteensä" else five_years(age)
        found["inhabitants", municipality(name), "2019-01-01", stratum] += float(total)
        if stratum != "all" and int(age.removesuffix(" -")) >= 75:
            found["inhabitants-75-plus", municipality(name), "2019-01-01", "all"] += float(total)
    return found


@pytest.mark.recorded
def test_the_recorded_population_says_the_same_by_its_recipe_and_by_hand(population: bytes):
    """310 municipalities and the country, in nineteen groups of age, and those of 75 and over."""
    understood = read("statfin-population-file", population, day="2020-04-01")

    values = said(understood.facts)
    assert values == people(population)
    assert (len(values), understood.faults) == (311 * 21, [])
    assert values["inhabitants", "municipality:837", "2019-01-01", "all"] == 238_140
    assert values["inhabitants", "country:FI", "2019-01-01", "all"] == 5_525_292


@pytest.mark.recorded
def test_municipalities_that_have_ended_are_named(population: bytes):
    """Read today, an old file's Honkajoki and Pertunmaa are rows left out, not numbers of others."""
    faults = read("statfin-population-file", population, day="2026-04-01").faults

    assert {fault.split(", ")[1] for fault in faults} == {"Honkajoki", "Pertunmaa"}


def test_the_table_and_the_file_are_read_by_one_rule():
    """The recipes differ in how ages are written, not in how they add up."""
    table, file = (recipe(texts()[name], name) for name in ("statfin-population", "statfin-population-file"))

    assert table.steps["age_groups"] == file.steps["age_groups"]
    assert (table.series[1:], table.check) == (file.series[1:], file.check)


def test_ages_that_do_not_add_up_are_refused():
    found = sample(recipe(texts()["statfin-population-file"], "statfin-population-file"))
    assert found

    with pytest.raises(NotUnderstood, match="ages that do not add up to the total: country:FI"):
        read("statfin-population-file", found[0][0].replace(b'"75";30000', b'"75";30001'), day="2020-04-02")


@pytest.mark.recorded
def test_the_recorded_offences_say_the_same_by_their_recipe_and_by_hand(recorded: Path):
    """195 months; what is on the internet is in its group already, and three months bear a star."""
    body = unpacked(recorded / "statfi" / "rpk_13it_monthly_offences_wholecountry_2009M01-2025M03.csv.gz")
    expected: dict[str, float] = defaultdict(float)
    for row in csv.DictReader(io.StringIO(body.decode())):
        number = row["Offence group and specifier for criminal act"].split()[0]
        expected[row["Month"]] += float(row["value"] or 0) if number.isdigit() else 0

    facts = read("statfin-offences-file", body, day="2025-04-20").facts

    told = {f"{one.reference_date:%YM%m}{'*' * (one.status == 'provisional')}": one.value for one in facts}
    assert (len(told), told) == (195, expected)
    assert {(one.area, one.stratum) for one in facts} == {("country:FI", "group:sexual")}


def described(page: dict[str, Any]) -> dict[str, Any]:
    """Describe the table that a cube was cut from, as the service does."""
    return {"title": page["label"], "variables": [
        {"code": name, "text": one["label"], "values": list(one["category"]["index"]),
         "valueTexts": list(one["category"]["label"].values())}
        for name, one in page["dimension"].items()
    ]}  # fmt: skip


@pytest.mark.parametrize("name", ["statfin-population", "statfin-offences"])
def test_a_table_is_asked_and_read(name: str):
    """The recipe's question selects just what its sample answer holds."""
    one = recipe(texts()[name], name)
    found = sample(one)
    assert found
    pages = [json.loads(page) for page in found[0]]

    def pxweb(asked: Handler) -> None:
        body = asked.server.bodies[-1]  # type: ignore[attr-defined] # the server is the test's own
        asked.give(200, found[0][0] if body else json.dumps(described(pages[0])).encode())

    with serving(pxweb) as service, Transport(("127.0.0.0/8",), attempts=1) as transport:
        fetch = one.fetch.model_copy(update={"url": service.url})
        answer = transport.ask(one.model_copy(update={"fetch": fetch}), today=date(2026, 4, 2))

    query = {part["code"]: part["selection"]["values"] for part in json.loads(service.bodies[-1])["query"]}
    assert query == {code: list(side["category"]["index"]) for code, side in pages[0]["dimension"].items()}
    assert answer.pages == (found[0][0],)


def test_the_table_keeps_a_municipality_that_has_merged():
    """Pertunmaa's offences are Mäntyharju's; where one of the two has no number, neither has the sum."""
    found = sample(recipe(texts()["statfin-offences"], "statfin-offences"))
    assert found

    values = said(read("statfin-offences", *found[0], day="2025-04-17").facts)

    assert values["offences", "municipality:507", "2024-02-01", "all"] == 31 + 6
    assert values["offences", "municipality:507", "2025-03-01", "group:violence"] is None
    assert not [key for key in values if key[1] == "municipality:588"]


POLICE = "Kunta;Viikko;Rikosilmoitukset\n"


def test_a_delivery_of_the_police_speaks_for_its_municipalities_and_weeks():
    """A second one without Nokia leaves Nokia's numbers; a week it spans but lacks is withdrawn."""
    first = read("police-weekly", f"{POLICE}Tampere;2020-W12;455\nTampere;2020-W13;412\n"
                 "Tampere;2020-W14;377\nNokia;2020-W13;38\n".encode(), day="2020-04-06")  # fmt: skip
    second = read("police-weekly", f"{POLICE}Tampere;2020-W12;455\nTampere;2020-W14;390\n".encode(),
                  day="2020-05-07")  # fmt: skip
    known = {one.key: (one.value, one.status) for one in first.facts}

    told = {(one.area, f"{one.reference_date}"): one.status for one in news(known, second.facts, "delivery")}

    assert told == {
        ("municipality:837", "2020-03-30"): "normal",
        ("municipality:837", "2020-03-23"): "withdrawn",
    }


@pytest.mark.parametrize(("again", "why"), [(412, "is named twice in one week"), (421, "two values")])
def test_a_week_told_twice_is_refused(again: int, why: str):
    rows = f"{POLICE}Tampere;2020-W13;412\nTampere;2020-W13;{again}\n"

    with pytest.raises(NotUnderstood, match=why):
        read("police-weekly", rows.encode(), day="2020-04-06")


@pytest.mark.recorded
def test_googles_regional_figures_are_read_as_by_hand(recorded: Path):
    """Fractions become per cent; a figure left out for privacy is withheld, not zero."""
    body = (recorded / "mobility" / "google_mobility_finland_regions_2020-03-29_04-05_04-11.csv").read_bytes()
    expected: Said = {}
    for row in csv.DictReader(io.StringIO(body.decode())):
        name = row["subregion"] or row["region"]
        area = f"region:{GOOGLE[name]}" if name in GOOGLE else register().match(name, "region") or name
        for indicator, (column, _) in CATEGORIES.items():
            value = round(100 * float(row[column])) if row[column] else None
            expected[f"mobility-{indicator}", area, row["updated_at"], "all"] = value

    understood = read("google-mobility-reports", body, day="2020-04-17")

    assert (said(understood.facts), understood.faults) == (expected, [])
    assert {one.status for one in understood.facts if one.value is None} == {"suppressed"}


@pytest.mark.recorded
def test_googles_daily_figures_are_read_as_by_hand(recorded: Path):
    body = (recorded / "mobility" / "google_mobility_FI_daily_2020-02-29_2020-04-11.json").read_bytes()
    country = json.loads(body)["country"]
    expected = {
        (f"mobility-{indicator}", "country:FI", point["date"], "all"): point["value"]
        for indicator, (_, name) in CATEGORIES.items()
        for point in country[name]["points"]
    }

    understood = read("google-mobility-country", body, day="2020-04-17")

    assert (said(understood.facts), understood.faults) == (expected, [])


def derived(name: str, rows: list[tuple[str, str, str, float]]) -> list[tuple[Any, ...]]:
    """Compute an indicator from observations: indicator, area, day, value."""
    kinds = {"indicator": "VARCHAR", "area": "VARCHAR", "reference_date": "DATE", "value": "DOUBLE"}
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[2] = [date.fromisoformat(day) for day in columns[2]]
    with Sheet() as sheet:
        sheet.put("observations", {
            **{key: (kind, cells) for (key, kind), cells in zip(kinds.items(), columns, strict=True)},
            "stratum": ("VARCHAR", ["all"] * len(rows)), "status": ("VARCHAR", ["normal"] * len(rows)),
        })  # fmt: skip
        fill(sheet, catalogue(indicators()).needed({name}), datetime(2025, 4, 1, tzinfo=UTC).date())
        sql = f"select area, reference_date, value from {name.replace('-', '_')} order by all"  # noqa: S608 - a name
        return [(area, f"{day}", round(value, 3)) for area, day, value in sheet.ask(sql).rows]


def test_offences_are_compared_with_the_same_month_a_year_earlier():
    """Also across 29 February, a year of 366 days."""
    months = {"2024-02-01": 200.0, "2025-02-01": 250.0, "2025-03-01": 99.0}
    rows = [("offences", "municipality:837", day, value) for day, value in months.items()]

    assert derived("offences-change-year", rows) == [("municipality:837", "2025-02-01", 25.0)]


def test_offences_are_set_against_inhabitants():
    n_people = register().population("municipality:837", date(2025, 4, 1))
    assert n_people

    found = derived("offences-per-1000", [("offences", "municipality:837", "2025-02-01", 1890.0)])

    assert found == [("municipality:837", "2025-02-01", round(1_890_000 / n_people, 3))]


def test_the_share_of_the_old_is_of_all_inhabitants():
    rows = [("inhabitants", "municipality:109", "2025-01-01", 4000.0),
            ("inhabitants-75-plus", "municipality:109", "2025-01-01", 500.0)]  # fmt: skip

    assert derived("share-75-plus", rows) == [("municipality:109", "2025-01-01", 12.5)]
