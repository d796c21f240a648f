"""Rule script: one figure of one mode's job, as SVG, from the estimates and samples alone."""

import argparse
from collections.abc import Callable
from pathlib import Path

import errors
import files
import matplotlib as mpl
import numpy as np
import pandas as pd
import report_data
from errors import UserError
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's palette, which colour-blind readers can tell apart; hatches carry it into print.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "+++", "ooo", "---")
NAMES = {
    "cold_start": "cold start",
    "warm_loop": "warm loop",
    "memory": "peak memory",
    "throughput": "runs a second",
    "inference": "warm inference",
}
WIDTH, ROW, TIGHT_ROW, MARGIN = 8.0, 0.34, 0.2, 1.1  # inches


def canvas(rows: int, row: float = ROW) -> tuple[Figure, Axes]:
    """Return an empty figure tall enough for that many horizontal rows, `row` inches each."""
    figure = Figure(figsize=(WIDTH, MARGIN + row * max(rows, 3)), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def named_rows(axes: Axes, names: list[str]) -> None:
    """Name the rows of a horizontal figure, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)


def bars(table: pd.DataFrame, label: str, scale: float = 1.0) -> Figure:
    """Draw a bar with its interval and its value for each row, the smallest on top."""
    table = table.sort_values("median")
    figure, axes = canvas(len(table))
    middle = table["median"].to_numpy() * scale
    low, high = (table[name].to_numpy() * scale for name in ("ci_low", "ci_high"))
    errors_ = np.clip(np.array([middle - low, high - middle]), 0, None)
    axes.barh(range(len(table)), middle, xerr=errors_, color=PALETTE[4], ecolor="black", capsize=2)
    for place, (value, end) in enumerate(zip(middle, np.maximum(middle, high), strict=True)):
        axes.annotate(f" {value:.3g}", (end, place), va="center", fontsize="small")
    axes.set_xlabel(label)
    axes.margins(x=0.12)
    named_rows(axes, list(table.contender))
    return figure


def memory(estimates: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """Peak memory of each contender."""
    return bars(headline(estimates, "memory"), "peak resident memory, MiB, with interval")


def size(estimates: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """Bytes of each file that is delivered: the executable, the module, the compiled artefact."""
    rows = estimates[(estimates.benchmark == "size") & (estimates.metric != "wasm")]
    return bars(rows, "size of what is delivered, MB", scale=1e-6)


def phases(estimates: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """Where the time of a cold start goes, stacked."""
    rows = estimates[estimates.benchmark == "phases"]
    table = rows.pivot_table(index="contender", columns="metric", values="median", sort=False)
    table = table.sort_values("wall")
    figure, axes = canvas(len(table) + 2)
    left = np.zeros(len(table))
    for (phase, label), color, hatch in zip(
        report_data.PHASES.items(), PALETTE, HATCHES, strict=False
    ):
        values = table[phase].to_numpy()
        style = {"color": color, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
        axes.barh(range(len(table)), values, left=left, label=label, **style)
        left += values
    for place, value in enumerate(left):
        axes.annotate(f" {value:.0f}", (value, place), va="center", fontsize="small")
    axes.set_xlabel("median milliseconds of one fresh process")
    axes.margins(x=0.08)
    named_rows(axes, list(table.index))
    figure.legend(loc="outside upper center", ncols=4, fontsize="small", frameon=False)
    return figure


def inference(estimates: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """How the single warm inferences are distributed."""
    rows = samples[(samples.benchmark == "inference") & (samples.metric == "inference")]
    rows = rows[rows["mode"] != report_data.SELF_CHECK]
    order = list(rows.groupby("contender").value.median().sort_values().index)
    figure, axes = canvas(len(order))
    values = [rows[rows.contender == name].value.to_numpy() for name in order]
    axes.boxplot(
        values,
        orientation="horizontal",
        positions=range(len(order)),
        widths=0.6,
        whis=(5, 95),
        flierprops={"marker": ".", "markersize": 2, "alpha": 0.5},
        medianprops={"color": PALETTE[5], "linewidth": 2},
    )
    axes.set_xscale("log")
    plain_ticks(axes, "x")
    axes.set_xlabel("milliseconds of one inference (box: quartiles, whiskers: 5 % and 95 %)")
    named_rows(axes, order)
    return figure


def ratios(estimates: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """Every headline ratio to the baseline with its interval."""
    kept = [name for name in NAMES if name in set(estimates.benchmark)]
    tables = [headline(estimates, name).sort_values("ratio") for name in kept]
    rows = pd.concat(tables).dropna(subset=["ratio"])
    figure, axes = canvas(len(rows), row=TIGHT_ROW)
    labels = [f"{NAMES[row.benchmark]}: {row.contender}" for row in rows.itertuples()]
    middle = rows.ratio.to_numpy()
    bounds = np.array([middle - rows.ratio_low, rows.ratio_high - middle])
    places = np.arange(len(rows))
    for index, name in enumerate(kept):
        chosen = (rows.benchmark == name).to_numpy()
        style = {"color": PALETTE[index], "marker": "osD^v"[index], "linestyle": "", "capsize": 2}
        spread = np.nan_to_num(bounds[:, chosen])
        axes.errorbar(middle[chosen], places[chosen], xerr=spread, **style)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    plain_ticks(axes, "x")
    axes.set_xlabel(f"ratio to {rows.baseline.iloc[0]} with interval; 1 is no difference")
    axes.set_ylim(-1, len(rows))
    axes.tick_params(axis="y", labelsize="small")
    named_rows(axes, labels)
    return figure


def drift(estimates: pd.DataFrame, samples: pd.DataFrame) -> Figure:
    """The samples of the cold start in the order in which they were taken."""
    rows = samples[(samples.benchmark == "cold_start") & (samples.metric == "wall")]
    rows = rows[rows["mode"] != report_data.SELF_CHECK]
    figure, axes = canvas(10)
    for index, (name, group) in enumerate(rows.groupby("contender", sort=False)):
        style = {
            "color": PALETTE[index % len(PALETTE)],
            "marker": "osD^v<>p"[(index + index // 8) % 8],
        }
        axes.plot(
            group["round"], group.value * 1e3, markersize=3, linewidth=0.8, label=name, **style
        )
    warm = rows[rows.warmup == 1]["round"]
    if len(warm):
        axes.axvspan(-0.5, warm.max() + 0.5, color="#dddddd", zorder=0)
    axes.set_yscale("log")
    plain_ticks(axes, "y")
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    axes.set_xlabel("round, in the order of time (grey: warm-up)")
    axes.set_ylabel("cold start, milliseconds")
    figure.legend(loc="outside right upper", fontsize="small", frameon=False)
    return figure


def plain_ticks(axes: Axes, which: str) -> None:
    """Write the ticks of a logarithmic axis as plain numbers."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(mpl.ticker.LogLocator(subs=(1, 2, 5), numticks=12))
    axis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(mpl.ticker.NullFormatter())
    axes.grid(axis=which, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def headline(estimates: pd.DataFrame, benchmark: str) -> pd.DataFrame:
    """Return a benchmark's headline rows, without the self-check's."""
    metric = report_data.HEADLINES[benchmark]
    return estimates[(estimates.benchmark == benchmark) & (estimates.metric == metric)]


FIGURES: dict[str, Callable[[pd.DataFrame, pd.DataFrame], Figure]] = {
    "ratios": ratios,
    "phases": phases,
    "inference": inference,
    "memory": memory,
    "size": size,
    "drift": drift,
}


def main(argv: list[str] | None = None) -> int:
    """Write results/figures/{mode}/{figure}.svg."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, choices=FIGURES)
    parser.add_argument("--estimates", required=True, help="results/{mode}.csv")
    parser.add_argument("--samples", required=True, nargs="+")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    mpl.use("svg")
    # Text stays text and the file is the same for the same data.
    mpl.rcParams.update(
        {"svg.hashsalt": args.figure, "svg.fonttype": "none", "hatch.linewidth": 0.5}
    )
    estimates = report_data.read_table(args.estimates)
    estimates = estimates[(estimates.n > 0) & (estimates["mode"] != report_data.SELF_CHECK)]
    samples = pd.concat([report_data.read_table(path) for path in args.samples])
    if estimates.empty:
        raise UserError(f"{args.estimates} has no figures to draw")
    figure = FIGURES[args.figure](estimates, samples)
    with files.atomic_write(args.out, "wb") as stream:
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return 0


if __name__ == "__main__":
    errors.run(main)
