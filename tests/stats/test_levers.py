"""What a lever buys: pairs on the same engine, in one job, with the interval of their ratio."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import write_job

from scripts.stats import compare_levers

LEVER = {"lever": "SIMD", "from": "wasm", "to": "wasm-simd"}


def samples(factors, rounds=12, job="aot"):
    """Cold starts of contenders that take their factor of a second, with a little noise."""
    rng = np.random.default_rng(5)
    rows = [
        {"job": job, "contender": name, "round": number, "value": factor * rng.normal(1, 0.005)}
        for number in range(rounds)
        for name, factor in factors.items()
    ]
    return pd.DataFrame(rows).assign(model="net", benchmark="cold_start", metric="wall")


def test_pairs_share_engine_and_mode():
    names = {"native", "wasm@wasmtime-aot", "wasm@wasmer-aot", "wasm-simd@wasmtime-aot"}
    assert compare_levers.pairs(LEVER, names) == [("wasm@wasmtime-aot", "wasm-simd@wasmtime-aot")]


def test_a_native_build_is_compared_with_every_engine():
    names = {"native", "wasm@wasmtime-aot", "wasm@wasmer-aot"}
    found = compare_levers.pairs({"lever": "wasm", "from": "native", "to": "wasm"}, names)
    assert found == [("native", "wasm@wasmer-aot"), ("native", "wasm@wasmtime-aot")]


@pytest.mark.parametrize(("factor", "verdict"), [(0.7, "less"), (1.3, "more"), (1, "the same")])
def test_what_a_lever_saves(factor, verdict):
    table = samples({"wasm@wasmtime-aot": 1, "wasm-simd@wasmtime-aot": factor})
    (row,) = compare_levers.table(table, [LEVER], 0.99, 0.05).to_dict("records")
    assert row["verdict"] == verdict
    assert row["ratio"] == pytest.approx(factor, rel=0.01)
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert (row["from"], row["to"]) == ("wasm@wasmtime-aot", "wasm-simd@wasmtime-aot")


def test_rounds_without_a_partner_are_left_out():
    table = samples({"wasm@wasmtime-aot": 1, "wasm-simd@wasmtime-aot": 0.5})
    lonely = table[(table.contender != "wasm@wasmtime-aot") | (table["round"] < 9)]
    assert compare_levers.table(lonely, [LEVER], 0.99, 0.05).n.tolist() == [9]


def test_jobs_are_not_mixed():
    aot = samples({"wasm@wasmtime-aot": 1})
    jit = samples({"wasm-simd@wasmtime-aot": 1}, job="jit")
    assert compare_levers.table(pd.concat([aot, jit]), [LEVER], 0.99, 0.05).empty


def test_a_lever_whose_builds_are_not_compared_is_left_out():
    assert compare_levers.table(samples({"native": 1}), [LEVER], 0.99, 0.05).empty


def test_what_failed_on_the_way_is_no_lever(tmp_path):
    """The table of a job whose record says that the module after the change crashed."""
    table = samples({"wasm@wasmtime-aot": 1, "wasm-simd@wasmtime-aot": 0.5}).drop(columns="job")
    found = {}
    for name, skipped in (("whole", []), ("crashed", [{"contender": "wasm-simd@wasmtime-aot"}])):
        job = write_job(tmp_path / name / "aot", table.assign(warmup=0), skipped)
        out = tmp_path / f"{name}.csv"
        options = ["--levers", json.dumps([LEVER]), "--confidence", "0.99", "--margin", "0.05"]
        assert compare_levers.main(["--samples", str(job), *options, "--out", str(out)]) == 0
        found[name] = pd.read_csv(out).verdict.tolist()
    assert found == {"whole": ["less"], "crashed": []}
