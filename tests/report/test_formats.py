"""What other tools read: names that tell all, units they expect, nothing that was not measured."""

import json

import numpy as np
import pandas as pd
import pytest

from scripts.report import formats

ROW = {
    "model": "net", "weights": "seeded", "build": "wasm", "engine": "wasmtime", "mode": "aot",
    "contender": "wasm@wasmtime-aot", "job": "aot", "n": 9,
}  # fmt: skip


def rows(*more):
    found = [
        {"benchmark": "cold_start", "metric": "wall", "unit": "s", "median": 0.25},
        {"benchmark": "memory", "metric": "peak_rss", "unit": "MiB", "median": 40.0},
        {"benchmark": "throughput", "metric": "runs_per_second", "unit": "1/s", "median": 8.0},
        *more,
    ]
    table = pd.DataFrame([ROW | row for row in found])
    return table.assign(ci_low=0.9 * table["median"], ci_high=1.1 * table["median"])


def test_bencher_takes_nanoseconds_and_bounds():
    found = formats.bencher(formats.headlines(rows()))
    assert found["net/aot/cold_start/wasm@wasmtime-aot"] == {
        "latency": {"value": 250e6, "lower_value": 225e6, "upper_value": 275e6}
    }
    assert found["net/aot/memory/wasm@wasmtime-aot"]["memory"]["value"] == 40
    assert found["net/aot/throughput/wasm@wasmtime-aot"]["throughput"]["value"] == 8


def test_without_an_interval_there_are_no_bounds():
    found = formats.bencher(formats.headlines(rows().assign(ci_low=np.nan, ci_high=np.nan)))
    assert found["net/aot/cold_start/wasm@wasmtime-aot"] == {"latency": {"value": 250e6}}
    assert "NaN" not in json.dumps(found)
    smaller = formats.github_action(formats.headlines(rows().assign(ci_low=np.nan)), False)
    assert {row["range"] for row in smaller} == {"none"}


def test_what_is_better_the_more_there_is_goes_apart():
    table = formats.headlines(rows())
    bigger = formats.github_action(table, is_more_better=True)
    assert [row["name"] for row in bigger] == ["net/aot/throughput/wasm@wasmtime-aot"]
    assert bigger[0]["range"] == "7.2 to 8.8"
    assert len(formats.github_action(table, is_more_better=False)) == 2


def test_nothing_but_headlines_that_were_measured():
    other = {"benchmark": "cold_start", "metric": "user", "unit": "s", "median": 0.1}
    lost = {"benchmark": "cold_disk", "metric": "wall", "unit": "s", "median": np.nan}
    own = {"benchmark": "cold_start", "metric": "wall", "unit": "s", "median": 0.2}
    table = rows(other, lost, own | {"mode": "self-check"})
    assert len(formats.headlines(table)) == 3


def test_hyperfine_has_the_times_of_each_start():
    values = {"wall": [0.2, 0.3, 0.4], "user": [0.1, 0.1, 0.1], "sys": [0.05, 0.05, 0.2]}
    counted = pd.DataFrame(
        [
            ROW | {"benchmark": "cold_start", "metric": metric, "round": number, "value": value}
            for metric, found in values.items()
            for number, value in enumerate(found)
        ]
    )
    (found,) = formats.hyperfine(counted)["results"]
    assert found["command"] == "net/aot/cold_start/wasm@wasmtime-aot"
    assert found["times"] == [0.2, 0.3, 0.4]
    assert (found["median"], found["min"], found["max"]) == (0.3, 0.2, 0.4)
    assert found["system"] == pytest.approx(0.1)
    assert found["exit_codes"] == [0, 0, 0]
