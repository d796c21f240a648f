"""Contenders against each other: by rounds that both have, each job by itself."""

import numpy as np
import pandas as pd
from conftest import write_job

from scripts.contenders.records import SELF_CHECK
from scripts.stats import compare_pairs, intervals


def samples(factors, rounds=12, metric="wall"):
    """Cold starts in which every round has a noise of its own, shared by all."""
    noise = np.random.default_rng(1).uniform(0.5, 2, rounds)
    rows = [
        {"contender": name, "round": number, "value": factor * noise[number]}
        for name, factor in factors.items()
        for number in range(rounds)
    ]
    named = {"model": "net", "job": "aot", "benchmark": "cold_start", "metric": metric}
    return pd.DataFrame(rows).assign(**named, mode="aot", warmup=0)


def test_every_pair_is_compared_once_and_by_the_rounds_of_both():
    table = samples({"a": 1.0, "b": 1.01, "c": 3.0})
    table = table[(table.contender != "c") | (table["round"] < 9)]
    found = compare_pairs.table(table, 0.99, 0.05).set_index(["baseline", "contender"])
    assert dict(found.n) == {("a", "b"): 12, ("a", "c"): 9, ("b", "c"): 9}
    assert np.allclose(found.ratio, [1.01, 3.0, 3.0 / 1.01])
    assert set(found.verdict) == {intervals.MORE}


def test_neither_equals_of_the_self_check_nor_other_metrics_are_compared():
    table = pd.concat([samples({"a": 1.0, "b": 2.0}), samples({"a": 1.0, "b": 2.0}, metric="user")])
    twin = samples({"a#2": 1.0}).assign(mode=SELF_CHECK)
    found = compare_pairs.table(pd.concat([table, twin]), 0.99, 0.05)
    assert found[["metric", "baseline", "contender"]].to_numpy().tolist() == [["wall", "a", "b"]]


def test_jobs_are_compared_each_by_itself(tmp_path):
    table = samples({"a": 1.0, "b": 2.0}).drop(columns="job")
    jobs = [str(write_job(tmp_path / mode, table)) for mode in ("jit", "aot")]
    out = tmp_path / "pairs.csv"
    words = ["--samples", *jobs, "--confidence", "0.99", "--margin", "0.05", "--out", str(out)]
    assert compare_pairs.main(words) == 0
    assert pd.read_csv(out).job.tolist() == ["jit", "aot"]


def test_nothing_measured_is_an_empty_table():
    assert compare_pairs.table(samples({"a": 1.0}), 0.99, 0.05).empty
