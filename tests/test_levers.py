"""What a lever buys: pairs on the same engine, in one job, with the interval of their ratio."""

import levers
import numpy as np
import pandas as pd
import pytest

LEVER = {"lever": "SIMD", "from": "wasm", "to": "wasm-simd"}


def samples(factors, rounds=12, job="aot"):
    """Cold starts of contenders that take their factor of a second, with a little noise."""
    rng = np.random.default_rng(5)
    rows = [
        {"job": job, "contender": name, "round": number, "value": factor * rng.normal(1, 0.005)}
        for number in range(rounds)
        for name, factor in factors.items()
    ]
    return pd.DataFrame(rows).assign(benchmark="cold_start", metric="wall", warmup=0)


def test_pairs_share_engine_and_mode():
    names = {"native", "wasm@wasmtime-aot", "wasm@wasmer-aot", "wasm-simd@wasmtime-aot"}
    assert levers.pairs(LEVER, names) == [("wasm@wasmtime-aot", "wasm-simd@wasmtime-aot")]


def test_a_native_build_is_compared_with_every_engine():
    names = {"native", "wasm@wasmtime-aot", "wasm@wasmer-aot"}
    found = levers.pairs({"lever": "wasm", "from": "native", "to": "wasm"}, names)
    assert found == [("native", "wasm@wasmer-aot"), ("native", "wasm@wasmtime-aot")]


@pytest.mark.parametrize(
    ("factor", "verdict"), [(0.7, "less"), (1.3, "more"), (1, "no difference")]
)
def test_what_a_lever_saves(factor, verdict):
    table = samples({"wasm@wasmtime-aot": 1, "wasm-simd@wasmtime-aot": factor})
    (row,) = levers.table(table, [LEVER], 0.99).to_dict("records")
    assert row["verdict"] == verdict
    assert row["ratio"] == pytest.approx(factor, rel=0.01)
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert (row["from"], row["to"]) == ("wasm@wasmtime-aot", "wasm-simd@wasmtime-aot")


def test_rounds_without_a_partner_are_left_out():
    table = samples({"wasm@wasmtime-aot": 1, "wasm-simd@wasmtime-aot": 0.5})
    lonely = table[(table.contender != "wasm@wasmtime-aot") | (table["round"] < 9)]
    assert levers.table(lonely, [LEVER], 0.99).n.tolist() == [9]


def test_jobs_are_not_mixed():
    aot = samples({"wasm@wasmtime-aot": 1})
    jit = samples({"wasm-simd@wasmtime-aot": 1}, job="jit")
    assert levers.table(pd.concat([aot, jit]), [LEVER], 0.99).empty


def test_a_lever_whose_builds_are_not_compared_is_left_out():
    assert levers.table(samples({"native": 1}), [LEVER], 0.99).empty
