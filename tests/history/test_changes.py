"""Change points: few false alarms, true ones at their place; no claim from too few runs."""

import numpy as np
import pytest

from scripts.history import changes

MARGIN = 0.05
UNKNOWN = np.nan


def found(values, within=UNKNOWN, margin=MARGIN):
    return changes.change_points(values, np.full(len(values), within), margin)


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.06, 0.1])
@pytest.mark.parametrize("runs", [6, 10, 20, 40])
def test_noise_alone_raises_few_alarms(noise, runs):
    """Without help from the intervals of single runs, which add to the noise that is assumed."""
    random = np.random.default_rng(runs)
    alarms = sum(bool(found(random.normal(0, noise, runs))) for _ in range(1000))
    assert alarms <= 45


@pytest.mark.parametrize("place", range(2, 9))
@pytest.mark.parametrize("step", [0.1, -0.1])
def test_ten_per_cent_in_ten_runs_are_found_where_they_are(place, step):
    random = np.random.default_rng(place)
    hits = 0
    for _ in range(300):
        values = random.normal(0, 0.01, 10)
        values[place:] += np.log1p(step)
        hits += found(values) == [place]
    assert hits >= 280


def test_there_and_back_are_two():
    values = np.random.default_rng(1).normal(0, 0.005, 15)
    values[5:10] += np.log(1.2)
    assert found(values) == [5, 10]


@pytest.mark.parametrize("place", [0, 1, 6, 10, 11])
def test_one_run_that_stands_out_is_none(place):
    values = np.random.default_rng(1).normal(0, 0.01, 12)
    values[place] += np.log(1.5)
    assert found(values) == []


def test_within_the_margin_nothing_is_claimed():
    values = np.random.default_rng(1).normal(0, 0.001, 12)
    values[6:] += np.log(1.04)
    assert found(values) == []
    assert found(values, margin=0.03) == [6]


def test_fewer_than_six_runs_claim_nothing():
    values = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    assert found(values[1:]) == []
    assert found(values) == [3]


def test_what_single_runs_leave_open_is_noise():
    """A step that is small beside the intervals of its runs is none."""
    values = np.random.default_rng(1).normal(0, 0.001, 10)
    values[5:] += np.log(1.1)
    assert found(values, within=0.005) == [5]
    assert found(values, within=0.1) == []


def test_an_interval_gives_back_its_standard_error():
    low, high = np.exp(-0.0257583), np.exp(0.0257583)
    assert changes.standard_error(low, high, 0.99) == pytest.approx(0.01, rel=1e-4)
