"""The report's tables, as rows of text made from the estimates."""

import math
from typing import Any

import pandas as pd
import report_data
import wording
from report_data import HEADLINES, PHASES, Data

SECTIONS = {
    "cold_start": (
        "Cold start",
        "One fresh process, start to end. `jit` starts with the engine's cache empty or off and "
        "compiles; `jit-cached` are later starts, from the engine's own cache.",
    ),
    "inference": (
        "Warm inference",
        "One process loads the model once and classifies many times, each timed inside; one "
        "thread. The references (`litert`, `onnxruntime`, `tensorflow`) are what a user would pick "
        "instead, on the same graph, checked by the same oracle.",
    ),
    "memory": ("Memory", "Peak resident memory of one run, by the kernel's account."),
    "warm_loop": (
        "Warm loop",
        "Fresh processes one after another, engines with their default caches; the mean run.",
    ),
    "throughput": ("Throughput", "Full runs, process start to end, per second."),
}
METRICS = {
    "wall": "wall time", "real": "wall time", "user": "CPU, user", "sys": "CPU, kernel",
    "peak_rss": "peak RSS", "runs_per_second": "runs a second",
    "p50": "median", "p90": "90th percentile", "p99": "99th percentile",
    "inferences_per_second": "inferences a second",
}  # fmt: skip
FILES = {
    "binary": "native binary",
    "wasm": "wasm as compiled",
    "wasm_optimised": "wasm optimised",
    "aot": "compiled ahead of time",
}


def ranked(rows: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Return estimates with the baseline first, the others by their ratio to it."""
    is_other = rows.contender != baseline
    return rows.assign(is_other=is_other).sort_values(["is_other", "ratio"], kind="stable")


def sections(data: Data) -> list[dict[str, Any]]:
    """Return the tables of figures, one for each benchmark and mode that was measured."""
    found = []
    for benchmark, (title, what) in SECTIONS.items():
        for job in data.jobs:
            rows = ranked(data.rows(benchmark, HEADLINES[benchmark], job), data.baseline)
            if rows.empty:
                continue
            others = {
                metric: data.rows(benchmark, metric, job).set_index("contender")
                for metric in METRICS
                if metric != HEADLINES[benchmark] and len(data.rows(benchmark, metric, job))
            }
            found.append(
                {
                    "name": title,
                    "title": f"{title}, {job.upper()}",
                    "what": what,
                    "benchmark": benchmark,
                    "job": job,
                    "metric": METRICS[HEADLINES[benchmark]],
                    "others": [METRICS[metric] for metric in others],
                    "rows": [table_row(row, others) for _, row in rows.iterrows()],
                }
            )
    return found


def table_row(row, others: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return one line of a table of figures; `others` are the benchmark's further metrics."""
    return {
        "contender": row.contender,
        "figure": wording.figure(row["median"], row.unit),
        "interval": wording.interval(row),
        "ratio": wording.ratio(row),
        "others": [
            wording.figure(table["median"].get(row.contender, math.nan), table.unit.iloc[0])
            for table in others.values()
        ],
        "n": int(row.n),
        "outliers": int(row.outliers),
    }


def sizes(data: Data) -> list[dict[str, str]]:
    """Return the files of every build, each once, with their ratio to the baseline's binary."""
    rows = data.estimates[(data.estimates.benchmark == "size") & (data.estimates.n > 0)]
    rows = rows[rows["mode"] != report_data.SELF_CHECK]
    found = {}
    for row in rows.sort_values(["build", "median"], kind="stable").itertuples():
        compiled = row.metric == "aot"
        name = f"`{row.build}`, {FILES[row.metric]}{f' with {row.engine}' if compiled else ''}"
        compared = not math.isnan(row.ratio) and row.metric != "wasm"
        found[name] = {
            "file": name,
            "bytes": wording.figure(row.median, "B"),
            "ratio": f"{row.ratio:.2f}" if compared else "",
        }
    return list(found.values())


def phases(data: Data) -> list[dict[str, Any]]:
    """Return where a cold start goes: a table for each mode, medians in milliseconds."""
    found = []
    for job in data.jobs:
        table, rest = data.phase_medians(job), data.rows("phases", "unaccounted", job)
        rest = rest.set_index("contender")["median"]
        rows = [
            {
                "contender": name,
                "wall": wording.significant(table.wall[name]),
                "phases": [wording.significant(table[phase][name]) for phase in PHASES],
                "unaccounted": f"{rest[name]:.1f} %",
            }
            for name in table.sort_values("wall").index
        ]
        if rows:
            found.append({"job": job, "names": list(PHASES.values()), "rows": rows})
    return found


def beside(data: Data) -> list[dict[str, str]]:
    """Return AOT beside JIT: the headline ratios of each build and engine in both modes."""
    rows = []
    for benchmark, metric in HEADLINES.items():
        both = {
            job: {
                (row.build, row.engine, row["mode"]): row
                for _, row in data.rows(benchmark, metric, job).iterrows()
            }
            for job in data.jobs
        }
        for (build, engine, mode), row in both.get("jit", {}).items():
            other = both.get("aot", {}).get((build, engine, "aot"))
            if mode == "jit" and other is not None:
                rows.append(
                    {
                        "benchmark": SECTIONS[benchmark][0],
                        "contender": f"{build}@{engine}",
                        "jit": wording.ratio(row),
                        "aot": wording.ratio(other),
                    }
                )
    return rows


def original(data: Data) -> list[dict[str, str]]:
    """Return the original's ratios beside those of its recipe, `wasm`, here."""
    titles = {name: title for name, (title, _) in SECTIONS.items()} | {"size": "Size"}
    return [
        {
            "benchmark": titles[benchmark],
            "engine": engine,
            "published": f"{published[engine] / published['native']:.2f}",
            **{job: recipe(data, benchmark, published["metric"], engine, job) for job in data.jobs},
        }
        for benchmark, published in data.original.items()
        for engine in ("wasmtime", "wasmer")
    ]


def recipe(data: Data, benchmark: str, metric: str, engine: str, job: str) -> str:
    """Return the ratio of the original's recipe in one mode, or that it was not measured."""
    rows = data.rows(benchmark, metric, job)
    rows = rows[(rows.build == "wasm") & (rows.engine == engine) & (rows["mode"] == job)]
    return wording.ratio(rows.iloc[0]) if len(rows) else "not measured"


def oracle(data: Data) -> list[dict[str, Any]]:
    """Return each contender's largest differences from the oracle."""
    rows = []
    for contender, table in data.oracle.groupby("contender", sort=False):
        differences = table.groupby("check").difference.max()
        rows.append(
            {
                "contender": contender,
                "passed": "passed" if table.passed.all() else "**failed**",
                "tensor": difference(differences.get("tensor")),
                "confidence": difference(differences.get("photograph")),
                "reason": "; ".join(sorted(set(table.reason) - {""})),
            }
        )
    return rows


def difference(value: float | None) -> str:
    """Return a difference of probabilities, or that there was no answer to compare."""
    return "no answer" if value is None or math.isnan(value) else f"{value:.1e}"


def levers(data: Data) -> list[dict[str, str]]:
    """Return what each lever buys: a row for each engine and mode, a ratio for each benchmark."""
    found = {}
    for _, row in data.levers.iterrows():
        key = (row.lever, row["from"], row["to"])
        found.setdefault(key, {})[row.benchmark] = wording.ratio(row)
    return [
        {
            "lever": lever,
            "from": before,
            "to": after,
            **{
                name: ratios.get(name, "not measured")
                for name in ("cold_start", "inference", "memory")
            },
        }
        for (lever, before, after), ratios in found.items()
    ]


def self_check(data: Data) -> list[dict[str, str]]:
    """Return the rows of the program that does nothing and of the baseline's second entry."""
    rows = data.self_check()
    rows = rows[rows.metric == rows.benchmark.map(HEADLINES)]
    return [
        table_row(row, {})
        | {"benchmark": row.benchmark, "job": row.job, "metric": METRICS[row.metric]}
        for _, row in rows.iterrows()
    ]
