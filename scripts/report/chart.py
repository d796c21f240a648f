"""The interactive chart of the page: every ratio with its interval, told in full on demand."""

import altair as alt
import pandas as pd
import vl_convert

from scripts.bench import registry
from scripts.report import sections
from scripts.report.canvas import PALETTE
from scripts.report.inputs import SELF_CHECK

# What the chart's rows are made of, and no more: they are part of the page.
COLUMNS = [
    "benchmark",
    "contender",
    "job",
    "kind",
    "place",
    "ratio",
    "ratio_low",
    "ratio_high",
    "told",
]
KINDS = {"wasm": PALETTE[0], "native": PALETTE[5], "reference": PALETTE[2]}


def rows(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each benchmark, job and contender with a ratio; `told` is its tooltip.

    `place` puts the best first.
    """
    known = registry.ranked()
    chosen = estimates.metric == estimates.benchmark.map(registry.headlines())
    table = estimates[chosen & (estimates["mode"] != SELF_CHECK) & (estimates.n > 0)]
    table = table.dropna(subset=["ratio"])
    signs = table.benchmark.map({name: -1 if known[name].is_more_better else 1 for name in known})
    return table.assign(
        place=signs * table.ratio,
        told=[sections.tooltip(row) for _, row in table.iterrows()],
        kind=table["mode"].where(table["mode"].isin(list(KINDS)), "wasm"),
        job=table.job.str.upper(),
        benchmark=table.benchmark.map({name: known[name].title for name in known}),
    )[COLUMNS]


def chart(table: pd.DataFrame, baseline: str) -> alt.Chart:
    """Return a chart of one benchmark at a time, of the jobs and kinds that the legends choose."""
    measured = set(table.benchmark)
    names = [found.title for found in registry.ranked().values() if found.title in measured]
    benchmark = alt.param(
        name="shown",
        value=names[0],
        bind=alt.binding_select(options=names, name="Benchmark "),
    )
    job = alt.selection_point(fields=["job"], bind="legend")
    kind = alt.selection_point(fields=["kind"], bind="legend")
    base = (
        alt.Chart(table)
        .transform_filter(alt.datum.benchmark == benchmark)
        .transform_filter(job)
        .transform_filter(kind)
    )
    scale = alt.Scale(type="log", nice=False)
    y = alt.Y("contender:N", sort=alt.EncodingSortField("place", op="min"), title=None)
    color = alt.Color("kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())))
    shape = alt.Shape("job:N", scale=alt.Scale(domain=list(dict.fromkeys(table.job))))
    tooltip = alt.Tooltip("told:N", title=" ")
    line = base.mark_rule(strokeWidth=2).encode(
        alt.X("ratio_low:Q", scale=scale), alt.X2("ratio_high"), y, color, tooltip
    )
    title = f"multiple of {baseline}, with interval"
    point = base.mark_point(filled=True, size=60).encode(
        alt.X("ratio:Q", scale=scale, title=title), y, color, shape, tooltip
    )
    return (
        alt.layer(line, point)
        .add_params(benchmark, job, kind)
        .properties(width="container", height=alt.Step(18))
        .configure_axis(labelLimit=260)
    )


def script(estimates: pd.DataFrame) -> tuple[str, str]:
    """Return the programs of Vega, and the chart as the JSON that they take; empty for no ratio."""
    table = rows(estimates)
    if table.empty:
        return "", ""
    baseline = estimates.baseline[estimates.baseline != ""].iloc[0]
    # Nothing in JSON may end the element of the page that holds it.
    spec = chart(table, baseline).to_json(indent=None).replace("</", "<\\/")
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return vl_convert.javascript_bundle(vl_version=version), spec
