"""The baseline against itself: seldom a false alarm in a whole report, never a pass for width."""

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import write_job
from scipy import stats

from scripts.bench import job, registry
from scripts.common import checks
from scripts.report import inputs
from scripts.stats import compare_twins, intervals, twins, verdicts

LEVEL, MARGIN = 0.99, 0.05


def samples(seed=1, rounds=8, modes=("jit", "aot"), spread=0.01, factors=None):
    """Both entries in every benchmark; `factors` slow the second in some of them."""
    rng = np.random.default_rng(seed)
    rows = [
        {"job": mode, "benchmark": benchmark, "metric": metric, "contender": name}
        | {"round": number, "value": factor * rng.normal(1, spread)}
        for mode in modes
        for benchmark, metric in inputs.HEADLINES.items()
        for name, factor in (("native", 1), ("native#2", (factors or {}).get(benchmark, 1)))
        for number in range(rounds)
    ]
    return pd.DataFrame(rows).assign(model="net")


def states(table):
    """The state of each benchmark."""
    found = twins.table(table, "native", LEVEL, MARGIN)
    return dict(zip(found.benchmark, found.state, strict=True))


def test_equals_pass():
    assert set(states(samples()).values()) == {verdicts.PASSED}


def test_noise_neither_passes_nor_fails():
    assert set(states(samples(spread=0.3)).values()) == {verdicts.UNDECIDED}


@pytest.mark.parametrize("factor", [0.5, 1.2, 2])
def test_a_second_entry_that_differs_fails_in_its_benchmark(factor):
    found = states(samples(factors={"memory": factor}))
    assert found.pop("memory") == verdicts.FAILED
    assert set(found.values()) == {verdicts.PASSED}


def test_the_rounds_of_all_modes_are_taken_together():
    assert set(twins.table(samples(), "native", LEVEL, MARGIN).n) == {16}
    assert set(twins.table(samples(modes=("aot",)), "native", LEVEL, MARGIN).n) == {8}


def test_too_few_rounds_are_undecided_whatever_they_say():
    found = states(samples(rounds=3, modes=("aot",), factors={"memory": 2}))
    assert set(found.values()) == {verdicts.UNDECIDED}


def test_a_report_raises_a_false_alarm_as_seldom_as_one_test_may():
    """1000 reports of five comparisons of equals, too noisy to pass; uncorrected 4 % would fail."""
    rng = np.random.default_rng(3)
    corrected = uncorrected = 0
    for _ in range(1000):
        values = [intervals.sign_test(rng.lognormal(0, 0.5, 15)) for _ in inputs.HEADLINES]
        corrected += min(intervals.holm(values)) <= 1 - LEVEL
        uncorrected += min(values) <= 1 - LEVEL
    assert corrected <= stats.binom.ppf(0.999, 1000, 1 - LEVEL) < uncorrected


def test_of_many_tests_one_that_chance_explains_is_no_failure():
    """All eight rounds on one side are p = 0.008: enough for one benchmark, not for one of many."""
    small = {"memory": 1.06}
    found = twins.table(
        samples(modes=("aot",), factors=small, spread=0.001), "native", LEVEL, MARGIN
    ).set_index("benchmark")
    assert found.p_value["memory"] <= 1 - LEVEL < found.p_holm["memory"]
    assert found.state["memory"] == verdicts.UNDECIDED
    alone = samples(modes=("aot",), factors=small, spread=0.001)
    alone = alone[alone.benchmark == "memory"]
    assert states(alone) == {"memory": verdicts.FAILED}


def test_so_many_rounds_as_are_needed_let_it_fail_and_one_less_does_not():
    table = twins.table(samples(), "native", LEVEL, MARGIN)
    (needed,) = set(table.n_needed)
    for rounds, state in ((needed - 1, verdicts.UNDECIDED), (needed, verdicts.FAILED)):
        found = states(samples(rounds=rounds, modes=("aot",), factors={"memory": 2}))
        assert found["memory"] == state


def test_in_the_default_run_the_self_check_can_fail_in_every_benchmark(root):
    """A factor of two must not pass for noise: the rounds of all modes suffice, after Holm."""
    config = yaml.safe_load((root / "config/config.yaml").read_text())
    checks.accept(config, root / "workflow/schemas/config.schema.yaml")
    settings = {
        name: keys for name, keys in config["benchmarks"].items() if name in inputs.HEADLINES
    }
    needed = intervals.fewest(config["confidence"], len(settings))
    for name, keys in settings.items():
        rounds = job.limits(registry.benchmark(name), keys, config["confidence"]).min_rounds
        assert len(keys["modes"]) * rounds >= needed, name


def test_a_second_entry_that_is_missing_has_no_row():
    table = samples()
    table = table[(table.contender != "native#2") | (table.benchmark != "memory")]
    assert "memory" not in states(table)


def test_no_second_entry_at_all_is_an_empty_table():
    table = samples()
    assert twins.table(table[table.contender == "native"], "native", LEVEL, MARGIN).empty


def test_what_checks_end_in():
    passed, failed, undecided = verdicts.PASSED, verdicts.FAILED, verdicts.UNDECIDED
    assert verdicts.overall([passed, passed]) == passed
    assert verdicts.overall([passed, undecided]) == undecided
    assert verdicts.overall([undecided, failed, passed]) == failed
    assert verdicts.overall([]) == undecided


def test_the_table_is_that_of_all_jobs_without_warm_up(tmp_path):
    table = samples(modes=("jit",)).assign(warmup=0).drop(columns="job")
    warm = table.assign(warmup=1, value=table.value * np.where(table.contender == "native", 1, 9))
    both = pd.concat([warm, table])
    jobs = [str(write_job(tmp_path / mode, both)) for mode in ("jit", "aot")]
    options = ["--baseline", "native", "--confidence", "0.99", "--margin", "0.05"]
    assert compare_twins.main(["--samples", *jobs, *options, "--out", str(tmp_path / "t.csv")]) == 0
    found = pd.read_csv(tmp_path / "t.csv")
    assert set(found.n) == {16}
    assert set(found.state) == {verdicts.PASSED}
