"""The ratio of unpaired measurements: an exact test inverted, checked against scipy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scripts.stats import intervals, unpaired

LEVEL, MARGIN = 0.99, 0.05
figures = st.lists(st.floats(0.5, 2), min_size=1, max_size=12).map(np.array)


@given(figures, figures, st.sampled_from([0.25, 1, 1.5, 4]))
def test_swapping_inverts(a, b, factor):
    there = unpaired.quotient(a, b * factor, LEVEL)
    back = unpaired.quotient(b * factor, a, LEVEL)
    assert (back.low, back.high) == pytest.approx((1 / there.high, 1 / there.low), nan_ok=True)
    assert np.isnan(there.low) or there.low <= there.ratio <= there.high


@given(st.integers(1, 9), st.integers(1, 9), st.floats(0.5, 0.999), st.integers(0, 1000))
def test_the_interval_is_what_the_exact_test_does_not_reject(m, n, confidence, seed):
    a, b = (np.random.default_rng(seed + size).lognormal(0, 1, size) for size in (m, n))
    found = unpaired.quotient(a, b, confidence)
    for factor in np.geomspace(0.05, 20, 40):
        p_value = stats.mannwhitneyu(b / factor, a, method="exact").pvalue
        if not np.isclose(p_value, 1 - confidence, rtol=1e-6):
            inside = np.isnan(found.low) or found.low < factor < found.high
            assert inside == (p_value > 1 - confidence)


def test_too_few_have_no_interval():
    """Of C(10, 5) = 252 orders two are as far out as can be: 0.8 %; of C(9, 4) = 126, 1.6 %."""
    five, four = np.arange(1.0, 6), np.arange(1.0, 5)
    assert not np.isnan(unpaired.quotient(five, five, LEVEL).low)
    assert np.isnan(unpaired.quotient(four, five, LEVEL).low)


@pytest.mark.parametrize("rounds", [8, 20])
def test_equals_are_called_different_at_most_as_often_as_promised(rounds):
    """2000 comparisons of equal machines with skewed noise, at 99 %."""
    noise = 1 + np.random.default_rng(8).lognormal(-4, 1.5, size=(2000, 2, rounds))
    alarms = sum(
        unpaired.quotient(*pair, LEVEL).verdict(MARGIN) in intervals.DIFFERENT for pair in noise
    )
    assert alarms <= stats.binom.ppf(0.999, 2000, 1 - LEVEL)


def test_a_true_factor_is_covered_as_often_as_promised():
    noise = np.random.default_rng(9).lognormal(0, 0.3, size=(2000, 2, 8))
    found = [unpaired.quotient(a, 3 * b, LEVEL) for a, b in noise]
    missed = sum(not one.low <= 3 <= one.high for one in found)
    assert missed <= stats.binom.ppf(0.999, 2000, 1 - LEVEL)
