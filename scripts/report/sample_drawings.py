"""Figures of one mode's job from its samples: how they are distributed, how they drift."""

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from scripts.bench import registry
from scripts.report import inputs
from scripts.report.canvas import PALETTE, canvas, named_rows, plain_ticks


def distribution(estimates: pd.DataFrame, samples: pd.DataFrame, name: str) -> Figure:
    """How the values that were pooled are distributed."""
    pooled = registry.benchmark(name).pooled
    rows = samples[(samples.benchmark == name) & (samples.metric == pooled)]
    rows = rows[rows["mode"] != inputs.SELF_CHECK]
    order = list(rows.groupby("contender").value.median().sort_values().index)
    figure, axes = canvas(len(order))
    values = [rows[rows.contender == contender].value.to_numpy() for contender in order]
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


def drift(estimates: pd.DataFrame, samples: pd.DataFrame, name: str) -> Figure:
    """The samples of the headline, in seconds, in the order in which they were taken."""
    benchmark = registry.benchmark(name)
    rows = samples[(samples.benchmark == name) & (samples.metric == benchmark.headline)]
    rows = rows[rows["mode"] != inputs.SELF_CHECK]
    figure, axes = canvas(10)
    for index, (contender, group) in enumerate(rows.groupby("contender", sort=False)):
        style = {
            "color": PALETTE[index % len(PALETTE)],
            "marker": "osD^v<>p"[(index + index // 8) % 8],
        }
        axes.plot(
            group["round"], group.value * 1e3, markersize=3, linewidth=0.8, label=contender, **style
        )
    warm = rows[rows.warmup == 1]["round"]
    if len(warm):
        axes.axvspan(-0.5, warm.max() + 0.5, color="#dddddd", zorder=0)
    axes.set_yscale("log")
    plain_ticks(axes, "y")
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    axes.set_xlabel("round, in the order of time (grey: warm-up)")
    axes.set_ylabel(f"{benchmark.label}, milliseconds")
    figure.legend(loc="outside right upper", fontsize="small", frameon=False)
    return figure
