"""Candidate against base: what is called slower, how often equals are, what fails."""

import numpy as np
import pandas as pd
import pytest

from scripts.bench import registry
from scripts.watch import counts, judge
from scripts.watch.limits import Limits

LIMITS = Limits(0.99, 0.03, 0.01)
NAMES = {"model": "net", "build": "wasm", "mode": "aot", "job": "aot"}


def rounds(factors, count=30, noise=0.02, seed=0, drift=0.3):
    """Samples of base and candidate, whose cost is a factor of the base's, by benchmark."""
    rng = np.random.default_rng(seed)
    rows = []
    for benchmark, factor in factors.items():
        metric = registry.headlines()[benchmark]
        unit = "1/s" if registry.benchmark(benchmark).is_more_better else "s"
        factor = 1 / factor if unit == "1/s" else factor
        for number in range(count):
            common = rng.lognormal(0, drift)
            for engine, times in (("base", 1), ("candidate", factor)):
                value = common * times * rng.lognormal(0, noise)
                rows.append({"benchmark": benchmark, "metric": metric, "unit": unit} | {
                    "engine": engine, "round": number, "value": value,
                })  # fmt: skip
    return pd.DataFrame(rows).assign(**NAMES)


def states(factors, **how):
    found = judge.table(rounds(factors, **how), LIMITS)
    return dict(zip(found.benchmark, found.state, strict=True))


def test_each_headline_is_judged_by_what_it_costs():
    factors = {"cold_start": 1.1, "cold_disk": 0.9, "throughput": 1.1, "warm_loop": 1.0}
    assert states(factors) == {
        "cold_start": judge.SLOWER,
        "cold_disk": judge.FASTER,
        "throughput": judge.SLOWER,
        "warm_loop": judge.NO_SLOWER,
    }


def test_a_true_difference_within_the_threshold_is_no_alarm():
    assert states({"cold_start": 1.02}, noise=0.001) == {"cold_start": judge.NO_SLOWER}


def test_noise_and_few_rounds_decide_nothing():
    assert states({"cold_start": 1.0}, noise=0.3) == {"cold_start": judge.UNDECIDED}
    found = judge.table(rounds({"cold_start": 1.5}, count=4), LIMITS)
    assert found.state.tolist() == [judge.UNDECIDED]
    assert found.note.tolist() == ["too few rounds for an interval"]


def test_many_headlines_each_take_more_rounds():
    """Holm's correction: ten rounds on one side are enough for one figure, not for four."""
    one = {"cold_start": 1.2}
    four = one | dict.fromkeys(["cold_disk", "warm_loop", "throughput"], 1.0)
    assert states(one, count=8)["cold_start"] == judge.SLOWER
    assert states(four, count=8)["cold_start"] == judge.UNDECIDED
    assert states(four, count=12)["cold_start"] == judge.SLOWER


def test_equals_raise_an_alarm_no_more_often_than_stated():
    """Of comparisons of four headlines, each as far off as the threshold: the worst of equals."""
    factors = dict.fromkeys(["cold_start", "cold_disk", "warm_loop", "throughput"], 1.03)
    runs = 100
    alarms = 0
    for seed in range(runs):
        found = judge.table(rounds(factors, count=12, seed=seed), Limits(0.9, 0.03, 0.01))
        alarms += judge.SLOWER in set(found.state)
    assert 0 < alarms < 0.1 * runs + 3 * np.sqrt(0.09 * runs)


@pytest.mark.parametrize(
    ("factor", "noise", "state"),
    [
        (1.02, 1e-4, judge.SLOWER),
        (0.98, 1e-4, judge.FASTER),
        (1.009, 1e-4, judge.NO_SLOWER),
        (1.009, 3e-3, judge.UNDECIDED),
    ],
)
def test_counts_that_repeat_need_no_test(factor, noise, state):
    """A few rounds decide, by the threshold of counts; where they do not repeat none does."""
    table = rounds({"instructions": factor}, count=counts.FEWEST, noise=noise, drift=0)
    (row,) = judge.table(table, LIMITS).to_dict("records")
    assert (row["state"], row["threshold"], row["note"]) == (state, 0.01, "")
    both = table.pivot(index="round", columns="engine", values="value")
    assert row["ratio_low"] == both.candidate.min() / both.base.max()
    assert row["ratio_high"] == both.candidate.max() / both.base.min()
    assert np.isnan(row["p_slower"])


def test_few_rounds_of_counts_do_not_show_that_they_repeat():
    table = rounds({"instructions": 2}, count=counts.FEWEST - 1, drift=0)
    (row,) = judge.table(table, LIMITS).to_dict("records")
    assert (row["state"], row["note"]) == (judge.UNDECIDED, counts.TOO_FEW)


def test_equals_whose_counts_vary_raise_hardly_any_alarm():
    """Whatever they vary by: all rounds of one above all of the other come once in 924 times."""
    found = [
        judge.table(
            rounds({"instructions": 1.0}, counts.FEWEST, noise=0.05, seed=seed, drift=0), LIMITS
        )
        for seed in range(400)
    ]
    assert sum(judge.SLOWER in set(table.state) for table in found) <= 3


def test_counts_take_nothing_of_the_sureness_of_times():
    both = {"cold_start": 1.2, "instructions": 1.0}
    alone = judge.table(rounds({"cold_start": 1.2}, count=8), LIMITS)
    beside = judge.table(rounds(both, count=8), LIMITS)
    assert beside.p_slower.iloc[0] == alone.p_slower.iloc[0] < 0.01


def test_pairs_are_of_one_build_mode_and_job():
    table = rounds({"cold_start": 1.0})
    others = table[table.engine == "base"].assign(build="other")
    found = judge.table(pd.concat([table, others]), LIMITS)
    assert found.build.tolist() == ["wasm"]


@pytest.mark.parametrize(
    ("failing", "state"),
    [
        (["candidate"], judge.FAILED),
        (["base"], judge.UNDECIDED),
        (["base", "candidate"], "undecided"),
    ],
)
def test_what_fails_is_told_with_its_reason(failing, state):
    skipped = [
        {"build": "wasm", "engine": name, "mode": "aot", "reason": f"{name} died"}
        for name in failing
    ]
    native = {"build": "native", "engine": "none", "mode": "native", "reason": "gone"}
    job = {"model": "net", "mode": "aot", "benchmark": "memory", "skipped": [*skipped, native]}
    (row,) = judge.failures([job], LIMITS).to_dict("records")
    assert row["state"] == state
    assert row["note"] == "; ".join(f"{name}: {name} died" for name in failing)


def test_the_worst_state_is_that_of_all():
    assert judge.overall([judge.NO_SLOWER, judge.FASTER]) == judge.FASTER
    assert judge.overall([judge.UNDECIDED, judge.NO_SLOWER]) == judge.UNDECIDED
    assert judge.overall([judge.UNDECIDED, judge.SLOWER]) == judge.SLOWER
    assert judge.overall([]) == judge.UNDECIDED
    assert {judge.CODES[name] for name in (judge.SLOWER, judge.FAILED)} == {1}
    assert judge.CODES[judge.UNDECIDED] == 2
    assert {judge.CODES[name] for name in (judge.NO_SLOWER, judge.FASTER)} == {0}
