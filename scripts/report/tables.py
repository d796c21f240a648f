"""The report's smaller tables as rows of text: sizes, the original, the oracle, what is lacking."""

import math
from typing import Any

import pandas as pd

from scripts.bench import registry
from scripts.contenders import registry as runners
from scripts.contenders import selection
from scripts.contenders.modes import LATER
from scripts.contenders.runner import AOT, JIT, LATER_START
from scripts.report import inputs, sections, wording
from scripts.report.inputs import HEADLINES, Data

# The builds that follow the original's recipe on both sides.
NATIVE_RECIPE, WASM_RECIPE = "native-original", "wasm"
NOT_MEASURED = "not measured"


def sizes(data: Data) -> list[dict[str, str]]:
    """Return the files of every build, each once, with their ratio to the baseline's binary."""
    rows = data.estimates[(data.estimates.benchmark == "size") & (data.estimates.n > 0)]
    rows = rows[rows["mode"] != inputs.SELF_CHECK]
    found = {}
    for _, row in rows.sort_values(["build", "median"], kind="stable").iterrows():
        compared = not math.isnan(row.ratio) and row.metric != "wasm"
        name = wording.file(row, "`")
        found[name] = {
            "file": name,
            "bytes": wording.figure(row["median"], "B"),
            "ratio": f"{row.ratio:.2f}" if compared else "-",
        }
    return list(found.values())


def original(data: Data) -> list[dict[str, str]]:
    """Return the original's ratios of wasm to native beside those of its recipe here.

    None where nothing of that recipe was measured.
    """
    rows = [
        {
            "benchmark": registry.benchmark(benchmark).title,
            "engine": engine,
            "mode": told,
            "published": f"{published[engine] / published['native']:.2f}",
            "here": recipe(data, benchmark, published["metric"], f"{WASM_RECIPE}@{engine}-{mode}"),
        }
        for job, figures in data.original.items()
        if job in data.jobs
        for benchmark, published in figures.items()
        for engine in [key for key in published if key not in ("metric", "native")]
        for mode, told in starts(benchmark, job)
    ]
    return rows if any(row["here"] != NOT_MEASURED for row in rows) else []


def starts(benchmark: str, job: str) -> list[tuple[str, str]]:
    """Return the modes that the original's one figure may be of, and what they are called."""
    found = [(job, sections.column(benchmark, job))]
    if job == JIT and registry.benchmark(benchmark).takes(frozenset({LATER_START})):
        found.append((LATER, f"{job.upper()}, later starts from the cache"))
    return found


def recipe(data: Data, benchmark: str, metric: str, contender: str) -> str:
    """Return a contender's ratio to the native build with the same recipe, if it was measured."""
    rows = data.levers[data.levers["from"] == NATIVE_RECIPE]
    rows = rows[(rows.to == contender) & (rows.benchmark == benchmark) & (rows.metric == metric)]
    if len(rows):
        return wording.ratio(rows.iloc[0])
    sizes = data.estimates[(data.estimates.benchmark == benchmark) & (benchmark == "size")]
    ours = sizes[(sizes.contender == contender) & (sizes.metric == metric)]["median"]
    native = sizes[(sizes.contender == NATIVE_RECIPE) & (sizes.metric == "binary")]["median"]
    if ours.empty or native.empty:
        return NOT_MEASURED
    return f"{ours.iloc[0] / native.iloc[0]:.3f}"


def oracle(data: Data) -> list[dict[str, Any]]:
    """Return each contender's largest differences from the oracle."""
    rows = []
    for contender, table in data.oracle.groupby("contender", sort=False):
        differences = table.groupby("check").difference.max()
        rows.append(
            {
                "contender": contender,
                "passed": outcome(table),
                "tensor": difference(differences.get("tensor")),
                "confidence": difference(differences.get("photograph")),
                "reason": "; ".join(sorted(set(table.reason) - {""})),
            }
        )
    return rows


def outcome(checks: pd.DataFrame) -> str:
    """Return what became of a contender, from the rows of its checks by the oracle."""
    if checks.passed.all():
        return "passed"
    return "**failed**" if checks.ran.all() else "not run"


def difference(value: float | None) -> str:
    """Return a difference of probabilities, or that there was no answer to compare."""
    return "no answer" if value is None or math.isnan(value) else f"{value:.1e}"


def self_check(data: Data) -> list[dict[str, str]]:
    """Return the rows of the program that does nothing and of the baseline's second entry."""
    rows = data.self_check()
    rows = rows[rows.metric == rows.benchmark.map(HEADLINES)]
    return [
        {
            "contender": row.contender,
            "benchmark": row.benchmark,
            "job": row.job,
            "metric": registry.benchmark(row.benchmark).metrics[row.metric],
            "figure": wording.figure(row["median"], row.unit),
            "ratio": wording.ratio(row),
        }
        for _, row in rows.iterrows()
    ]


def twins(data: Data) -> list[dict[str, str]]:
    """Return the baseline against itself in each benchmark, over all modes."""
    return [{"benchmark": row.benchmark, **twin(row)} for _, row in data.twins.iterrows()]


def twin(row: pd.Series) -> dict[str, str]:
    """Return what is told of the baseline against itself, whatever it was measured of."""
    return {
        "rounds": f"{row.n}",
        "needed": f"{row.n_needed}",
        "ratio": wording.ratio(row),
        "p": f"{row.p_holm:.2g}",
        "state": row.state,
    }


def lacking(data: Data) -> list[dict[str, str]]:
    """Return which modes that the config asks for an engine does not have, and why."""
    config = data.machine["config"]
    return [
        {"engine": name, "mode": mode.upper(), "why": why}
        for name in config["compare"]["engines"]
        for mode, why in runners.runner(config["engines"][name]["runner"]).lacks.items()
        if mode in config["compare"]["modes"]
    ]


def builds_left_out(data: Data) -> dict[str, list[str]]:
    """Return as what the config leaves out which of the wasm builds that are compared."""
    config = data.machine["config"]
    compared = config["compare"]
    every = selection.every(config, compared["models"][0])
    rows = [row for row in every if not selection.is_wanted(config, row)]
    actions = [f"`{row.build}`" for row in rows if row.engine == selection.ACTION_HOST]
    compiling = [row for row in rows if row.how.job in compared["modes"]]
    jit = list(dict.fromkeys(f"`{row.build}` on {row.engine}" for row in compiling))
    found = {"As an OpenWhisk action": actions, "JIT": jit}
    return {what: names for what, names in found.items() if names}


def left_out(data: Data) -> dict[str, list[str]]:
    """Return each mode that the config leaves out; of the others, which benchmarks it does."""
    config = data.machine["config"]
    found = {mode: [] for mode in (JIT, AOT) if mode not in data.jobs}
    for mode in data.jobs:
        measured = selection.benchmarks(config, mode)
        if names := [name for name in config["benchmarks"] if name not in measured]:
            found[mode] = [f"`{name}`" for name in names]
    return found
