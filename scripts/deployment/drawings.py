"""The figures of the deployment, each from one model's rows of results/deployment.csv alone."""

from collections.abc import Callable, Iterator

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.deployment.bench import level
from scripts.deployment.benchmarks import activation
from scripts.report.canvas import PALETTE, STACKED, WIDTH, canvas, named_rows, plain_ticks

HEIGHT = 4.2  # inches of a figure with lines
MARKERS = "osD^v<>p"


def parts(table: pd.DataFrame) -> Figure:
    """Where the time of one activation goes: its parts, stacked."""
    rows = table.pivot_table(index="contender", columns="metric", values="value", sort=False)
    rows = rows.sort_values("p50")
    shown = {name: title for name, title in activation.PARTS.items() if name in rows}
    figure, axes = canvas(len(rows) + 2)
    left = np.zeros(len(rows))
    for place, (name, title) in enumerate(shown.items()):
        # What is measured around another thing can come out a little below nothing.
        values = rows[name].fillna(0).clip(lower=0).to_numpy()
        color = STACKED[place % len(STACKED)]
        hatch = "//" if place >= len(STACKED) else ""
        axes.barh(range(len(rows)), values, left=left, label=title, color=color, hatch=hatch)
        left += values
    for place, value in enumerate(rows["p50"]):
        end = max(value, left[place])
        axes.annotate(f" {value:.1f}", (end, place), va="center", fontsize="small")
    axes.plot(rows["p50"], range(len(rows)), "|", color="black", markersize=22)
    axes.set_xlabel("median milliseconds of each part, stacked (line and number: of the whole)")
    axes.margins(x=0.08)
    named_rows(axes, list(rows.index))
    figure.legend(loc="outside upper center", ncols=5, fontsize="small", frameon=False)
    return figure


def rates(table: pd.DataFrame) -> Figure:
    """What a host answers, and how late, at each arrival rate."""
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    done, latency = figure.subplots(1, 2)
    for axes, metric in ((done, "done"), (latency, "p50")):
        for name, style, rows in by_host(table):
            at = by_level(rows)
            if metric in at:
                axes.plot(at["offered"], at[metric], label=name, **style)
        axes.set_xscale("log")
        axes.set_yscale("log")
        plain_ticks(axes, "x")
        plain_ticks(axes, "y")
        axes.set_xlabel("requests a second that arrive")
        axes.spines[["top", "right"]].set_visible(False)
    ends = done.get_xlim()
    done.plot(ends, ends, color="#999999", linewidth=0.8, zorder=0)
    done.set_xlim(ends)
    done.set_ylabel("right answers a second (line: all of them)")
    latency.set_ylabel("median latency of right answers, milliseconds")
    named(figure, done)
    return figure


def density(table: pd.DataFrame) -> Figure:
    """The memory of a host and its workers over the number of actions that are at work."""
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    for name, style, rows in by_host(table):
        at = by_level(rows)
        axes.plot(at.index, at["at_work"], label=name, **style)
    axes.set_xlabel("actions at work, a worker each")
    axes.set_ylabel("largest proportional set size seen, MiB")
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    axes.set_ylim(bottom=0)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    named(figure, axes)
    return figure


def by_host(table: pd.DataFrame) -> Iterator[tuple[str, dict[str, object], pd.DataFrame]]:
    """Yield each host, how its line is drawn, and its rows."""
    for name, rows in table.groupby("contender", sort=False):
        place = rows.place.iloc[0]
        style = {"color": PALETTE[place % len(PALETTE)], "marker": MARKERS[place % len(MARKERS)]}
        yield name, style | {"markersize": 4, "linewidth": 1}, rows


def by_level(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the values of metrics that have levels: a row a level, ascending, a column each."""
    parted = [level(metric) for metric in rows.metric]
    table = rows.assign(metric=[name for name, _ in parted], at=[at for _, at in parted])
    return table.dropna(subset=["at"]).pivot_table(index="at", columns="metric", values="value")


def named(figure: Figure, axes: Axes) -> None:
    """Name the lines above the figure."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside upper center", ncols=3, fontsize="small", frameon=False
    )


DRAWINGS: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "activation": parts,
    "density": density,
    "rates": rates,
}


def draw(name: str, table: pd.DataFrame) -> Figure:
    """Draw the figure of a benchmark; one that says so where no host has figures of it."""
    # A host looks the same in every figure, whoever is missing in one.
    table = table.assign(place=pd.factorize(table.contender)[0])
    rows = table[(table.benchmark == name) & table.value.notna()]
    if len(rows):
        return DRAWINGS[name](rows)
    figure, axes = canvas(1)
    axes.set_axis_off()
    axes.text(0.5, 0.5, f"no host has figures of {name}", ha="center", transform=axes.transAxes)
    return figure
