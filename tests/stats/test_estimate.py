"""The table of estimates: rounds are what is independent, and what failed has no figure."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scripts.stats import estimate, intervals

LEVEL, MARGIN = 0.99, 0.05
SIMULATIONS, ROUNDS, INFERENCES = 2000, 8, 40
NAMES = {"model": "net", "weights": "seeded", "engine": "none", "benchmark": "inference"}


def rows(contender, metric, values, unit="ms", warmup=0):
    """Samples of one contender's metric: `values` has shape (rounds, values a round)."""
    record = NAMES | {"build": contender, "mode": "native", "contender": contender}
    return [
        record | {"metric": metric, "unit": unit, "round": n, "warmup": warmup, "value": value}
        for n, several in enumerate(values)
        for value in several
    ]


def table(samples):
    """The estimates of samples, by metric and contender."""
    found = estimate.table(pd.DataFrame(samples), "native", LEVEL, MARGIN)
    return found.set_index(["contender", "metric"])


def processes(shape, seed, spread=0.1):
    """Milliseconds of inferences: those of one process, the last axis, share its luck. Median 1."""
    rng = np.random.default_rng(seed)
    luck = rng.lognormal(0, spread, size=(*shape[:-1], 1))
    return luck * rng.lognormal(0, 0.03, size=shape)


def misses(low, high, truth=1.0):
    """How many intervals do not hold the truth."""
    return int(np.sum((np.asarray(low) > truth) | (np.asarray(high) < truth)))


MOST_MISSES = stats.binom.ppf(0.999, SIMULATIONS, 1 - LEVEL)


def test_models_are_kept_apart():
    """A contender is compared with the baseline on its own model, whatever others there are."""
    rows = []
    for model, factor in (("small", 1), ("large", 10)):
        for number in range(10):
            for name, share in (("native", 1.0), ("wasm", 2.0)):
                row = NAMES | {"model": model, "build": name, "contender": name, "mode": "native"}
                row |= {"benchmark": "memory", "metric": "peak_rss", "unit": "MiB"}
                rows.append(row | {"round": number, "value": factor * share + number / 1000})
    found = estimate.table(pd.DataFrame(rows), "native", LEVEL, MARGIN).set_index(
        ["model", "contender"]
    )
    assert found["median"]["large", "wasm"] > 9 * found["median"]["small", "wasm"]
    assert found.ratio["small", "wasm"] == pytest.approx(2, rel=0.01)
    assert found.ratio["large", "wasm"] == pytest.approx(2, rel=0.01)


def test_the_interval_of_a_median_covers_as_often_as_it_says():
    """2000 contenders of eight processes each, whose inferences resemble each other."""
    medians = np.median(processes((SIMULATIONS, ROUNDS, INFERENCES), 1), axis=-1)
    found = [intervals.estimate(values, LEVEL) for values in medians]
    assert misses([e.ci_low for e in found], [e.ci_high for e in found]) <= MOST_MISSES


def test_what_this_replaced_did_not():
    """The bootstrap of the processes' medians, and any interval from all inferences as equals."""
    values = processes((SIMULATIONS, ROUNDS, INFERENCES), 1)
    old = stats.bootstrap(
        (np.median(values, axis=-1),),
        np.median,
        axis=-1,
        confidence_level=LEVEL,
        n_resamples=999,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert misses(old.low, old.high) > MOST_MISSES
    some = values[:200].reshape(200, -1)
    pooled = np.array([intervals.exact_interval(each, LEVEL) for each in some])
    assert misses(*pooled.T) > 100


def test_a_median_is_that_of_rounds_not_of_single_values():
    """A hundred values of one lucky process are one observation."""
    values = [[1.0] * 100, *([2.0 + n / 10] for n in range(8))]
    row = table(rows("native", "p50", values)).loc[("native", "p50")]
    assert (row.n, row["median"]) == (9, pytest.approx(2.3))
    assert (row.ci_low, row.ci_high) == (1.0, pytest.approx(2.7))


def test_too_few_rounds_have_no_interval_and_say_so():
    found = table(rows("native", "p50", [[1.0]] * 7) + rows("wasm", "p50", [[2.0]] * 7))
    for name in ("native", "wasm"):
        row = found.loc[(name, "p50")]
        assert np.isnan(row.ci_low)
        assert row.note == "too few rounds for an interval: 99 % needs 8"
    assert found.loc[("wasm", "p50")].verdict == "undecided"


def test_percentiles_are_of_all_processes_together():
    values = processes((8, 125), 3)
    found = table(rows("native", "inference", values)).loc["native"]
    assert found.loc["p90", "median"] == np.percentile(values, 90)
    assert found.loc["p99", "median"] == np.percentile(values, 99)
    assert (found.n == 1000).all()
    assert found.loc[["p90", "p99"], "note"].tolist() == ["", ""]
    assert found.ci_low.isna().all()
    assert "inference" not in found.index


@pytest.mark.parametrize(
    ("inferences", "printed"),
    [(12, set()), (13, {"p90"}), (124, {"p90"}), (125, {"p90", "p99"})],
)
def test_no_percentile_that_its_inferences_cannot_carry(inferences, printed):
    found = table(rows("native", "inference", processes((8, inferences), 3))).loc["native"]
    assert set(found.index[found["median"].notna()]) == printed
    for metric in {"p90", "p99", "p99.9"} - printed:
        assert f"too few inferences for {metric}: {8 * inferences} of" in found.loc[metric, "note"]


def test_no_bootstrap_of_few_processes_could_give_a_percentile_its_interval():
    """Why percentiles have none: processes resampled whole, eight of them, at 99 %."""
    rng = np.random.default_rng(7)
    truth = np.percentile(processes((20000, 50), 8), 99)
    lost = 0
    for seed in range(200):
        values = processes((ROUNDS, 125), 100 + seed)
        drawn = values[rng.integers(ROUNDS, size=(300, ROUNDS))].reshape(300, -1)
        low, high = np.percentile(np.percentile(drawn, 99, axis=1), (0.5, 99.5))
        lost += misses(low, high, truth)
    assert lost > stats.binom.ppf(0.999, 200, 1 - LEVEL)


@pytest.fixture
def job(tmp_path):
    """A job's files: `native` to the end, `wasm` twice as fast for eight rounds of nine."""
    samples = rows("native", "p50", [[1.0 + n / 1000] for n in range(9)])
    samples += rows("wasm", "p50", [[0.5 + n / 1000] for n in range(8)])
    folder = tmp_path / "samples/aot"
    folder.mkdir(parents=True)
    pd.DataFrame(samples).to_csv(folder / "inference.csv", index=False)
    why = {**NAMES, "contender": "wasm", "build": "wasm", "mode": "aot", "reason": "signal 11"}
    (folder / "inference.json").write_text(json.dumps({"mode": "aot", "skipped": [why]}))
    return folder / "inference.csv"


def test_what_failed_on_the_way_has_no_figure(job, tmp_path):
    options = ["--baseline", "native", "--confidence", "0.99", "--margin", "0.05"]
    assert estimate.main(["--samples", str(job), *options, "--out", str(tmp_path / "a.csv")]) == 0
    found = pd.read_csv(tmp_path / "a.csv").set_index("contender")
    assert found.loc["native", "n"] == 9
    row = found.loc["wasm"]
    assert (row.n, row.note) == (0, "signal 11")
    assert row[["median", "ratio", "ratio_low", "verdict"]].isna().all()


def test_rounds_are_not_picked_by_what_the_baseline_shows():
    """Faults of the disk, none in most rounds: the rounds with some say nothing of the others."""
    base = [[0.0]] * 12 + [[5.0]] * 9
    found = table(rows("native", "major_faults", base) + rows("wasm", "major_faults", [[1.0]] * 21))
    row = found.loc[("wasm", "major_faults")]
    assert row.note == "the baseline's figure is not positive in every round"
    assert np.isnan(row.ratio)
