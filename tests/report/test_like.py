"""Like with like: only builds by one recipe stand beside each other."""

from types import SimpleNamespace

import pandas as pd

from scripts.report import like
from scripts.stats import compare_pairs

PLAIN, TUNED = {}, {"lto": "fat", "codegen-units": 1}


def data(native, wasm):
    """A report's data: one lever, from a native build to a wasm build."""
    builds = {
        "a": {"target": "native", "runtime": "tract", **native},
        "b": {"target": "wasm", "runtime": "tract", **wasm},
    }
    row = {"lever": "x", "from": "a", "to": "b@wasmtime-aot"}
    row |= {"benchmark": "cold_start", "metric": "wall"}
    return SimpleNamespace(levers=pd.DataFrame([row]), machine={"config": {"builds": builds}})


def test_the_smallest_ratio_names_whom_it_is_not_told_apart_from():
    rows = pd.DataFrame(
        {
            "to": ["b@one-aot", "b@two-aot", "b@far-aot"],
            "ratio": [2.0, 2.1, 9.0],
            "ratio_low": [1.9, 1.95, 8.0],
            "ratio_high": [2.05, 2.2, 9.5],
            "verdict": "more",
            "margin": 0.05,
            "mode": "aot",
            "benchmark": "memory",
        }
    )
    pairs = pd.DataFrame(columns=compare_pairs.COLUMNS)
    alone = SimpleNamespace(pairs=pairs)
    assert like.smallest(alone, rows).endswith("one-aot (not told apart from `two-aot`)")
    row = {"job": "aot", "benchmark": "memory", "contender": "b@two-aot", "baseline": "b@one-aot"}
    row |= {"ratio_low": 1.01, "ratio_high": 1.1}
    paired = SimpleNamespace(pairs=pd.DataFrame([row], columns=compare_pairs.COLUMNS))
    assert like.smallest(paired, rows).endswith("one-aot")


def test_builds_by_one_recipe():
    # Panics abort in wasm anyhow, and its vectors are its own.
    wasm = {"profile": {**TUNED, "panic": "abort"}, "rustflags": ["-Ctarget-feature=+simd128"]}
    assert len(like.of_kind(data({"profile": TUNED}, wasm), like.LIKE)) == 1


def test_a_default_build_is_not_beside_a_tuned_one():
    assert len(like.of_kind(data({"profile": PLAIN}, {"profile": TUNED}), like.ACROSS)) == 1
    packed = {"runtime": "packed", "profile": TUNED}
    assert like.of_kind(data({"profile": TUNED}, packed), like.LIKE).empty
