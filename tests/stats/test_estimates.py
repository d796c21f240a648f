"""The statistics keep their promises: properties, a published example, coverage by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scripts.stats import intervals
from scripts.stats.percentiles import needed

positive = st.floats(1e-3, 1e6)
samples = st.lists(positive, min_size=2, max_size=25).map(np.array)
pairs = st.lists(st.tuples(positive, positive), min_size=8, max_size=25).map(
    lambda rows: np.array(rows).T
)
LEVEL, MARGIN = 0.99, 0.05


@settings(max_examples=25)
@given(samples, st.integers(0, 100))
def test_an_estimate_does_not_depend_on_the_order(values, seed):
    shuffled = np.random.default_rng(seed).permutation(values)
    one, other = (repr(intervals.estimate(v, LEVEL)) for v in (values, shuffled))
    assert one == other


@settings(max_examples=25)
@given(samples)
def test_the_interval_contains_the_median_and_lies_within_the_samples(values):
    found = intervals.estimate(values, LEVEL)
    if len(values) < intervals.fewest(LEVEL):
        assert math.isnan(found.ci_low)
        assert math.isnan(found.ci_high)
    else:
        assert found.minimum <= found.ci_low <= found.median <= found.ci_high <= found.maximum


@settings(max_examples=25)
@given(samples, st.sampled_from([0.25, 2.0, 1024.0]))
def test_another_unit_scales_everything(values, factor):
    one, other = (intervals.estimate(v, LEVEL) for v in (values, values * factor))
    for name in ("median", "mad", "ci_low", "ci_high", "minimum", "maximum"):
        assert getattr(other, name) == pytest.approx(factor * getattr(one, name), nan_ok=True)
    assert one.outliers == other.outliers


@given(st.lists(positive, min_size=8, max_size=25).map(np.array))
def test_a_thing_against_itself_is_the_same(values):
    found = intervals.ratio(values, values, LEVEL)
    assert (found.ratio, found.low, found.high) == (1, 1, 1)
    assert found.verdict(MARGIN) == intervals.SAME


@given(pairs)
def test_the_ratio_of_the_swapped_is_the_inverse(both):
    there, back = intervals.ratio(*both, LEVEL), intervals.ratio(*both[::-1], LEVEL)
    assert back.low == pytest.approx(1 / there.high)
    assert back.high == pytest.approx(1 / there.low)
    opposite = {"more": "less", "less": "more"}
    verdict = there.verdict(MARGIN)
    if verdict in opposite:
        assert back.verdict(MARGIN) == opposite[verdict]
    else:
        assert back.verdict(MARGIN) not in opposite


@given(pairs)
def test_the_interval_of_a_ratio_contains_it(both):
    found = intervals.ratio(*both, LEVEL)
    assert found.low <= found.ratio <= found.high


def test_too_few_rounds_give_no_verdict():
    """At 99 % the exact interval needs eight rounds: 2 * 0.5**8 < 0.01 < 2 * 0.5**7."""
    values = np.linspace(2, 3, 8)
    assert intervals.ratio(values, np.ones(8), LEVEL).verdict(MARGIN) == intervals.MORE
    few = intervals.ratio(values[:7], np.ones(7), LEVEL)
    assert math.isnan(few.low)
    assert few.verdict(MARGIN) == intervals.UNDECIDED


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.96, 1.04, "the same"),
        (0.95, 1.05, "the same"),
        (1.0, 1.0, "the same"),
        (0.96, 1.06, "undecided"),
        (0.94, 1.04, "undecided"),
        (0.5, 2.0, "undecided"),
        (1.01, 1.03, "more"),
        (1.01, 1.30, "more"),
        (0.97, 0.99, "less"),
        (0.30, 0.40, "less"),
    ],
)
def test_different_the_same_or_undecided(low, high, verdict):
    assert intervals.Ratio((low + high) / 2, low, high).verdict(MARGIN) == verdict


def test_the_margin_decides_what_is_the_same():
    found = intervals.Ratio(1.0, 0.96, 1.04)
    assert found.verdict(0.02) == intervals.UNDECIDED
    assert found.verdict(0.05) == intervals.SAME


@given(positive, st.floats(1, 1.2), st.floats(0, 1), st.floats(0.01, 0.2))
def test_an_interval_no_wider_than_the_margin_decides(low, factor, between, margin):
    high = low * factor
    found = intervals.Ratio(low + between * (high - low), low, high)
    if found.relative_width <= margin * (1 - 1e-9):
        assert found.verdict(margin) != intervals.UNDECIDED


def test_the_exact_interval_agrees_with_the_binomial_by_hand():
    """Order statistics x(k), x(n+1-k) with the largest k whose two tails stay within 1 %."""
    values = np.arange(1.0, 31.0)
    k = max(k for k in range(1, 15) if 2 * stats.binom.cdf(k - 1, 30, 0.5) <= 0.01)
    assert intervals.exact_interval(values, LEVEL) == (values[k - 1], values[30 - k])


def test_outliers_of_a_published_example():
    """Iglewicz and Hoaglin's rule on their kind of data: one wild value in ten."""
    values = np.array([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])
    assert intervals.estimate(values, LEVEL).outliers == 2


@pytest.mark.parametrize("rounds", [8, 12, 30])
def test_equals_are_called_different_at_most_as_often_as_promised(rounds):
    """Skewed, heavy-tailed noise as timings have; 2000 comparisons at 99 %."""
    rng = np.random.default_rng(rounds)
    noise = 1 + rng.lognormal(-4, 1.5, size=(2000, 2, rounds))
    alarms = sum(
        intervals.ratio(a, b, LEVEL).verdict(MARGIN) in intervals.DIFFERENT for a, b in noise
    )
    assert alarms <= stats.binom.ppf(0.999, 2000, 0.01)


def test_a_true_difference_is_found():
    rng = np.random.default_rng(5)
    slow = 1.05 * rng.normal(1, 0.02, 20)
    found = intervals.ratio(slow, rng.normal(1, 0.02, 20), LEVEL)
    assert found.verdict(MARGIN) == intervals.MORE


def test_a_ratio_needs_the_same_rounds():
    with pytest.raises(ValueError, match="same rounds"):
        intervals.ratio(np.ones(8), np.ones(9), LEVEL)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_the_fewest_rounds_just_give_an_interval(confidence):
    values = np.arange(1.0, intervals.fewest(confidence) + 1)
    assert not np.isnan(intervals.exact_interval(values, confidence)[1])
    assert np.isnan(intervals.exact_interval(values[:-1], confidence)).all()


@given(
    st.lists(st.floats(0.5, 2) | st.just(1.0), min_size=1, max_size=25).map(np.array),
    st.floats(0.6, 0.999),
)
def test_the_sign_test_agrees_with_the_interval(ratios, confidence):
    low, high = intervals.exact_interval(ratios, confidence)
    different = low > 1 or high < 1
    assert different == (intervals.sign_test(ratios) <= 1 - confidence)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_rejects_what_its_definition_does(p_values):
    """Step down: the k-th smallest of m is rejected while every one before it is, at a/(m-k+1)."""
    level, rejected = 0.05, set()
    for done, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        if p_values[place] * (len(p_values) - done) > level:
            break
        rejected.add(place)
    found = intervals.holm(p_values)
    assert {place for place, value in enumerate(found) if value <= level} == rejected
    assert all(a >= p for a, p in zip(found, p_values, strict=True))


@pytest.mark.parametrize(("percentile", "values"), [(90, 100), (99, 1000), (99.9, 10000)])
def test_a_percentile_needs_ten_values_beyond_it(percentile, values):
    assert needed(percentile) == values


def test_a_value_that_is_none_decides_nothing():
    """Sorted last it would pass for a very large one."""
    found = intervals.ratio(np.array([2.0] * 9 + [np.nan]), np.ones(10), LEVEL)
    assert found.verdict(MARGIN) == intervals.UNDECIDED
