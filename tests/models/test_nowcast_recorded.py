"""Models on recorded data: districts as they were told, and the outputs of EpiEstim."""

import csv
from pathlib import Path

import numpy as np
import pytest

import nowcast as bench
from chance import covered, error
from tilannekuva.models.reproduction import windowed
from tilannekuva.models.weeks import Array

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data"
EPIESTIM = RECORDED / "epiestim_reference"

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDED.exists(), reason="no recorded data beside the project"),
]


@pytest.fixture(scope="module")
def judged() -> bench.Judged:
    """With fewer draws than the bench has."""
    return bench.judged(bench.read(bench.FILE), draws=200)


def numbers(name: str) -> Array:
    with (EPIESTIM / name).open() as lines:
        return np.array([[float(cell) for cell in row[1:]] for row in list(csv.reader(lines))[1:]])


@pytest.mark.parametrize("name", ["flu1918", "flu2009"])
def test_windowed_is_what_epiestim_gives(name: str):
    """Means, standard deviations and quantiles of every window, to a relative 1e-12."""
    found = windowed(numbers(f"{name}_I.csv")[:, 0], numbers(f"{name}_w.csv")[:, 0])
    levels = np.array([0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975])

    expected = numbers(f"epiestim_{name}.csv")[:, 1:]

    assert np.allclose(
        expected, np.column_stack([found.mean, found.sd, found.quantiles(levels)]), rtol=1e-12, atol=0
    )


@pytest.mark.parametrize("rival", ["published", "one delay"])
@pytest.mark.parametrize("span", [0, 1])
def test_the_nowcast_halves_the_errors_of_what_was_published_and_of_one_delay(
    judged: bench.Judged, rival: str, span: int
):
    off = bench.errors(judged)

    assert off["ours"][span].mean() < 0.5 * off[rival][span].mean()


@pytest.mark.parametrize("rival", ["published", "one delay"])
@pytest.mark.parametrize("span", [0, 1])
def test_every_district_is_better_by_score_and_most_by_their_medians(
    judged: bench.Judged, rival: str, span: int
):
    scores, off = (
        (one["ours"][span] - one[rival][span]) for one in (bench.losses(judged), bench.errors(judged))
    )

    assert (scores.mean(axis=0) < 0).all()
    assert (off.mean(axis=0) < 0).sum() >= 16
    assert max(one.mean() / error(one, bench.DAYS) for one in off.T) < 2.5


@pytest.mark.parametrize("share", bench.COVERS)
def test_no_districts_intervals_hold_less_or_more_than_they_say_beyond_doubt(
    judged: bench.Judged, share: float
):
    assert [0, 0] == [one.far for one in bench.held(judged, share)]


@pytest.mark.parametrize("share", bench.COVERS)
def test_intervals_hold_as_much_as_they_say(judged: bench.Judged, share: float):
    """Of days and of sums of seven days."""
    days = covered(judged.drawn, judged.came, share).mean()
    weeks = covered(judged.drawn.sum(axis=2), judged.came.sum(axis=2), share).mean()

    assert abs(days - share) < 0.04
    assert abs(weeks - share) < 0.05


def test_a_rivals_error_is_that_of_what_was_told(judged: bench.Judged):
    assert (judged.published <= judged.came + 30).all()
    assert (judged.published[..., -1].sum(axis=1) < 5).all()  # nearly nothing is told of day 0
