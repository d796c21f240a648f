"""Rule script: the report, from the tables alone; every sentence follows from them."""

import argparse
import math
from pathlib import Path
from typing import Any

import errors
import files
import findings
import jinja2
import report_data
import wording
from report_data import Data

SECTIONS = {
    "cold_start": ("Cold start", "One fresh process, start to end; engine caches off or empty."),
    "warm_loop": (
        "Warm loop",
        "Fresh processes one after another, engines with their default caches; the mean run.",
    ),
    "inference": (
        "Warm inference",
        "One process loads the model once and classifies many times, each timed inside.",
    ),
    "memory": ("Memory", "Peak resident memory of one run, by the kernel's account."),
    "throughput": ("Throughput", "Full runs, process start to end, per second."),
    "size": ("Size", "The files themselves."),
}
METRICS = {
    "wall": "wall time", "real": "wall time", "user": "CPU, user", "sys": "CPU, kernel",
    "peak_rss": "peak RSS", "runs_per_second": "runs a second", "binary": "native binary",
    "wasm": "wasm as compiled", "wasm_optimised": "wasm optimised", "aot": "compiled ahead of time",
    "p50": "median", "p90": "90th percentile", "p99": "99th percentile",
    "inferences_per_second": "inferences a second",
}  # fmt: skip


def sections(data: Data) -> list[dict[str, Any]]:
    """Return the tables of figures, one for each benchmark and mode that was measured."""
    found = []
    for benchmark, (title, what) in SECTIONS.items():
        for job in data.jobs:
            rows = [
                table_row(row)
                for metric, _ in METRICS.items()
                for _, row in data.rows(benchmark, metric, job).iterrows()
            ]
            if rows:
                found.append({"title": f"{title}, {job.upper()}", "what": what, "rows": rows})
    return found


def table_row(row) -> dict[str, Any]:
    """Return one line of a table of figures."""
    return {
        "contender": row.contender,
        "metric": METRICS[row.metric],
        "figure": wording.figure(row["median"], row.unit),
        "interval": wording.interval(row),
        "ratio": wording.ratio(row),
        "n": int(row.n),
        "outliers": int(row.outliers),
    }


def beside(data: Data) -> list[dict[str, str]]:
    """Return AOT beside JIT: the headline ratios of each build and engine in both modes."""
    rows = []
    for benchmark, metric in report_data.HEADLINES.items():
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
    return [
        {
            "benchmark": SECTIONS[benchmark][0],
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


def render(data: Data, template: str) -> str:
    """Return the report as Markdown."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(template).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(Path(template).name).render(
        data=data,
        model=data.model,
        machine=data.machine,
        config=data.machine["config"],
        jobs=data.jobs,
        alarms=findings.alarms(data),
        answer=findings.answer(data),
        observations=findings.observations(data),
        outliers=findings.outliers(data),
        sections=sections(data),
        beside=beside(data),
        original=original(data),
        oracle=oracle(data),
        tools=data.tools.to_dict("records"),
        missing=data.missing().to_dict("records"),
        self_check=[
            table_row(row) | {"benchmark": row.benchmark, "job": row.job}
            for _, row in data.self_check().iterrows()
            if row.metric in report_data.HEADLINES.values()
        ],
        number=wording.significant,
    )


def main(argv: list[str] | None = None) -> int:
    """Write results/report.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimates", nargs="+", required=True, help="results/{mode}.csv")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--compiled", nargs="*", default=[], help="records of the compilers")
    parser.add_argument("--original", required=True)
    parser.add_argument("--template", required=True)
    parser.add_argument("--out", required=True)
    args = vars(parser.parse_args(argv))
    template, out = args.pop("template"), args.pop("out")
    with files.atomic_write(out) as stream:
        stream.write(render(report_data.read(**args), template))
    return 0


if __name__ == "__main__":
    errors.run(main)
