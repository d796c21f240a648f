"""Results folders made up for the history's tests: one benchmark job or several, one run each."""

import json

import pandas as pd

from scripts.common import files, paths
from scripts.history import remember
from scripts.stats import estimate

MODEL = "net"
BUILD = {"target": "wasm", "runtime": "tract", "rustflags": []}
CONFIG = {
    "compare": {"baseline": "native"},
    "builds": {"native": BUILD | {"target": "native"}, "wasm": BUILD},
    "engines": {
        "wasmtime": {
            "runner": "wasmtime",
            "tool": "wasmtime",
            "compile_options": [],
            "run_options": [],
        }
    },
    "confidence": 0.99,
}
TOOLS = {"wasmtime": {"version": "48.0.8", "sha256": "ab" * 32}}
HOST = {
    "name": "one",
    "date": "2026-11-01T08:00:00+00:00",
    "cpu": {"model": "Fast CPU", "architecture": "x86_64", "cores": 2},
    "memory_mib": 4096,
    "kernel": "6.1",
    "libc": "glibc 2.36",
    "packages": {"numpy": "2"},
    "git": {"commit": "c" * 40, "changed": False},
}
NAMES = {"model": MODEL, "weights": "seeded", "metric": "wall", "unit": "s", "margin": 0.05}


def rows(ratio, benchmark, extra):
    """Return the estimates of a benchmark: the baseline, wasm, and `extra` contenders more."""
    names = ["wasm@wasmtime-aot", *(f"wasm-{number}@wasmtime-aot" for number in range(extra))]
    base = {"contender": "native", "build": "native", "engine": "none", "mode": "native"}
    wasm = {"build": "wasm", "engine": "wasmtime", "mode": "aot", "baseline": "native"}
    wasm |= {"ratio": ratio, "ratio_low": 0.99 * ratio, "ratio_high": 1.01 * ratio}
    found = [base, *(wasm | {"contender": name} for name in names)]
    return [NAMES | {"benchmark": benchmark, "n": 9, "median": 0.2} | row for row in found]


def results(folder, ratio=2.0, benchmarks=("cold_start",), extra=0, tools=TOOLS, **host):
    """Write a run's results; return the arguments of `remember` but for where the dataset is."""
    where = folder / "samples"
    where.mkdir(parents=True)
    table, paths_ = [], []
    for place, benchmark in enumerate(benchmarks):
        table += rows(ratio, benchmark, extra * place)
        job = {"model": MODEL, "mode": "aot", "benchmark": benchmark, "skipped": []}
        job |= {"settings": {"min_rounds": 8}, "busy_start": 0.0, "tools": tools}
        (where / f"{benchmark}.json").write_text(json.dumps(job | {"host": HOST | host}))
        (where / f"{benchmark}.csv").write_text(f"value\n{ratio}\n")
        paths_.append(str(where / f"{benchmark}.csv"))
    pd.DataFrame(table, columns=estimate.COLUMNS).to_csv(folder / "aot.csv", index=False)
    machine = {
        "tools": [{"name": "rust", "version": "1.95", "sha256": "0", "compiler": "rustc 1.95\n"}],
        "artifacts": {paths.GRAPH.format(model=MODEL): "d" * 64},
        "config": CONFIG,
    }
    files.write_json(folder / "machine.json", machine)
    return [
        f"--estimates={folder / 'aot.csv'}",
        "--samples",
        *paths_,
        f"--machine={folder / 'machine.json'}",
        f"--out={folder / 'history.json'}",
    ]


def remembered(folder, history, **facts):
    """Add a made-up run to a dataset; return the receipt."""
    remember.main([*results(folder, **facts), f"--folder={history}"])
    return files.read_json(folder / "history.json")


def runs(folder, history, ratios, **facts):
    """Add a run a day with these ratios; `facts` are of all, a list one a day."""
    for day, ratio in enumerate(ratios, 1):
        own = {
            name: value[day - 1] if isinstance(value, list) else value
            for name, value in facts.items()
        }
        date = f"2026-11-{day:02d}T08:00:00+00:00"
        remembered(
            folder / f"run-{day}-{len(list(folder.iterdir()))}",
            history,
            ratio=ratio,
            date=date,
            **own,
        )
