"""The figures: each is a whole SVG that names every contender, the same for the same tables."""

import xml.etree.ElementTree as ElementTree

import estimate
import figures
import numpy as np
import pandas as pd
import pytest
import report_data
from errors import UserError

BUILDS = ("wasm", "wasm-simd", "wasm-packed")
CONTENDERS = [
    f"{build}@{engine}-{mode}"
    for build in BUILDS
    for engine in ("wasmtime", "wasmer")
    for mode in ("jit", "jit-cached")
]
METRICS = [
    ("cold_start", "wall", "s", 0.3),
    ("memory", "peak_rss", "MiB", 90.0),
    ("inference", "p50", "ms", 20.0),
    ("inference", "inference", "ms", 20.0),
    ("size", "wasm_optimised", "B", 2.5e7),
    ("phases", "wall", "ms", 70.0),
    *(("phases", phase, "ms", 10.0) for phase in report_data.PHASES),
]
UNITS = {
    "ratios": "ratio to native",
    "phases": "milliseconds",
    "inference": "milliseconds",
    "memory": "MiB",
    "size": "MB",
    "drift": "milliseconds",
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Paths of estimates and samples of twelve contenders and the baseline, nine rounds."""
    rng = np.random.default_rng(1)
    rows = [
        {"model": "net", "weights": "seeded", "build": name.split("@")[0], "engine": "wasmtime"}
        | {"mode": "jit" if "@" in name else "native", "contender": name, "benchmark": benchmark}
        | {"metric": metric, "unit": unit, "round": number, "warmup": int(number == 0)}
        | {"value": value * (1 + index) * rng.normal(1, 0.02)}
        for number in range(10)
        for index, name in enumerate(["native", *CONTENDERS])
        for benchmark, metric, unit, value in METRICS
        if benchmark != "size" or number == 1
    ]
    folder = tmp_path_factory.mktemp("tables")
    samples = pd.DataFrame(rows)
    samples.to_csv(folder / "samples.csv", index=False)
    estimate.table(samples, "native", 0.99, 1).to_csv(folder / "jit.csv", index=False)
    return folder


def draw(folder, name, out):
    arguments = ["--figure", name, "--estimates", str(folder / "jit.csv")]
    arguments += ["--samples", str(folder / "samples.csv"), "--out", str(out)]
    assert figures.main(arguments) == 0
    return out.read_bytes()


@pytest.mark.parametrize("name", figures.FIGURES)
def test_a_figure_names_its_contenders_and_its_unit(tables, tmp_path, name):
    text = "".join(ElementTree.fromstring(draw(tables, name, tmp_path / "a.svg")).itertext())
    assert UNITS[name] in text
    for contender in CONTENDERS:
        assert contender in text


@pytest.mark.parametrize("name", figures.FIGURES)
def test_the_same_tables_give_the_same_bytes(tables, tmp_path, name):
    assert draw(tables, name, tmp_path / "a.svg") == draw(tables, name, tmp_path / "b.svg")


def test_the_order_follows_the_figures(tables, tmp_path):
    text = draw(tables, "memory", tmp_path / "a.svg").decode()
    assert text.index(CONTENDERS[0]) < text.index(CONTENDERS[-1])


def test_empty_tables_are_refused(tables, tmp_path):
    table = pd.read_csv(tables / "jit.csv")
    table.assign(n=0).to_csv(tmp_path / "jit.csv", index=False)
    (tmp_path / "samples.csv").write_bytes((tables / "samples.csv").read_bytes())
    with pytest.raises(UserError, match="no figures to draw"):
        draw(tmp_path, "memory", tmp_path / "a.svg")
    assert not (tmp_path / "a.svg").exists()
