"""The one picture of the answer: wasm, native builds and references side by side."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from scripts.bench import registry
from scripts.common.errors import UserError
from scripts.report import inputs, wording
from scripts.report.canvas import MARGIN, PALETTE, plain_ticks
from scripts.report.estimate_drawings import headline

# The groups of rows, with their colours: by mode, and what is neither is wasm.
WASM, NATIVE, REFERENCE = "wasm", "native", "reference"
HEADINGS = {WASM: "wasm, smallest ratio", NATIVE: "native", REFERENCE: "references"}
COLORS = {WASM: PALETTE[0], NATIVE: PALETTE[5], REFERENCE: PALETTE[2]}
# A job is told by its shape, which carries it into print.
SHAPES = {"jit": "o", "aot": "s"}
PANEL, NAMES, ROW = 3.2, 2.0, 0.27  # inches
# How much of a panel, on its logarithmic scale, is left for the words beside the marks.
ROOM = 0.85
# Ticks run into one another where a panel spans more than this; the last has no end.
TICKS = {100: (1, 2, 5), 1000: (1, 3), np.inf: (1,)}


def draw(estimates: pd.DataFrame) -> Figure:
    """Draw a panel for each benchmark of the first screen that has estimates, a row for each build.

    Raises:
        UserError: none of these benchmarks has any.
    """
    panels = {name: shown(estimates, name) for name in inputs.first_screen(estimates)}
    panels = {name: rows for name, rows in panels.items() if len(rows)}
    if not panels:
        raise UserError("no figures to draw: none of cold start, warm inference and memory has any")
    labels, places = lay_out(pd.concat(panels.values()))
    size = (NAMES + PANEL * len(panels), MARGIN + ROW * len(labels))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for panel, (name, rows) in zip(axes, panels.items(), strict=True):
        draw_panel(panel, name, rows, places)
    name_rows(axes[0], labels)
    jobs = [job for job in SHAPES if any((rows.job == job).any() for rows in panels.values())]
    marks = [Line2D([], [], color="black", marker=SHAPES[job], linestyle="") for job in jobs]
    words = [f"measured in the {job.upper()} job" for job in jobs]
    figure.legend(marks, words, loc="outside upper center", ncols=2, frameon=False)
    return figure


def shown(estimates: pd.DataFrame, benchmark: str) -> pd.DataFrame:
    """Return a benchmark's headline rows: of each wasm build the best, of the others all.

    The best has the smallest ratio to the baseline; later starts from an engine's cache are none.
    """
    rows = headline(estimates, benchmark).assign(group=group)
    wasm = rows[(rows.group == WASM) & ~inputs.is_later(rows.contender)]
    best = wasm.sort_values(["ratio", "median"]).groupby("build", sort=False).head(1)
    return pd.concat([best, rows[rows.group != WASM]])


def group(rows: pd.DataFrame) -> pd.Series:
    """Return the group that each row belongs to."""
    return rows["mode"].where(rows["mode"].isin([NATIVE, REFERENCE]), WASM)


def lay_out(rows: pd.DataFrame) -> tuple[list[tuple[str, bool]], dict[str, int]]:
    """Return the lines from top to bottom, as (words, whether a heading), and each build's line."""
    labels: list[tuple[str, bool]] = []
    places = {}
    for name, heading in HEADINGS.items():
        builds = list(dict.fromkeys(rows[rows.group == name].build))
        labels += [(heading, True)] if builds else []
        for build in builds:
            places[build] = len(labels)
            labels.append((build, False))
    return labels, places


def draw_panel(axes: Axes, benchmark: str, rows: pd.DataFrame, places: dict[str, int]) -> None:
    """Draw one benchmark's marks with their intervals, and say beside them what they are."""
    scale, unit = wording.readable(rows.unit.iloc[0])
    rows = rows.assign(**{name: rows[name] * scale for name in ("median", "ci_low", "ci_high")})
    for build, found in rows.groupby("build", sort=False):
        draw_build(axes, places[build], found)
    ends = rows[["median", "ci_low", "ci_high"]]
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    span = max(high / low, 3)
    axes.set_xscale("log")
    left, right = low / span**0.08, high * span**ROOM
    axes.set_xlim(left, right)
    plain_ticks(axes, "x", subs=next(subs for end, subs in TICKS.items() if right / left <= end))
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel(f"{registry.benchmark(benchmark).label}, {unit}")


def draw_build(axes: Axes, place: int, rows: pd.DataFrame) -> None:
    """Draw what was measured of one build: a mark with its interval for each job."""
    shift = 0.16 if len(rows) > 1 else 0
    for offset, (_, row) in zip((-shift, shift), rows.iterrows(), strict=False):
        middle = row["median"]
        bounds = [[middle - row.ci_low], [row.ci_high - middle]]
        style = {"color": COLORS[row.group], "marker": SHAPES[row.job], "markersize": 4}
        axes.errorbar([middle], [place + offset], xerr=bounds, capsize=3, **style)
    end = np.nanmax(rows[["median", "ci_high"]])
    words = [f"{wording.significant(row['median'])} {how(row)}" for _, row in rows.iterrows()]
    style = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "fontsize": "x-small"}
    axes.annotate(", ".join(words), (end, place), **style)


def how(row: pd.Series) -> str:
    """Say which engine and mode a figure is of, or which job where that makes no difference."""
    return f"{row.engine}-{row['mode']}" if row.group == WASM else row.job


def name_rows(axes: Axes, labels: list[tuple[str, bool]]) -> None:
    """Name the rows, the first on top, headings bold."""
    axes.set_yticks(range(len(labels)), [words for words, _ in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    for text, (_, is_heading) in zip(axes.get_yticklabels(), labels, strict=True):
        text.set_fontweight("bold" if is_heading else "normal")
