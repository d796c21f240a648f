"""What all figures share: their size, colours, named rows, axes."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.common import files

# Okabe and Ito's palette, which colour-blind readers can tell apart.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
# For what is stacked, so that neighbours differ in lightness: it is read without colours too.
STACKED = ("#0072B2", "#E69F00", "#009E73", "#F0E442", "#D55E00", "#56B4E9", "#000000")
WIDTH, ROW, TIGHT_ROW, MARGIN = 8.0, 0.34, 0.2, 1.1  # inches


def prepare(name: str) -> None:
    """Have figures written as SVG: text stays text, and the file is the same for the same data."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": name, "svg.fonttype": "none"})


def write(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all."""
    with files.atomic_write(path, "wb") as stream:
        figure.savefig(stream, format="svg", metadata={"Date": None})


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


def plain_ticks(axes: Axes, which: str, subs: tuple[int, ...] = (1, 2, 5)) -> None:
    """Write the ticks of a logarithmic axis, `subs` times powers of ten, as plain numbers."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(mpl.ticker.LogLocator(subs=subs, numticks=12))
    axis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(mpl.ticker.NullFormatter())
    axes.grid(axis=which, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
