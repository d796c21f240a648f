"""A benchmark's trends: its ratios run by run, a panel a machine and job, a line a contender."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.history.trends import PANEL
from scripts.report.canvas import PALETTE, WIDTH, plain_ticks

HEIGHT, HEAD = 4.4, 0.3  # inches
MARKERS = "osD^vP<>"
# Of a run's width, so that intervals of contenders that are alike stand side by side.
SPREAD = 0.4
DATES = 12


def draw(trends: pd.DataFrame) -> Figure:
    """Draw one benchmark's rows of `trends.table`."""
    panels = list(trends.groupby(PANEL, sort=True))
    size = (1.4 * WIDTH, HEAD + HEIGHT * len(panels))
    figure = Figure(figsize=size, layout="constrained")
    styles = {name: style(place) for place, name in enumerate(sorted(set(trends.contender)))}
    for axes, (names, rows) in zip(
        figure.subplots(len(panels), squeeze=False)[:, 0], panels, strict=True
    ):
        panel(axes, rows, styles)
        named = dict(zip(PANEL, names, strict=True))
        axes.set_title("{machine}: {model}, {job}".format(**named), loc="left", fontsize="medium")
        axes.set_ylabel(f"ratio to {named['baseline']}")
    return figure


def style(place: int) -> dict[str, str]:
    """Return how a contender's line looks: no two have colour and mark alike."""
    colour = PALETTE[place % len(PALETTE)]
    return {"color": colour, "marker": MARKERS[(place + place // len(PALETTE)) % len(MARKERS)]}


def panel(axes: Axes, rows: pd.DataFrame, styles: dict[str, dict[str, str]]) -> None:
    """Draw the trends of one machine and job."""
    axes.spines[["top", "right"]].set_visible(False)
    contenders = sorted(set(rows.contender))
    shifts = np.linspace(-SPREAD / 2, SPREAD / 2, len(contenders)) if len(contenders) > 1 else [0]
    for name, shift in zip(contenders, shifts, strict=True):
        line(axes, rows[rows.contender == name], shift, name, styles[name])
    axes.axhline(1, color="black", linewidth=1)
    axes.set_yscale("log")
    plain_ticks(axes, "y")
    underneath(axes, rows)
    dates = rows.drop_duplicates("place").set_index("place").measured.sort_index()
    shown = dates.iloc[:: -(-len(dates) // DATES)]
    axes.set_xticks(shown.index, [f"{date:%Y-%m-%d\n%H:%M}" for date in shown], fontsize="x-small")
    axes.set_xlim(-0.6, dates.index.max() + 0.6)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small", frameon=False)


def line(axes: Axes, rows: pd.DataFrame, shift: float, name: str, looks: dict[str, str]) -> None:
    """Draw one contender's ratios with their intervals, and a ring and a number at each change."""
    places, ratios = rows.place.to_numpy() + shift, rows.ratio.to_numpy()
    # Too few rounds have no interval.
    bounds = np.array([ratios - rows.ratio_low, rows.ratio_high - ratios])
    bars = {"yerr": np.nan_to_num(np.clip(bounds, 0, None)), "capsize": 2, "elinewidth": 0.8}
    axes.errorbar(places, ratios, label=name, linewidth=1, markersize=4, **bars, **looks)
    for place, ratio, change in zip(places, ratios, rows.change, strict=True):
        if change == change:
            ring = {"facecolors": "none", "edgecolors": "black", "linewidths": 1.5}
            axes.scatter([place], [ratio], s=130, zorder=5, **ring)
            beside = {"xytext": (8, 6), "textcoords": "offset points", "fontweight": "bold"}
            axes.annotate(f"{100 * change:+.0f} %", (place, ratio), fontsize="small", **beside)


def underneath(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw a line before each run since which something else changed, with what."""
    for place, of_run in rows.groupby("place"):
        names = {name.partition(":")[0] for found in of_run.underneath for name, _, _ in found}
        if names:
            at = place - 0.5
            axes.axvline(at, color="#555555", linewidth=0.8, linestyle=":", zorder=0)
            across = mpl.transforms.blended_transform_factory(axes.transData, axes.transAxes)
            told = {"rotation": 90, "va": "top", "ha": "right", "fontsize": "x-small"}
            axes.text(at, 0.99, ", ".join(sorted(names)), transform=across, color="#555555", **told)
