"""What one run, or the mean of several, took."""

import numpy as np

from scripts.bench.benchmark import Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.spawning import Run

# The metrics of a run's time, as `Run` names them.
TIMES = ("wall", "user", "sys")
LABELS = {"wall": "wall time", "user": "CPU, user", "sys": "CPU, kernel"}


def times(run: Run) -> list[Value]:
    """Return what one run took."""
    return [(name, "s", getattr(run, name)) for name in TIMES]


def mean_times(runs: list[Run]) -> dict[str, float]:
    """Return what the mean run took, in seconds, by metric."""
    return {name: float(np.mean([getattr(run, name) for run in runs])) for name in TIMES}


def fill_default_cache(harness: Harness, contender: Contender) -> None:
    """Run once as blocks of runs will, so that no engine compiles in the first of them."""
    harness.loop(contender, 1)
