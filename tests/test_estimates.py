"""The statistics keep their promises: properties, a published example, coverage by simulation."""

import math

import estimates
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

positive = st.floats(1e-3, 1e6)
samples = st.lists(positive, min_size=2, max_size=25).map(np.array)
pairs = st.lists(st.tuples(positive, positive), min_size=8, max_size=25).map(
    lambda rows: np.array(rows).T
)
LEVEL = 0.99


@settings(max_examples=25, deadline=None)
@given(samples, st.integers(0, 100))
def test_an_estimate_does_not_depend_on_the_order(values, seed):
    shuffled = np.random.default_rng(seed).permutation(values)
    assert estimates.estimate(values, LEVEL, 1) == estimates.estimate(shuffled, LEVEL, 1)


@settings(max_examples=25, deadline=None)
@given(samples)
def test_the_interval_contains_the_median_and_lies_within_the_samples(values):
    found = estimates.estimate(values, LEVEL, 1)
    assert found.minimum <= found.ci_low <= found.median <= found.ci_high <= found.maximum


@settings(max_examples=25, deadline=None)
@given(samples, st.sampled_from([0.25, 2.0, 1024.0]))
def test_another_unit_scales_everything(values, factor):
    one, other = (estimates.estimate(v, LEVEL, 1) for v in (values, values * factor))
    for name in ("median", "mad", "ci_low", "ci_high", "minimum", "maximum"):
        assert getattr(other, name) == pytest.approx(factor * getattr(one, name))
    assert one.outliers == other.outliers


@given(st.lists(positive, min_size=8, max_size=25).map(np.array))
def test_a_thing_against_itself_is_no_difference(values):
    found = estimates.ratio(values, values, LEVEL)
    assert (found.ratio, found.low, found.high) == (1, 1, 1)
    assert found.verdict == estimates.SAME


@given(pairs)
def test_the_ratio_of_the_swapped_is_the_inverse(both):
    there, back = estimates.ratio(*both, LEVEL), estimates.ratio(*both[::-1], LEVEL)
    assert back.low == pytest.approx(1 / there.high)
    assert back.high == pytest.approx(1 / there.low)
    opposite = {"more": "less", "less": "more"}
    assert back.verdict == opposite.get(there.verdict, there.verdict)


@given(pairs)
def test_the_interval_of_a_ratio_contains_it(both):
    found = estimates.ratio(*both, LEVEL)
    assert found.low <= found.ratio <= found.high


def test_too_few_rounds_give_no_verdict():
    """At 99 % the exact interval needs eight rounds: 2 * 0.5**8 < 0.01 < 2 * 0.5**7."""
    values = np.linspace(2, 3, 8)
    assert estimates.ratio(values, np.ones(8), LEVEL).verdict == estimates.MORE
    few = estimates.ratio(values[:7], np.ones(7), LEVEL)
    assert math.isnan(few.low)
    assert few.verdict == ""


def test_the_exact_interval_agrees_with_the_binomial_by_hand():
    """Order statistics x(k), x(n+1-k) with the largest k whose two tails stay within 1 %."""
    values = np.arange(1.0, 31.0)
    k = max(k for k in range(1, 15) if 2 * stats.binom.cdf(k - 1, 30, 0.5) <= 0.01)
    assert estimates.exact_interval(values, LEVEL) == (values[k - 1], values[30 - k])


def test_outliers_of_a_published_example():
    """Iglewicz and Hoaglin's rule on their kind of data: one wild value in ten."""
    values = np.array([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])
    assert estimates.estimate(values, LEVEL, 1).outliers == 2


@pytest.mark.parametrize("rounds", [8, 12, 30])
def test_equals_are_called_different_at_most_as_often_as_promised(rounds):
    """Skewed, heavy-tailed noise as timings have; 2000 comparisons at 99 %."""
    rng = np.random.default_rng(rounds)
    noise = 1 + rng.lognormal(-4, 1.5, size=(2000, 2, rounds))
    alarms = sum(
        estimates.ratio(a, b, LEVEL).verdict in (estimates.MORE, estimates.LESS) for a, b in noise
    )
    assert alarms <= stats.binom.ppf(0.999, 2000, 0.01)


def test_a_true_difference_is_found():
    rng = np.random.default_rng(5)
    slow = 1.05 * rng.normal(1, 0.02, 20)
    assert estimates.ratio(slow, rng.normal(1, 0.02, 20), LEVEL).verdict == estimates.MORE


def test_a_ratio_needs_the_same_rounds():
    with pytest.raises(ValueError, match="same rounds"):
        estimates.ratio(np.ones(8), np.ones(9), LEVEL)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_the_fewest_rounds_just_give_an_interval(confidence):
    values = np.arange(1.0, estimates.fewest(confidence) + 1)
    assert not np.isnan(estimates.exact_interval(values, confidence)[1])
    assert np.isnan(estimates.exact_interval(values[:-1], confidence)).all()
