"""The line through points: known ones are found, and intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.scaling import fit

CONFIDENCE = 0.99
# Million multiply-adds of the shipped models.
PLACES = np.array([11.0, 32.0, 56.0, 59.0, 107.0, 154.0, 300.0, 582.0])
positive = st.floats(1e-3, 1e3)
places = st.lists(st.integers(1, 10_000), min_size=3, max_size=12, unique=True)


@given(intercept=positive, slope=positive, x=places)
def test_a_line_without_scatter_is_found(intercept, slope, x):
    x = np.array(x, float)
    found = fit.line(x, intercept + slope * x, CONFIDENCE)
    scale = intercept + slope * x.max()
    assert found.intercept.value == pytest.approx(intercept, abs=1e-6 * scale)
    assert found.slope.value == pytest.approx(slope, abs=1e-6 * scale / np.ptp(x))


@given(factor=positive, seed=st.integers(0, 1000))
def test_another_unit_changes_figures_and_no_crossover(factor, seed):
    y = scattered(2.0, 0.1, 0.05, seed)
    one, other = (fit.line(PLACES, values, CONFIDENCE) for values in (y, factor * y))
    for name in ("intercept", "slope"):
        expected = [factor * value for value in vars(getattr(one, name)).values()]
        assert list(vars(getattr(other, name)).values()) == pytest.approx(expected, rel=1e-6)
    assert list(vars(other.crossover).values()) == pytest.approx(
        list(vars(one.crossover).values()), rel=1e-6, nan_ok=True
    )


def scattered(intercept, slope, share, seed):
    """Return points around a line, each a share of its height away."""
    noise = np.random.default_rng(seed).normal(1, share, len(PLACES))
    return (intercept + slope * PLACES) * noise


def test_intervals_hold_the_truth_as_often_as_they_say():
    truth = {"intercept": 3.0, "slope": 0.05, "crossover": 60.0}
    held = dict.fromkeys(truth, 0)
    runs = 1000
    for seed in range(runs):
        found = fit.line(PLACES, scattered(3.0, 0.05, 0.05, seed), CONFIDENCE)
        for name, value in truth.items():
            known = getattr(found, name)
            held[name] += known.low <= value <= known.high
    # 99 % of 1000, three standard deviations of that either way.
    assert all(0.98 < count / runs <= 0.9995 for count in held.values()), held


def test_points_that_scatter_do_not_pull_the_line_down():
    """Two fifths either way: shares of what was measured would give a slope a tenth too small."""
    noise = np.random.default_rng(1).uniform(0.6, 1.4, (1000, len(PLACES)))
    found = [fit.line(PLACES, y, CONFIDENCE) for y in (3.0 + 0.05 * PLACES) * noise]
    assert np.mean([line.slope.value for line in found]) == pytest.approx(0.05, rel=0.03)
    assert np.mean([line.intercept.value for line in found]) == pytest.approx(3.0, rel=0.03)


def test_small_models_count_as_much_as_large_ones():
    """A tenth more at the largest model moves the start-up by less than its own tenth."""
    y = 3.0 + 0.05 * PLACES
    y[-1] *= 1.1
    assert fit.line(PLACES, y, CONFIDENCE).intercept.value == pytest.approx(3.0, rel=0.05)


def test_a_crossover_is_claimed_only_where_both_parts_are_there():
    none = np.full(len(PLACES), 5.0) * np.random.default_rng(1).normal(1, 0.05, len(PLACES))
    assert np.isnan(fit.line(PLACES, none, CONFIDENCE).crossover.low)
    no_start = scattered(0.0, 0.1, 0.05, 1)
    assert np.isnan(fit.line(PLACES, no_start, CONFIDENCE).crossover.value)
    falling = 100 - 0.1 * PLACES
    assert np.isnan(fit.line(PLACES, falling, CONFIDENCE).crossover.value)


def test_the_crossover_is_where_both_parts_are_equal():
    found = fit.line(PLACES, scattered(3.0, 0.05, 0.02, 1), CONFIDENCE).crossover
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(60, rel=0.2)


def test_two_points_have_no_intervals():
    found = fit.line([1.0, 2.0], [3.0, 5.0], CONFIDENCE)
    assert (found.intercept.value, found.slope.value) == pytest.approx((1, 2))
    assert np.isnan([found.intercept.low, found.slope.high, found.crossover.value]).all()


@pytest.mark.parametrize(("x", "y"), [([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [1, 0, 2])])
def test_what_is_no_line_is_refused(x, y):
    with pytest.raises(ValueError, match="two different values of x, and positive"):
        fit.line(x, y, CONFIDENCE)
