"""The figures of the scaling, each from its points and lines alone."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.report import wording
from scripts.report.canvas import PALETTE, WIDTH, plain_ticks
from scripts.scaling import tables
from scripts.scaling.figures import OF_LINES, RATIOS
from scripts.scaling.relations import MILLION, OVER, RELATIONS, Relation

MARKERS = "osD^v<>p"
POINTS, APART, PANEL = 3.4, 1.8, 2.6  # inches of the points, of what is off the line, of a panel
# Ticks of an axis that spans more than this are fewer.
FEW_TICKS = 100.0


def draw(name: str, points: pd.DataFrame, lines: pd.DataFrame, margin: float) -> Figure:
    """Draw one figure by its name; one that says so where there are no points for it."""
    # A contender looks the same in every figure, whoever is missing in one.
    styles = {
        contender: {"color": PALETTE[at % len(PALETTE)], "marker": MARKERS[at % len(MARKERS)]}
        for at, contender in enumerate(dict.fromkeys(points.contender))
    }
    if name in RATIOS:
        return ratios(points, RATIOS[name], styles)
    relation = OF_LINES[name]
    return through(tables.of_relation(points, relation), lines, relation, styles, margin)


def through(
    points: pd.DataFrame,
    lines: pd.DataFrame,
    relation: Relation,
    styles: dict[str, dict[str, str]],
    margin: float,
) -> Figure:
    """Draw points, the lines through them, and below how far off these they lie."""
    figure = Figure(figsize=(WIDTH, POINTS + APART), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[POINTS, APART])
    if points.empty:
        return without_points(figure, above)
    for name, own, line in by_contender(points, lines, relation):
        x, style = own[relation.over].to_numpy(float) / MILLION, styles[name]
        scale, unit = wording.readable(own.unit.iloc[0])
        marked(above, x, scale * own[["median", "ci_low", "ci_high"]], style, name)
        above.set_ylabel(f"{relation.label}, {unit}")
        if line is not None:
            along = np.geomspace(x.min(), x.max(), 100)
            heights = scale * (line.intercept + line.slope * along)
            above.plot(along, heights, color=style["color"], linewidth=1)
            off = own[["median", "ci_low", "ci_high"]].div(
                line.intercept + line.slope * x, axis="index"
            )
            marked(below, x, 100 * (off - 1), style)
    above.set_xscale("log")
    above.set_yscale("log")
    spaced(above, "y")
    spaced(below, "x")
    below.axhspan(-100 * margin, 100 * margin, color="#eeeeee", zorder=0)
    below.axhline(0, color="#999999", linewidth=0.8, zorder=0)
    below.set_ylabel("off the line, %")
    below.set_xlabel(f"{OVER[relation.over]} (grey: ± {100 * margin:g} %)")
    finished(figure, [above, below])
    return figure


def by_contender(
    points: pd.DataFrame, lines: pd.DataFrame, relation: Relation
) -> Iterator[tuple[str, pd.DataFrame, pd.Series | None]]:
    """Yield each contender of a relation, its points, and its line where it has one."""
    for name, own in points.groupby("contender", sort=False):
        line = tables.line_of(lines, relation, name)
        yield name, own, None if line is None or np.isnan(line.slope) else line


def ratios(points: pd.DataFrame, of_photographs: bool, styles: dict[str, dict[str, str]]) -> Figure:
    """Draw a panel for each metric: ratios to the native build over what its line is laid over."""
    rows = points[points.ratio.notna()]
    panels = [
        (relation, found)
        for relation in RELATIONS
        if relation.of_photographs == of_photographs
        and len(found := tables.of_relation(rows, relation))
    ]
    figure = Figure(figsize=(WIDTH, POINTS), layout="constrained")
    if not panels:
        return without_points(figure, figure.subplots())
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for panel, (relation, found) in zip(axes, panels, strict=True):
        for name, own in found.groupby("contender", sort=False):
            x = own[relation.over].to_numpy(float) / MILLION
            values = own[["ratio", "ratio_low", "ratio_high"]]
            marked(panel, x, values, styles[name] | {"linestyle": "-", "linewidth": 0.6}, name)
        panel.set_xscale("log")
        spaced(panel, "x")
        panel.axhline(1, color="#999999", linewidth=0.8, zorder=0)
        panel.set_title(relation.label, fontsize="medium")
        panel.set_xlabel(OVER[relation.over])
    axes[0].set_ylabel("ratio to the native build")
    finished(figure, axes)
    return figure


def marked(
    axes: Axes, x: np.ndarray, values: pd.DataFrame, style: dict[str, object], label: str = ""
) -> None:
    """Draw values, the first column, with their intervals, the other two, where they have one."""
    middle, low, high = (values.iloc[:, at].to_numpy() for at in range(3))
    bounds = np.nan_to_num([middle - low, high - middle])
    shown = {"linestyle": "", "markersize": 4, "capsize": 2, "label": label or None} | style
    axes.errorbar(x, middle, yerr=np.clip(bounds, 0, None), **shown)


def spaced(axes: Axes, which: str) -> None:
    """Write the ticks of a logarithmic axis as plain numbers, fewer where it spans much."""
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    plain_ticks(axes, which, (1, 2, 5) if high / low <= FEW_TICKS else (1, 3))


def without_points(figure: Figure, axes: Axes) -> Figure:
    """Say in a figure that there is nothing to draw."""
    for each in figure.axes:
        each.set_axis_off()
    axes.text(0.5, 0.5, "nothing was measured", ha="center", transform=axes.transAxes)
    return figure


def finished(figure: Figure, axes: Iterator[Axes] | list[Axes]) -> None:
    """Take away what no figure needs, and name the contenders above, each once."""
    named: dict[str, object] = {}
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        named |= dict(zip(*reversed(each.get_legend_handles_labels()), strict=True))
    figure.legend(
        named.values(), named, loc="outside upper center", ncols=3, fontsize="small", frameon=False
    )
