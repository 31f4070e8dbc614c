"""Forecasts: of nothing known later, kept for ever, for whoever may see the indicator."""

import csv
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import outbreak
import pytest
from listening import free_port, shown
from outbreak import COUNTRY, DAYS, noon
from worlds import Telling

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.errors import BadInput, UnknownIndicator
from tilannekuva.flows import keeping
from tilannekuva.flows.forecasting import Made, forecast
from tilannekuva.flows.foreseen import Foreseen, divided
from tilannekuva.flows.foretold import FLAT, advice, forecasts, foretold, kept, packed, unpacked
from tilannekuva.flows.hubverse import respicast, rows, table
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.sight import seen
from tilannekuva.flows.upkeep import rebuild, verify
from tilannekuva.flows.workspace import Workspace
from tilannekuva.models.memory import Memory

CITY, DISTRICT = "municipality:837", "hospital-district:06"
NOW, EARLIER = noon(DAYS), noon(191)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a workspace that was told of an outbreak day by day, and has forecast nothing."""
    made = outbreak.made(tmp_path_factory.mktemp("outbreak") / "workspace")
    workspace = Workspace(made)
    outbreak.tell(workspace)
    workspace.close()
    return made


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Give a copy of it that may be written to."""
    shutil.copytree(folder, tmp_path / "own")
    workspace = Workspace(tmp_path / "own")
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Made]:
    """Give forecasts of all indicators, with samples, by indicator."""
    workspace = Workspace(folder)
    made = forecast(workspace, NOW, samples=50)
    workspace.close()
    return {one.indicator.id: one for one in made}


class Remembered(Memory):
    """A memory that lists what was made."""

    def __init__(self) -> None:
        super().__init__()
        self.made = list[str]()

    def recalled(self, key: str, make: Callable[[], object]) -> object:
        return super().recalled(key, lambda: self.made.append(key) or make())


def bytes_of(made: Made) -> bytes:
    return packed(made.lines, made.levels)


def test_nothing_known_later_enters(own: Workspace, told: dict[str, Made]):
    with own.writing("test"):
        own.store.append(list(outbreak.later(DAYS)))

    for one in forecast(own, NOW):
        assert bytes_of(told[one.indicator.id]) == bytes_of(one), one.indicator.id


def test_what_is_remembered_of_the_day_before_saves_work_and_changes_nothing(
    own: Workspace, told: dict[str, Made]
):
    memory, made = Remembered(), list[int]()
    for at in (noon(DAYS - 1), NOW):
        found = forecast(own, at, samples=50, memory=memory)
        made.append(len(memory.made))

    assert found == [*told.values()]
    assert made[1] - made[0] < made[0] / 2


def test_what_is_told_later_is_heard_then(own: Workspace, told: dict[str, Made]):
    with own.writing("test"):
        own.store.append(list(outbreak.later(DAYS)))

    (one,) = forecast(own, noon(DAYS + 11), indicators=["cases-weekly"])

    assert bytes_of(told["cases-weekly"]) != bytes_of(one)


@pytest.mark.parametrize(
    "name", ["cases-weekly", "in-ward", "deaths", "deaths-weekly", "incidence-14d", "need-phone-ring"]
)
def test_quantiles_rise_and_none_is_negative(told: dict[str, Made], name: str):
    lines = told[name].lines

    assert lines
    assert all(list(one.values) == sorted(one.values) and one.values[0] >= 0 for one in lines)
    assert {0, 1, 2, 3, 4} == {one.horizon for one in lines if one.model != FLAT}


def told_at(name: str) -> str:
    """Give the level that an indicator is told at: hospitals tell of larger areas."""
    return "university-hospital-area" if name in ("in-ward", "deaths-weekly") else "hospital-district"


@pytest.mark.parametrize("name", ["in-ward", "deaths-weekly"])
def test_patients_and_deaths_are_drawn_for_districts_and_towns_so_that_sums_agree(
    told: dict[str, Made], name: str
):
    drawn = {(one.location, one.horizon): one.values for one in told[name].samples}

    for horizon in range(5):
        inside = [
            drawn[one] for one in drawn if one[0].startswith("hospital-district:") and one[1] == horizon
        ]
        assert [sum(one) for one in zip(*inside, strict=True)] == list(drawn[COUNTRY, horizon])
        assert len({*drawn["municipality:837", horizon]}) > 1, "who of them lives in a town is not known"


def test_deaths_are_of_towns_that_had_the_cases_weeks_before():
    towns = ["municipality:837", "municipality:604"]
    weeks = np.full((3, 10), 100.0)
    weeks[1, -2:] = weeks[2, :-2] = 0  # all cases are in the first town, in the last two weeks in the second
    drawn = np.concatenate([weeks[:, -2:], weeks[:, -1:].repeat(4, axis=1)], axis=1)
    cases = np.stack([drawn] * 8, axis=2)
    found = Foreseen([DISTRICT, *towns], 1, noon(0).date(), noon(69).date(), cases, weeks, weeks, (0, 0))
    whole = np.full((1, 5, 8), 7.0)

    areas, now = divided([DISTRICT], whole, found, noon(70).date(), base=1)
    _, later = divided([DISTRICT], whole, found, noon(70).date(), base=1, ago=2)

    assert [DISTRICT, *towns] == areas
    assert (now[2] == 7).all()
    assert (later[1, 0] == 7).all()
    assert (later[2, 4] == 7).all()


@pytest.mark.parametrize("name", ["cases-weekly", "in-ward", "deaths-weekly", "need-phone-ring"])
def test_in_every_sample_the_country_is_the_sum_of_its_areas(told: dict[str, Made], name: str):
    sums, country = defaultdict(lambda: [0.0] * 50), {}
    for one in told[name].samples:
        if one.location == COUNTRY:
            country[one.horizon] = list(one.values)
        elif one.location.partition(":")[0] == told_at(name):
            sums[one.horizon] = [a + b for a, b in zip(sums[one.horizon], one.values, strict=True)]

    assert country == dict(sums)


@pytest.mark.parametrize("name", ["cases-weekly", "in-ward", "need-grocery-bags"])
def test_in_every_sample_towns_are_no_more_than_their_district(told: dict[str, Made], name: str):
    drawn = {(one.location, one.horizon): one.values for one in told[name].samples}

    for horizon in range(5):
        towns = zip(*(drawn[town, horizon] for town in outbreak.TOWNS), strict=True)
        assert all(sum(few) <= whole for few, whole in zip(towns, drawn[DISTRICT, horizon], strict=True))


def test_a_flat_line_goes_on_from_the_last_week_of_a_town_also_before_it_is_told(own: Workspace):
    (made,) = forecast(own, noon(197), indicators=["cases-weekly"])
    lines = {(one.location, one.model, one.horizon): one.values[11] for one in made.lines}

    assert lines[CITY, FLAT, 1] == pytest.approx(lines[CITY, "weekly", 0], rel=0.05)
    assert lines[CITY, FLAT, 1] > 50


def test_a_week_that_is_not_all_told_yet_is_completed(own: Workspace):
    """Sunday is two days old: a quarter of it is still to come."""
    tuesday = noon(197)
    (made,) = forecast(own, tuesday, indicators=["cases-weekly"])
    nowcast = next(one for one in made.lines if (one.location, one.horizon) == (DISTRICT, 0))
    heard = own.store.as_of(tuesday, indicators={"cases"}, areas={DISTRICT}, since=nowcast.reference_date)
    so_far = sum(one.value or 0 for one in heard if one.reference_date < tuesday.date() - timedelta(days=1))
    in_the_end = sum(outbreak.final(DISTRICT, day) for day in range(189, 196))

    assert so_far < nowcast.values[11]
    assert nowcast.values[1] <= in_the_end <= nowcast.values[-2]


def test_one_that_cannot_be_forecast_says_why_and_stops_no_other(told: dict[str, Made]):
    assert ("untold", ()) == (told["hospitalised"].advice, told["hospitalised"].lines)
    assert told["in-ward"].lines


def test_one_that_stumbles_stops_no_other(own: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("tilannekuva.models.stays.occupancy")

    found = {one.indicator.id: one for one in forecast(own, NOW, indicators=["in-ward", "cases-weekly"])}

    assert ("unable", "") == (found["in-ward"].advice, found["cases-weekly"].advice)


def test_figures_that_have_ended_are_no_forecast_of_now(own: Workspace):
    (one,) = forecast(own, noon(DAYS + 60), indicators=["cases-weekly"])

    assert ("stale", ()) == (one.advice, one.lines)


def test_where_no_days_are_told_weeks_are_forecast_from_weeks(tmp_path: Path):
    workspace = Workspace(outbreak.made(tmp_path / "weekly"))
    with workspace.writing("test"):
        workspace.store.append(list(outbreak.weeks(DAYS)))

    (one,) = forecast(workspace, NOW, indicators=["cases-weekly"])

    assert {*outbreak.DISTRICTS, COUNTRY} == {line.location for line in one.lines}
    assert "" == one.advice


def test_too_few_weeks_are_said(tmp_path: Path):
    workspace = Workspace(outbreak.made(tmp_path / "early"))
    early = (one for one in outbreak.later(DAYS) if one.reference_date > (NOW - timedelta(days=20)).date())
    with workspace.writing("test"):
        workspace.store.append([one._replace(known_at=NOW) for one in early])

    (one,) = forecast(workspace, NOW, indicators=["cases-weekly"])

    assert ("short", ()) == (one.advice, one.lines)


def test_a_forecast_is_made_once_a_day_after_news(own: Workspace):
    with own.writing("test"):
        first = {one.indicator for one in keeping.renew(own, NOW) if not one.advice}
    no_news = keeping.due(own, NOW + timedelta(days=1))
    telling = Telling(own, keeps=False)
    telling.look("hs-cases-district", NOW + timedelta(hours=1), b"news", news=1)
    telling.commit()

    today, tomorrow = keeping.due(own, NOW + timedelta(hours=2)), keeping.due(own, NOW + timedelta(days=1))

    of_cases = {"cases-weekly", "incidence-14d", "need-phone-ring", "need-grocery-bags"}
    assert {*of_cases, "in-ward", "deaths", "deaths-weekly"} == first
    assert ([], []) == (no_news, today)
    assert sorted(of_cases) == sorted(tomorrow)


def test_what_cannot_be_forecast_is_tried_once_a_day_too(own: Workspace):
    """The figures have ended, and their source corrects old ones every day."""
    telling, due = Telling(own, keeps=False), list[list[str]]()
    for day in (60, 61):
        telling.look("hs-cases-district", NOW + timedelta(days=day), b"%d" % day, news=1)
    telling.commit()
    for hours in (60 * 24 + 1, 61 * 24 + 1, 61 * 24 + 2):
        now = NOW + timedelta(hours=hours)
        due.append(keeping.due(own, now))
        with own.writing("test"):
            keeping.renew(own, now)

    assert ["stale"] == sorted({one.advice for one in own.ledger.forecasts(indicator="cases-weekly")})
    assert [True, True, False] == ["cases-weekly" in one for one in due]


def test_rewinding_shows_the_forecasts_known_then(own: Workspace):
    with own.writing("test"):
        keeping.renew_past(own, EARLIER)
    monday = keeping.end_of_day(outbreak.FIRST + timedelta(days=189))

    then = forecasts(own, "cases-weekly", DISTRICT, monday)
    now = forecasts(own, "cases-weekly", DISTRICT, EARLIER)

    assert now[-len(then) :] == then
    assert monday == then[0].known_at < now[0].known_at
    assert [one.known_at for one in now] == sorted((one.known_at for one in now), reverse=True)


def test_a_replay_that_was_killed_goes_on_where_it_was(own: Workspace, folder: Path, tmp_path: Path):
    shutil.copytree(folder, tmp_path / "whole")
    whole = Workspace(tmp_path / "whole")
    with own.writing("test"), whole.writing("test"):
        keeping.keep(own, forecast(own, first := keeping.past_turns(own, EARLIER)[0]), first, EARLIER)
        keeping.renew_past(own, EARLIER)
        keeping.renew_past(whole, EARLIER)

    rested, unbroken = ([one[:-1] for one in each.ledger.forecasts()] for each in (own, whole))
    assert {one for one in unbroken if not one[4]} == {one for one in rested if not one[4]}
    whole.close()


def test_verify_finds_a_forecast_that_is_gone_or_altered(own: Workspace):
    with own.writing("test"):
        keeping.renew(own, NOW)
    one, before = own.ledger.forecasts()[0], {*verify(own)}

    (own.landing.folder / one.sha256[:2] / one.sha256).unlink()
    with sqlite3.connect(own.folder / "ledger.sqlite") as ledger:
        ledger.execute("update forecast set known_at = '2020-01-01T00:00:00.000000Z' where seq = 2")

    faults = [fault for fault in verify(own) if fault not in before]
    assert [True, False] == [one.sha256 in fault for fault in faults[:2]]
    assert faults[1].startswith("the forecast ")


def test_a_rebuild_leaves_forecasts_as_they_are(workspace: Workspace):
    with workspace.writing("test"):
        workspace.define(NOW)
        made = [Made(one, "weekly", NOW.date(), (), (), advice="untold") for one in foretold(workspace, NOW)]
        kept = keeping.keep(workspace, made, NOW, NOW)
        rebuild(workspace)

    assert kept == workspace.ledger.forecasts()


def inner(workspace: Workspace, name: str = "in-ward") -> None:
    """Define an indicator that only own staff may see, forecast from figures that everybody may see."""
    text = workspace.texts()["indicator", name].replace(f'id = "{name}"', 'id = "inside"')
    hidden = text.replace("theme =", 'visibility = "internal"\ntheme =')
    (workspace.folder / "indicators" / "inside.toml").write_text(hidden, "utf-8")
    with workspace.writing("test"):
        workspace.define(NOW)


def test_an_inner_indicator_is_forecast_for_those_who_may_see_it(own: Workspace):
    inner(own, "cases-weekly")
    with own.writing("test"):
        keeping.renew(own, NOW)

    here, there = (seen(own, Viewer("staff", area)) for area in (CITY, "municipality:604"))

    assert ((), []) == (
        forecasts(seen(own, PUBLIC), "inside", CITY, NOW),
        kept(seen(own, PUBLIC), "inside", NOW),
    )
    assert [1, 0] == [len(forecasts(one, "inside", CITY, NOW)) for one in (here, there)]
    assert [1, 1] == [len(forecasts(one, "inside", DISTRICT, NOW)) for one in (here, there)]


def test_what_is_forecast_inside_changes_nothing_for_everybody(own: Workspace, folder: Path, tmp_path: Path):
    shutil.copytree(folder, tmp_path / "other")
    other = Workspace(tmp_path / "other")
    inner(own)
    for one in (own, other):
        with one.writing("test"):
            keeping.renew(one, NOW)

    ours, others = (seen(one, PUBLIC) for one in (own, other))

    assert [one[:-1] for one in others.ledger.forecasts()] == [one[:-1] for one in ours.ledger.forecasts()]
    assert Reader(other, NOW).state(NOW) == Reader(own, NOW).state(NOW)
    other.close()


def test_the_picture_draws_the_newest_forecasts_of_its_area(own: Workspace):
    with own.writing("test"):
        keeping.renew(own, NOW)
    shown = picture(seen(own, PUBLIC), Question(NOW, CITY, indicators=frozenset({"incidence-14d"})))

    named = {(one.indicator, one.area) for one in shown.forecasts}

    assert {("incidence-14d", DISTRICT), ("incidence-14d", COUNTRY)} <= named
    assert [0.05, 0.25, 0.5, 0.75, 0.95] == [level for level, _ in shown.forecasts[0].targets[0].quantiles]


def test_a_new_forecast_is_another_picture(own: Workspace):
    reader = Reader(own, NOW)
    before = reader.state(NOW)
    with own.writing("test"):
        keeping.renew(own, NOW)

    assert before != reader.state(NOW)


def test_advice_is_why_there_is_none(own: Workspace):
    assert "untold" == advice(own, "deaths-weekly", NOW)
    with own.writing("test"):
        keeping.renew(own, NOW)

    assert "" == advice(own, "cases-weekly", NOW)


def test_a_table_is_read_as_it_was_written(told: dict[str, Made]):
    one = told["incidence-14d"]

    assert (one.levels, sorted(one.lines)) == unpacked(bytes_of(one))
    assert [line for line in sorted(one.lines) if line.location == DISTRICT] == unpacked(
        bytes_of(one), DISTRICT
    )[1]


def test_a_hub_takes_one_model_of_the_country(told: dict[str, Made]):
    name, found = respicast(rows([told["in-ward"]]), "kunta", "in hospital", helsinki_date(NOW))
    head, first, *_ = table(found, "csv", columns=found[0]._fields[1:]).decode().splitlines()

    assert "origin_date,target,horizon,target_end_date,location,output_type,output_type_id,value" == head
    assert name.endswith("-kunta-stays")
    assert name.startswith(first.split(",")[0])
    assert {(one.target, one.location) for one in found} == {("in hospital", "FI")}
    assert {(nth, f"{level:g}") for nth in range(1, 5) for level in told["in-ward"].levels} == {
        (one.horizon, one.output_type_id) for one in found
    }
    assert 4 * 23 == len(found)


@pytest.mark.parametrize("day", range(12))
def test_a_hubs_round_ends_on_wednesday_and_its_first_week_is_the_one_before(told: dict[str, Made], day: int):
    on = helsinki_date(NOW) + timedelta(days=day)

    name, found = respicast(rows([told["cases-weekly"]]), "kunta", "cases", on)

    (origin,) = {one.origin_date for one in found}
    assert "Wednesday" == f"{origin:%A}"
    assert timedelta(0) <= origin - on < timedelta(days=7)
    assert name == f"{origin}-kunta-weekly"
    assert {one.target_end_date for one in found} <= {
        one.target_end_date for one in rows([told["cases-weekly"]])
    }
    assert {origin - timedelta(days=3) + timedelta(weeks=one.horizon - 1) for one in found} == {
        one.target_end_date for one in found
    }
    assert 1 == min(one.horizon for one in found)


def test_what_has_ended_is_for_no_round(told: dict[str, Made]):
    with pytest.raises(BadInput, match="of the whole country for the round of 2021-06-09"):
        respicast(rows([told["in-ward"]]), "kunta", "in hospital", date(2021, 6, 7))


@pytest.mark.parametrize(
    ("names", "team", "said"),
    [
        (("cases-weekly", "incidence-14d"), "kunta", "name one indicator"),
        (("cases-weekly",), "kunta/2", "letters, digits, _ and +"),
        (("cases-weekly",), "kaupunkikonserni", "up to 14 letters"),
        (("hospitalised",), "kunta", "nothing is forecast of the whole country"),
    ],
)
def test_what_no_hub_would_take_is_not_written(
    told: dict[str, Made], names: tuple[str, ...], team: str, said: str
):
    with pytest.raises(BadInput, match=said):
        respicast(rows(told[name] for name in names), team, "cases", helsinki_date(NOW))


def test_a_hubs_word_with_a_comma_stays_one_cell(told: dict[str, Made]):
    _, found = respicast(rows([told["in-ward"]]), "kunta", "patients, in ward", helsinki_date(NOW))

    assert {"patients, in ward"} == {
        row["target"] for row in csv.DictReader(io.StringIO(table(found, "csv").decode()))
    }


def test_what_is_not_forecast_names_what_is(own: Workspace):
    with pytest.raises(BadInput, match="cases is not forecast; there are cases-weekly, "):
        forecast(own, NOW, indicators=["cases"])
    with pytest.raises(UnknownIndicator):
        forecast(own, NOW, indicators=["nix"])


def test_without_the_extra_the_advice_is_to_install_it(folder: Path):
    code = (
        "import pathlib, datetime\nfrom tilannekuva.flows import foretold, workspace\n"
        f"own = workspace.Workspace(pathlib.Path({str(folder)!r}))\n"
        "print(foretold.advice(own, 'cases-weekly', datetime.datetime.now(datetime.UTC)))"
    )

    assert "absent" == run(code, without="numpy scipy").stdout.strip()


def run(code: str, *, without: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(code, without=without),
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
        timeout=120,
    )


def command(code: str, *, without: str = "") -> list[str]:
    barred = f"import sys\nfor name in {without.split()!r}: sys.modules[name] = None\n" if without else ""
    return [sys.executable, "-c", barred + code]


def test_the_command_line_starts_without_numpy():
    found = run("import sys, tilannekuva.cli\nprint({'numpy', 'scipy'} & {*sys.modules})")

    assert "set()" == found.stdout.strip()


@pytest.mark.parametrize(("command", "code"), [(["picture"], 0), (["score"], 0), (["forecast"], 8)])
def test_without_the_extra_pictures_work_and_a_forecast_says_what_to_install(
    folder: Path, command: list[str], code: int
):
    asked = [*command, "--workspace", str(folder), "--as-of", NOW.isoformat()]
    found = run(f"from tilannekuva.cli import main\nmain({asked!r})", without="numpy scipy")

    assert code == found.returncode, found.stderr
    assert code == 0 or "pip install 'tilannekuva[forecast]'" in found.stderr


def test_without_the_extra_every_page_is_served_and_says_what_to_install(own: Workspace):
    port = free_port()
    asked = ["serve", "--workspace", str(own.folder), "--port", str(port)]
    own.close()
    code = f"from tilannekuva.cli import main\nmain({asked!r})"
    with subprocess.Popen(command(code, without="numpy scipy"), stderr=subprocess.DEVNULL) as server:
        pages = {name: f"http://127.0.0.1:{port}/en/{name}" for name in ("", "forecast", "scenario", "map")}
        found = {name: shown(url) for name, url in pages.items()}
        server.terminate()

    assert {name: status for name, (status, _) in found.items()} == dict.fromkeys(pages, 200)
    assert "There is no forecast: install what it is computed with" in found["forecast"][1]


def test_beside_a_runner_what_was_made_is_kept_at_the_next_turn(own: Workspace):
    forecaster = keeping.Forecaster(own)
    with own.writing("test"):
        begun = forecaster.turn(NOW)
        forecaster.wait()
        kept_now = forecaster.turn(NOW + timedelta(minutes=1))

    assert [] == begun
    assert {NOW} == {one.known_at for one in kept_now}
    assert kept_now == own.ledger.forecasts()
