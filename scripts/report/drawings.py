"""How the figures of one mode's job are drawn, from its estimates and samples alone."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from scripts.bench import registry
from scripts.report import estimate_drawings, sample_drawings

Drawing = Callable[[pd.DataFrame, pd.DataFrame, str], Figure]
# How a benchmark can be drawn; `ratios` is of all that rank contenders.
DRAWINGS: dict[str, Drawing] = {
    "bars": estimate_drawings.medians,
    "distribution": sample_drawings.distribution,
    "drift": sample_drawings.drift,
    "phases": estimate_drawings.phases,
    "ratios": estimate_drawings.ratios,
    "size": estimate_drawings.sizes,
}


def drawing(figure: str) -> Drawing:
    """Return how a figure is drawn: one is called as its benchmark."""
    return DRAWINGS[figure if figure == "ratios" else registry.benchmark(figure).figure]
