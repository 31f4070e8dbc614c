"""The exercise: an invented epidemic must keep the forms, the delays and the honesty of the real sources."""

import csv
import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tilannekuva.domain.areas import register
from tilannekuva.flows import exercise
from tilannekuva.flows.exercise import Epidemic, Simulated, answers, city, decisions, epidemic
from tilannekuva.flows.reading import understand
from tilannekuva.sources.recipe import recipe, texts
from tilannekuva.sources.table import table

RECORDED = Path(__file__).parents[3] / "shared" / "data"
FIRST = date(2026, 2, 20)
LAST = FIRST + timedelta(260)
FORM = "decisions-own"  # each answer is one decision
RECIPES = {name: recipe(text, name) for name, text in texts().items()}
TOTAL = "Kaikki sairaanhoitopiirit"
Known = dict[date, dict[str, list[int]]]  # landing day, district, cases from the first day on


@pytest.fixture(scope="module")
def run() -> list[Simulated]:
    return list(answers(seed=7, first=FIRST, last=LAST, since=LAST - timedelta(220)))


def noon(day: date) -> datetime:
    """Give noon of a day."""
    return datetime.combine(day, time(12), UTC)


def at(run: list[Simulated], source_id: str, day: date) -> bytes:
    """Give the answer of a source that landed on a day."""
    return next(a.body for a in run if a.source_id == source_id and a.landed_at.date() == day)


def of(run: list[Simulated], source_id: str) -> list[Any]:
    """Read the answers of one source, CSV as rows of cells."""
    bodies = [answer.body for answer in run if answer.source_id == source_id]
    if source_id.startswith("hs"):
        return [json.loads(body) for body in bodies]
    return [[line.split(";") for line in body.decode().splitlines()] for body in bodies]


def vintages(run: list[Simulated]) -> Known:
    """Cases known on each landing day."""
    landed = [answer.landed_at.date() for answer in run if answer.source_id == "hs-cases-district"]
    told = [answer["confirmed"] for answer in of(run, "hs-cases-district")]
    return {
        day: {name: [row["value"] for row in rows] for name, rows in confirmed.items()}
        for day, confirmed in zip(landed, told, strict=True)
    }


@pytest.fixture(scope="module")
def known(run: list[Simulated]) -> Known:
    return vintages(run)


def short(seed: int = 1, *, first: date = FIRST, days: int = 30, since: int = 0) -> list[Simulated]:
    last = first + timedelta(days)
    return list(answers(seed=seed, first=first, last=last, since=first + timedelta(since)))


def decides(answer: Simulated) -> bool:
    """Whether an answer tells of decisions: two calm months decide the same."""
    return answer.source_id.startswith("decisions-")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    assert short(1) == short(1)
    ours, others = ({a.body for a in short(seed, since=30) if not decides(a)} for seed in (1, 2))
    assert ours.isdisjoint(others)


def test_a_later_last_day_changes_no_earlier_answer():
    early, late = short(days=30), short(days=45)

    assert early == late[: len(early)]
    assert len(early) < len(late)


def test_since_leaves_out_earlier_days_and_changes_nothing_else():
    expected = [a for a in short() if a.landed_at.date() >= FIRST + timedelta(20)]

    assert expected == short(since=20)


def test_days_before_the_epidemic_or_after_the_last_have_no_answers():
    before = answers(seed=1, first=FIRST, last=FIRST, since=FIRST - timedelta(9))

    assert {FIRST} == {a.landed_at.date() for a in before}
    assert list(answers(seed=1, first=FIRST, last=FIRST - timedelta(1))) == []
    assert short(days=3, since=4) == []


def test_answers_land_in_order_each_source_in_its_hours(run: list[Simulated]):
    instants = [a.landed_at for a in run]
    hours = defaultdict(list)
    for answer in run:
        assert answer.landed_at.tzinfo is UTC
        hours[answer.source_id[:2]].append(answer.landed_at.time())

    assert sorted(instants) == instants
    assert time(9, 30) <= min(hours["hs"]) < max(hours["hs"]) < time(12, 30)
    assert time(10, 50) <= min(hours["th"]) < max(hours["th"]) < time(11, 20)


def test_history_runs_from_the_first_day_to_the_day_of_landing(run: list[Simulated], known: Known):
    for day, cases in known.items():
        assert {(day - FIRST).days + 1} == {len(values) for values in cases.values()}
    rows = of(run, "hs-cases-district")[-1]["confirmed"]["Pirkanmaa"]
    assert (f"{FIRST}T15:00:00.000Z", f"{LAST}T15:00:00.000Z") == (rows[0]["date"], rows[-1]["date"])
    assert {"Pirkanmaa"} == {row["healthCareDistrict"] for row in rows}


def test_districts_sum_to_the_total_of_the_same_answer(run: list[Simulated], known: Known):
    for cases in known.values():
        districts = [values for name, values in cases.items() if name != TOTAL]
        assert cases[TOTAL] == [sum(day) for day in zip(*districts, strict=True)]
    for tested in of(run, "hs-tests-district"):
        total = tested.pop(TOTAL)
        assert total == {key: sum(row[key] for row in tested.values()) for key in ("tested", "population")}
    for _, *rows, (name, total) in of(run, "thl-cases-district"):
        assert ("Kaikki Alueet", int(total)) == (name, sum(int(cases) for _, cases in rows))


def test_the_day_of_landing_is_a_published_zero(run: list[Simulated], known: Known):
    for cases in known.values():
        assert {0} == {values[-1] for values in cases.values()}
    assert {0} == {answer["tested"][-1]["value"] for answer in of(run, "hs-tests")}
    assert {"0"} == {rows[-1][2] for rows in of(run, "thl-cases-country")}


MEASURED = {  # share known 1, 2, 3, 4, 6, 10 days after the sample day
    "Varsinais-Suomi": (0.20, 0.90, 0.98, 0.99, 0.99, 1.00),
    "Pirkanmaa": (0.03, 0.29, 0.65, 0.74, 0.88, 0.95),
    "Kanta-Häme": (0.02, 0.27, 0.76, 0.90, 0.99, 1.00),
    "HUS": (0.67, 0.95, 0.98, 0.98, 0.99, 1.00),
}


@pytest.mark.parametrize("district", MEASURED)
def test_cases_become_known_with_the_measured_delay_of_their_district(known: Known, district: str):
    told = [cases[district] for cases in known.values()]
    settled = (LAST - FIRST).days - 25
    for delay, share in zip((1, 2, 3, 4, 6, 10), MEASURED[district], strict=True):
        days = [(values, len(values) - 1 - delay) for values in told]
        pairs = [(values[day], told[-1][day]) for values, day in days if day <= settled]
        early, final = (sum(column) for column in zip(*pairs, strict=True))
        assert early / final == pytest.approx(share, abs=0.04)
        assert final > 500, "too few cases to measure"


def test_known_shares_are_linear_between_the_measured_days_and_reach_one():
    shares = epidemic.known_shares("Pirkanmaa")

    assert len(shares) == 21
    assert shares[:5] == pytest.approx([0.03, 0.29, 0.65, 0.74, 0.81])
    assert shares[9:12] == pytest.approx([0.95, 0.95 + 0.05 / 11, 0.95 + 0.10 / 11])
    assert shares[-1] == pytest.approx(1.0)


def test_a_known_day_falls_only_by_one_removed_duplicate_and_only_when_old(known: Known):
    falls = [
        (after - before, (new - FIRST).days - sampled)
        for (_, old_cases), (new, cases) in pairwise(known.items())
        for name in MEASURED
        for sampled, (before, after) in enumerate(zip(old_cases[name], cases[name], strict=False))
        if after < before
    ]

    assert {-1} == {fall for fall, _ in falls}
    assert min(age for _, age in falls) > 21
    assert 5 < len(falls) < 100


def test_cumulative_tables_fall_by_removed_duplicates_alone(run: list[Simulated]):
    tables = [{name: int(cases) for name, cases in rows[1:]} for rows in of(run, "thl-cases-district")]
    steps = [new[name] - old[name] for old, new in pairwise(tables) for name in new]

    assert -2 <= min(steps) < 0  # two when an answer is missing between
    assert sum(1 for step in steps if step < 0) < len(steps) / 20


def test_deaths_doses_and_tests_never_fall(run: list[Simulated]):
    told = [{(r["area"], r["date"]): r["shots"] for r in rows} for rows in of(run, "hs-vaccination")]
    assert all(new[key] >= old[key] for old, new in pairwise(told) for key in old)
    tested = [{name: row["tested"] for name, row in rows.items()} for rows in of(run, "hs-tests-district")]
    assert all(new[name] >= old[name] for old, new in pairwise(tested) for name in new)
    for old, new in pairwise(of(run, "hs-hospital")[-1]["hospitalised"]):
        assert old["area"] != new["area"] or old["dead"] <= new["dead"]


def test_patients_are_those_on_wards_and_in_intensive_care_and_areas_sum_to_the_country(run: list[Simulated]):
    days = defaultdict(dict)
    for row in of(run, "hs-hospital")[-1]["hospitalised"]:
        assert row["totalHospitalised"] == row["inWard"] + row["inIcu"]
        assert min(row["inWard"], row["inIcu"]) >= 0
        days[row["date"][:10]][row["area"]] = row
    assert (LAST - FIRST).days + 1 == len(days)
    for areas in days.values():
        country = areas.pop("Finland")
        assert {"HYKS", "KYS", "OYS", "TAYS", "TYKS"} == set(areas)
        for column in ("totalHospitalised", "inWard", "inIcu", "dead"):
            assert country[column] == sum(row[column] for row in areas.values())


def test_hospital_rows_are_never_dated_after_they_landed(run: list[Simulated]):
    for answer in run:
        if answer.source_id == "hs-hospital":
            newest = max(row["date"] for row in json.loads(answer.body)["hospitalised"])
            assert datetime.fromisoformat(newest) < answer.landed_at


def test_doses_begin_on_their_day_and_areas_sum_to_the_country():
    days = epidemic.VACCINATIONS_FROM
    told = of(short(days=days + 30, since=days - 1), "hs-vaccination")
    doses: defaultdict[str, list[int]] = defaultdict(list)
    for row in told[-1]:
        doses[row["area"]].append(row["shots"])
    country = doses.pop("Finland")

    assert (country[0], len(country)) == (0, 31)
    assert len(told[0]) == 7, "the first answer holds one day of seven areas"
    assert country[-1] > 10_000
    assert country == [sum(day) for day in zip(*doses.values(), strict=True)]
    assert all(rows[0]["date"].startswith(f"{FIRST + timedelta(days)}") for rows in told)


def test_the_daily_table_has_its_header_and_agrees_with_the_district_answer(
    run: list[Simulated], known: Known
):
    day = [a.landed_at.date() for a in run if a.source_id == "thl-cases-country"][-1]
    header, *rows = of(run, "thl-cases-country")[-1]

    assert header == ["Mittari", "Aika", "val"]
    assert {"Tapausten lukumäärä"} == {row[0] for row in rows}
    assert [f"{FIRST + timedelta(n)}" for n in range(len(rows))] == [row[1] for row in rows]
    assert known[day][TOTAL] == [int(row[2]) for row in rows]


def test_the_district_table_has_its_header_and_agrees_with_the_district_answer(
    run: list[Simulated], known: Known
):
    header, *rows = of(run, "thl-cases-district")[-1]

    assert header == ["Alue", "val"]
    assert sum(known[LAST]["Pirkanmaa"]) == int(dict(rows)["Pirkanmaan SHP"])
    assert sum(known[LAST]["HUS"]) == int(dict(rows)["Helsingin ja Uudenmaan SHP"])


def test_a_week_is_the_sum_of_its_monday_to_sunday_and_empty_until_it_is_over(
    run: list[Simulated], known: Known
):
    landed = [a.landed_at.date() for a in run if a.source_id == "thl-cases-weekly"][-1]
    cases = known[landed]["Pirkanmaa"]
    header, *rows = of(run, "thl-cases-weekly")[-1]
    weeks = {label: value for name, label, value in rows if name == "Birkalands SVD"}
    for n in range(len(cases) // 7 - 1):
        monday = FIRST + timedelta(7 * n + 3)  # the epidemic begins on a Friday
        label = f"År {monday.isocalendar().year} Vecka {monday.isocalendar().week:02}"
        assert str(sum(cases[7 * n + 3 : 7 * n + 10])) == weeks[label]
    this_week = f"År {landed.isocalendar().year} Vecka {landed.isocalendar().week:02}"
    assert (weeks[this_week], header) == ("", ["Områden", "Tid", "val"])


def test_the_weekly_table_totals_its_weeks_and_lands_on_thursdays_only(run: list[Simulated]):
    landed = [a.landed_at for a in run if a.source_id == "thl-cases-weekly"]
    assert {3} == {at.weekday() for at in landed}
    for _, *rows in of(run, "thl-cases-weekly"):
        sums: Counter[str] = Counter()
        for name, label, value in rows:
            sums[name] += int(value or 0) * (-1 if label == "Alla tider" else 1)
        assert {0} == set(sums.values())
        country = {label: value for name, label, value in rows if name == "Alla områden"}
        assert int(country["Alla tider"]) > 1000


@pytest.mark.parametrize(
    ("first", "years"),
    [
        (date(2020, 12, 20), {2020: (1, 53), 2021: (1, 52)}),
        (date(2021, 1, 20), {2020: (53, 53), 2021: (1, 52)}),
        (date(2026, 12, 20), {2026: (1, 53), 2027: (1, 52)}),
    ],
)
def test_weeks_are_labelled_by_the_iso_calendar_with_its_weeks_53(
    first: date, years: dict[int, tuple[int, int]]
):
    rows = of(short(first=first, days=40), "thl-cases-weekly")[-1][1:]
    labels = [label for name, label, _ in rows if name == "Alla områden"]

    expected = [f"År {y} Vecka {w:02}" for y, (low, high) in years.items() for w in range(low, high + 1)]
    assert [*expected, "Alla tider"] == labels


def test_weeks_before_the_epidemic_have_no_value_and_a_week_without_cases_has_zero():
    rows = of(short(first=date(2020, 12, 20), days=11), "thl-cases-weekly")[-1][1:]
    weeks = {(name, label): value for name, label, value in rows}

    assert weeks["Alla områden", "År 2020 Vecka 50"] == ""
    assert weeks["Östra Savolax SVD", "År 2020 Vecka 51"] in {"0", "1"}
    assert weeks["Alla områden", "År 2020 Vecka 53"] == ""


def test_a_source_skips_a_day_now_and_then_but_not_towards_the_end(run: list[Simulated]):
    whole = exercise.SOURCES.keys() & RECIPES.keys()  # services begin late, a form has no rhythm
    for source_id in whole - {"thl-cases-weekly", "thl-cases-municipality", FORM}:
        landed = {a.landed_at.date() for a in run if a.source_id == source_id}
        skipped = [n for n in range(120, 261) if FIRST + timedelta(n) not in landed]
        assert len(skipped) == 3, "one in each forty days"
        assert max(skipped) < epidemic.NO_GAPS_FROM


def test_municipalities_hide_small_numbers_and_add_up_to_their_district(run: list[Simulated]):
    """What is shown is zero or at least five; with up to four for each hidden one it is the district's."""
    landed, body = next((a.landed_at.date(), a.body) for a in run if a.source_id == "thl-cases-municipality")
    weeks = understand(
        RECIPES["thl-cases-weekly"], (at(run, "thl-cases-weekly", landed),), noon(landed)
    ).facts
    facts = understand(RECIPES["thl-cases-municipality"], (body,), noon(landed)).facts
    members = {area.id for area in register().members("hospital-district:06", on=landed)}
    for whole in (fact for fact in weeks if fact.area == "hospital-district:06" and fact.value):
        parts = [
            fact for fact in facts if fact.area in members and fact.reference_date == whole.reference_date
        ]
        shown = sum(fact.value or 0 for fact in parts)
        assert shown <= whole.value <= shown + 4 * sum(fact.status == "suppressed" for fact in parts)
        assert not [fact for fact in parts if fact.value and fact.value < 5]


def a_quiet_and_a_high_month() -> tuple[Epidemic, Epidemic]:
    """Give the same thirty days twice, the second with three times the infections of a wave's height."""
    quiet, high = Epidemic(1), Epidemic(1)
    for n in range(30):
        quiet.step(FIRST + timedelta(n))
        high.step(FIRST + timedelta(n))
    for course in high.courses:
        course.infections = [3 * course.district.peak for _ in course.infections]
    return quiet, high


def test_people_stay_at_home_and_the_air_grows_cleaner_when_the_epidemic_is_high():
    quiet, high = a_quiet_and_a_high_month()
    fumes = [
        sum(row["NO2_PT1H_avg"] for row in json.loads(city.fmi_air(one, until=23))) for one in (quiet, high)
    ]

    assert fumes[1] < 0.6 * fumes[0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_waves_reach_a_believable_height_and_rise_again_in_pirkanmaa(seed: int):
    (cases,) = vintages(short(seed, days=260, since=260)).values()
    week = {name: [sum(v[n - 6 : n + 1]) for n in range(6, len(v))] for name, v in cases.items()}

    heights = {
        "Pirkanmaa": (60, 190),
        "Varsinais-Suomi": (50, 150),
        "Kanta-Häme": (12, 60),
        "HUS": (300, 900),
    }
    for name, (low, high) in heights.items():
        assert low <= max(cases[name]) <= high
        assert min(week[name][100:200]) < 0.4 * max(week[name][:100]), "the first wave falls"
    assert week["Pirkanmaa"][247] > 2 * week["Pirkanmaa"][215]
    assert max(week["Pirkanmaa"][130:190]) < max(week["Pirkanmaa"][:100])


@pytest.mark.parametrize("source_id", [one for one in exercise.SOURCES if one in RECIPES])
def test_the_recipe_of_the_real_source_reads_every_row(run: list[Simulated], source_id: str):
    newest = [answer.body for answer in run if answer.source_id == source_id][-1]
    read = table(newest, recipe(texts()[source_id], source_id).fetch)

    assert read.faults == []
    assert read.n_rows >= (1 if source_id == FORM else 15 if source_id.startswith("decisions-") else 22)


def test_weekends_have_fewer_samples(known: Known):
    by_weekday: Counter[int] = Counter()
    for n, cases in enumerate(known[LAST][TOTAL][:-21]):
        by_weekday[(FIRST + timedelta(n)).weekday()] += cases

    assert {5, 6} == {weekday for weekday, _ in by_weekday.most_common()[-2:]}


def test_half_to_six_tests_of_a_hundred_are_positive(run: list[Simulated], known: Known):
    cases = known[LAST][TOTAL][:-21]
    tested = [row["value"] for row in of(run, "hs-tests")[-1]["tested"]]

    for start in range(0, len(cases) - 14, 14):
        assert 0.005 < sum(cases[start : start + 14]) / sum(tested[start : start + 14]) < 0.06


def test_patients_follow_the_cases_and_a_fifth_are_in_intensive_care(run: list[Simulated], known: Known):
    rows = [row for row in of(run, "hs-hospital")[-1]["hospitalised"] if row["area"] == "Finland"]
    patients = [row["totalHospitalised"] for row in rows]
    cases = known[LAST][TOTAL]
    peak = max(range(130), key=lambda n: sum(cases[max(0, n - 7) : n + 7]))

    assert {0} == set(patients[:7])
    assert 0.15 < sum(row["inIcu"] for row in rows) / sum(patients) < 0.25
    assert 0.2 < sum(patients) / sum(cases) < 0.5  # one in 22 comes and stays eight days
    assert peak + 4 < max(range(130), key=patients.__getitem__) < peak + 30


recorded = pytest.mark.skipif(not RECORDED.exists(), reason="no recorded data beside the project")


@recorded
@pytest.mark.recorded
def test_districts_and_keys_are_those_of_a_recorded_answer(run: list[Simulated]):
    path = RECORDED / "hs/recorded_2020-04-10_processedThlData.json"
    theirs, ours = json.loads(path.read_bytes())["confirmed"], of(run, "hs-cases-district")[-1]["confirmed"]

    assert list(theirs) == list(ours)
    assert theirs["HUS"][0].keys() == ours["HUS"][0].keys()


@recorded
@pytest.mark.recorded
def test_hospital_areas_and_keys_are_those_of_a_recorded_answer(run: list[Simulated]):
    path = RECORDED / "hs/recorded_2020-04-10_finnishCoronaHospitalData.json"
    theirs, ours = json.loads(path.read_bytes())["hospitalised"], of(run, "hs-hospital")[-1]["hospitalised"]

    assert {row["area"] for row in theirs} - {"Other than HYKS"} == {row["area"] for row in ours}
    assert theirs[-1].keys() == ours[-1].keys()


@recorded
@pytest.mark.recorded
@pytest.mark.parametrize(
    ("name", "source_id"),
    [
        ("sampo_csv_hcd_cumulative_as_recorded_2020-12-10.csv", "thl-cases-district"),
        ("sampo_csv_sv_weekly_hcd_recorded_2024-01-30.csv", "thl-cases-weekly"),
        ("sampo_csv_daily_as_recorded_2021-02-18.csv", "thl-cases-country"),
    ],
)
def test_tables_have_the_header_and_names_of_a_recorded_one(run: list[Simulated], name: str, source_id: str):
    header, *rows = (line.split(";") for line in (RECORDED / "thl" / name).read_text("utf-8").splitlines())
    our_header, *our_rows = of(run, source_id)[-1]

    assert header == our_header
    assert list(dict.fromkeys(row[0] for row in rows)) == list(dict.fromkeys(row[0] for row in our_rows))


@recorded
@pytest.mark.recorded
def test_each_district_sends_its_patients_to_the_university_hospital_of_its_area():
    with (RECORDED / "geo/geofi/municipality_key_2020.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    areas = {row["sairaanhoitop_name_fi"]: row["erva_code"] for row in rows}
    hospitals = {"1": "HYKS", "2": "TYKS", "3": "TAYS", "4": "KYS", "5": "OYS", "6": "TYKS"}  # 6 is Åland
    ours = {district.fi: district.hospital for district in epidemic.DISTRICTS}

    assert {name: hospitals[code] for name, code in areas.items()} == ours


def test_roads_tell_a_year_on_mondays_and_empty_when_the_epidemic_is_high():
    quiet, high = a_quiet_and_a_high_month()
    told = [list(csv.DictReader(city.road_traffic(one).decode("utf-8-sig").splitlines(), delimiter=";"))
            for one in (quiet, high)]  # fmt: skip
    sums = [sum(int(row["kaikki"]) for row in rows) for rows in told]

    assert len(told[0]) == 21 * (city.ROAD_HISTORY if quiet.days[-1].weekday() == 0 else city.ROAD_DAYS)
    assert sums[1] < 0.6 * sums[0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_come_with_the_first_wave_go_in_the_calm_and_come_again_with_the_second(seed: int):
    made = Epidemic(seed)
    for n in range((LAST - FIRST).days + 1):
        made.step(FIRST + timedelta(n))
    heights = [one.after for one in decisions.steps(made, decisions.THURSDAY)]
    calm = [one.after for one in decisions.steps(made, decisions.MONDAY, "Pirkanmaa")][11:15]

    assert max(heights[:8]) > 0 == min(heights[8:13])
    assert heights[-1] > 0
    assert calm == [0, 0, 0, 0]


def test_what_was_decided_does_not_change_with_what_comes_after():
    made, told = Epidemic(1), []
    for n in range(200):
        made.step(FIRST + timedelta(n))
        told.append(decisions.steps(made, decisions.THURSDAY))

    assert len(told[-1]) > 12
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(told))


@pytest.mark.parametrize("source_id", [one for one in exercise.SOURCES if one.startswith("decisions-")])
def test_decisions_are_read_by_the_recipe_of_the_real_source_and_say_that_they_are_exercised(
    run: list[Simulated], source_id: str
):
    """Two of the formats let no title be chosen; a title that is chosen says Harjoitus."""
    body = [answer.body for answer in run if answer.source_id == source_id][-1]
    found = understand(RECIPES[source_id], (body,), noon(LAST) + timedelta(hours=5)).decisions
    chosen = source_id in ("decisions-government", "decisions-tampere-cloudnc", FORM)

    assert len(found) >= (1 if source_id == FORM else 15)
    assert all((decisions.MARK in one.title_fi) == chosen for one in found)
    assert all(one.taken_on is None or one.taken_on <= LAST for one in found)


@pytest.mark.parametrize("later", range(7))
def test_a_demo_begun_on_any_day_of_the_week_has_decided_and_reviewed(later: int):
    """Within the thirty days that are replayed, so that its effect card has figures of both days."""
    made, told = Epidemic(1), []
    for n in range((LAST - FIRST).days + 1):
        made.step(FIRST + timedelta(later + n))
        if n > (LAST - FIRST).days - 30 and (body := decisions.own(made)):
            told += json.loads(body)["decisions"]
    taken, reviewed = (
        {one["id"] for one in told if bool(one["reviewed_on"]) is done} for done in (False, True)
    )

    assert taken & reviewed
