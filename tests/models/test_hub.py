"""The bench against the hub: it uses nothing later than a Monday, scores as the hub does, runs any folder."""

from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pytest

import hub
import hubscores
from tilannekuva.models.levels import LEVELS

FIRST, PLACES = date(2023, 1, 1), ("AA", "BB", "FI")
MONDAYS = list(hub.mondays(date(2023, 6, 5), date(2023, 6, 19)))
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "hub"
VINTAGES = "target varchar, location varchar, date date, known_at timestamp, value double"
FORECASTS = (
    "model varchar, target varchar, location varchar, type varchar, forecast_date date, horizon int, "
    "quantile double, value double"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in the form of the hub's: each day told the day after, one corrected much later."""
    found = tmp_path_factory.mktemp("hub")
    rng = np.random.default_rng(0)
    days = [(at, place, FIRST + timedelta(days=nth)) for nth in range(200) for at, place in enumerate(PLACES)]
    rows = [
        ("inc case", place, day, noon(day + timedelta(days=1)), float(rng.poisson(80 * (at + 1))))
        for at, place, day in days
    ]
    rows.append(("inc case", "BB", date(2023, 5, 10), noon(date(2023, 7, 30)), 9999.0))
    kept(found / "truth_vintages_made.parquet", VINTAGES, rows)
    units = list(product(enumerate(PLACES), MONDAYS, range(1, 5), LEVELS))
    told = [
        (
            model,
            "inc case",
            place,
            "quantile",
            day,
            horizon,
            float(level),
            700.0 * (at + 1) * (0.6 + level) * times,
        )
        for model, times in (("EuroCOVIDhub-baseline", 1.0), ("other", 1.3))
        for (at, place), day, horizon, level in units
    ]
    kept(found / "forecasts_made.parquet", FORECASTS, told)
    (found / "anomalies_made.csv").write_text(
        "target_end_date,target_variable,location\n2023-06-10,inc case,AA\n"
    )
    return found


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def kept(file: Path, columns: str, rows: list[tuple]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table made ({columns})")
        connection.executemany(f"insert into made values ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608
        connection.execute(f"copy made to '{file}' (format parquet)")


def test_rows_known_later_change_no_forecast(folder: Path):
    known = hub.vintages(folder)
    early = known.rows["known_at"] < np.datetime64(MONDAYS[-1] + timedelta(days=1))
    rows = {name: one[early] for name, one in known.rows.items()}
    without = hub.Vintages(known.locations, known.first, rows, known.now)

    told, again = (hub.forecasts(one, MONDAYS[0], MONDAYS[-1]) for one in (hub.vintages(folder), without))
    assert told.keys() == again.keys()
    assert all(np.array_equal(told[key], again[key]) for key in told)


def test_a_row_known_later_ends_the_run():
    late = np.array(["2023-06-05", "2023-06-06"], dtype="datetime64[us]")

    with pytest.raises(SystemExit, match="was read for"):
        hub.guard(late, late[1])
    hub.guard(late[:1], late[1])


def test_a_monday_sees_what_was_known_by_its_end(folder: Path):
    daily = hub.vintages(folder).upto(MONDAYS[0])["inc case"]

    assert (MONDAYS[0] - FIRST).days == daily.shape[1]
    assert np.isfinite(daily).all()
    assert 9999.0 not in daily


def test_a_period_never_seen_is_run_scored_and_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    own = tmp_path / "own.parquet"
    hub.main([str(folder), "--from", str(MONDAYS[0]), "--to", str(MONDAYS[-1]), "--output", str(own)])

    rows = duckdb.sql(f"select count(*), count(distinct forecast_date) from '{own}'").fetchall()  # noqa: S608
    assert (len(PLACES) * len(MONDAYS) * 4 * len(LEVELS), 3) == rows[0]
    said = capsys.readouterr().out
    assert "inc case: 3 places, 3 Mondays, 3 models with ours" in said
    assert "100.00% of 36 units forecast" in said


def test_anomalous_weeks_are_left_out_as_targets_and_just_before(folder: Path):
    left_out = hubscores.odd(folder, "inc case", PLACES, MONDAYS)

    assert [[True, False, False, False], [True] * 4, [False] * 4] == left_out[0].tolist()
    assert not left_out[1:].any()


def test_other_hubs_call_their_baseline_otherwise():
    assert hubscores.BASELINE == hubscores.called(["other-baseline", hubscores.BASELINE], hubscores.BASELINE)
    assert "city-quantileBaseline" == hubscores.called(["a", "city-quantileBaseline"], hubscores.BASELINE)
    with pytest.raises(SystemExit, match="no baseline was submitted: a"):
        hubscores.called(["a"], hubscores.BASELINE)


def test_a_model_of_few_places_is_no_part_of_the_pool(folder: Path):
    board = hubscores.submitted(folder, "inc case", [*PLACES, "DD", "EE", "FF", "GG"], MONDAYS)

    assert [] == board.models


@pytest.mark.recorded
@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded data are not beside the project")
def test_rivals_get_the_numbers_that_the_reference_scorer_prints():
    known = hub.vintages(RECORDED)
    days = list(hub.mondays(date(2021, 3, 8), date(2022, 2, 28)))
    board = hubscores.submitted(RECORDED, "inc case", known.locations, days)
    came = hubscores.observed(known.at(np.datetime64("2022-03-08", "us") + 1)["inc case"], known.first, days)
    found = hubscores.scored(board, came, hubscores.odd(RECORDED, "inc case", known.locations, days))

    ensemble = board.models.index("EuroCOVIDhub-ensemble")
    assert [0.586, 0.659, 0.709, 0.786] == hubscores.relative(found.wis, board.models)[ensemble].round(
        3
    ).tolist()
    assert [1478, 1439, 1400, 1374] == np.isfinite(found.wis[ensemble]).sum(axis=(0, 1)).tolist()
    assert [0.51, 0.39, 0.32, 0.29] == hubscores.share(found.cover[0.5])[ensemble].round(2).tolist()
