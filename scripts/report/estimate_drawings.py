"""Figures of one mode's job from its estimates: bars, phases, ratios."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from scripts.bench import registry
from scripts.report import inputs, wording
from scripts.report.canvas import PALETTE, STACKED, TIGHT_ROW, canvas, named_rows, plain_ticks
from scripts.stats.intervals import DIFFERENT

BOUNDS = ("ci_low", "ci_high")


def bars(table: pd.DataFrame, label: str, scale: float = 1.0) -> Figure:
    """Draw a bar with its interval and its value for each row, the first on top."""
    figure, axes = canvas(len(table))
    middle = table["median"].to_numpy() * scale
    low, high = (table[name].to_numpy() * scale for name in BOUNDS)
    errors_ = np.clip(np.array([middle - low, high - middle]), 0, None)
    axes.barh(range(len(table)), middle, xerr=errors_, color=PALETTE[4], ecolor="black", capsize=2)
    for place, (value, end) in enumerate(zip(middle, np.fmax(middle, high), strict=True)):
        style = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(wording.significant(value), (end, place), fontsize="small", **style)
    axes.set_xlabel(label)
    axes.margins(x=0.12)
    named_rows(axes, list(table.contender))
    return figure


def medians(estimates: pd.DataFrame, samples: pd.DataFrame, name: str) -> Figure:
    """The headline of each contender, the best on top."""
    benchmark = registry.benchmark(name)
    ascending = not benchmark.is_more_better
    rows = headline(estimates, name).sort_values("median", ascending=ascending)
    unit = rows.unit.iloc[0] if len(rows) else ""
    scale, unit = wording.readable(unit)
    label = f"{benchmark.metrics[benchmark.shown]}, {unit}, with interval"
    return bars(rows, label, scale)


def sizes(estimates: pd.DataFrame, samples: pd.DataFrame, name: str) -> Figure:
    """Bytes of each file that is delivered: the executable, the module, the compiled artefact."""
    rows = estimates[(estimates.benchmark == name) & (estimates.metric != "wasm")]
    # A module is one file, whatever runs it.
    rows = rows.assign(contender=rows.apply(wording.file, axis="columns"))
    rows = rows.drop_duplicates("contender").sort_values("median")
    return bars(rows, "size of what is delivered, MB", scale=1e-6)


def phases(estimates: pd.DataFrame, samples: pd.DataFrame, name: str) -> Figure:
    """Where the time of a cold start goes, stacked."""
    rows = estimates[estimates.benchmark == name]
    table = rows.pivot_table(index="contender", columns="metric", values="median", sort=False)
    table = table.sort_values("wall")
    figure, axes = canvas(len(table) + 2)
    left = np.zeros(len(table))
    for (phase, label), color in zip(inputs.PHASES.items(), STACKED, strict=True):
        values = table[phase].to_numpy()
        axes.barh(range(len(table)), values, left=left, label=label, color=color)
        left += values
    for place, value in enumerate(left):
        axes.annotate(f" {value:.0f}", (value, place), va="center", fontsize="small")
    axes.set_xlabel("median milliseconds of one fresh process")
    axes.margins(x=0.08)
    named_rows(axes, list(table.index))
    figure.legend(loc="outside upper center", ncols=4, fontsize="small", frameon=False)
    return figure


def ratios(estimates: pd.DataFrame, samples: pd.DataFrame, name: str) -> Figure:
    """Every headline ratio to the baseline with its interval."""
    known = registry.ranked()
    kept = [benchmark for benchmark in known if benchmark in set(estimates.benchmark)]
    tables = [
        headline(estimates, name).sort_values("ratio", ascending=not known[name].is_more_better)
        for name in kept
    ]
    rows = pd.concat(tables).dropna(subset=["ratio"])
    figure, axes = canvas(len(rows), row=TIGHT_ROW)
    labels = [f"{known[row.benchmark].label}: {row.contender}" for row in rows.itertuples()]
    middle = rows.ratio.to_numpy()
    bounds = np.array([middle - rows.ratio_low, rows.ratio_high - middle])
    places = np.arange(len(rows))
    for index, benchmark in enumerate(kept):
        chosen = (rows.benchmark == benchmark).to_numpy()
        style = {
            "color": PALETTE[index % 8],
            "marker": "osD^vP<>"[index % 8],
            "linestyle": "",
            "capsize": 2,
        }
        different = rows.verdict.isin(DIFFERENT).to_numpy()
        for shown, fill in ((chosen & different, PALETTE[index]), (chosen & ~different, "white")):
            style |= {"xerr": bounds[:, shown], "markerfacecolor": fill}
            axes.errorbar(middle[shown], places[shown], **style)
    axes.axvline(1, color="black", linewidth=1)
    # Nothing but the baseline was measured where there is no row.
    words = "ratio to the baseline"
    if len(rows):
        baseline, margin = rows.baseline.iloc[0], rows.margin.iloc[0]
        axes.axvspan(1 - margin, 1 + margin, color="#dddddd", zorder=0)
        words = f"ratio to {baseline} with interval (filled: different; band: ±{100 * margin:g} %)"
    axes.set_xscale("log")
    plain_ticks(axes, "x")
    axes.set_xlabel(words)
    axes.set_ylim(-1, len(rows))
    axes.tick_params(axis="y", labelsize="small")
    named_rows(axes, labels)
    return figure


def headline(estimates: pd.DataFrame, benchmark: str) -> pd.DataFrame:
    """Return the rows of the metric that stands for a benchmark."""
    metric = registry.benchmark(benchmark).shown
    return estimates[(estimates.benchmark == benchmark) & (estimates.metric == metric)]
