"""Runs side by side: how many, and how many a second."""

import os
from collections.abc import Sequence

from scripts.bench.spawning import Run


def levels(wanted: Sequence[int], cores: int | None = None) -> list[int]:
    """Return how many processes run side by side, in ascending order.

    None wanted: the powers of two up to the cores that this process may use, and all of these.
    """
    if wanted:
        return sorted(wanted)
    cores = cores or len(os.sched_getaffinity(0))
    return sorted({*(2**n for n in range(cores.bit_length())), cores})


def metric(level: int) -> str:
    """Return the metric of one level."""
    return f"runs_per_second_at_{level}"


def rate(runs: list[Run]) -> float:
    """Return runs a second while every slot was busy.

    That is from the last slot's first start to the first slot's last end. A run that is not all
    within counts by the share of its time that is: without this, slots that wait for the slowest
    would make more cores look worse than they are.
    """
    slots = {run.slot: [other for other in runs if other.slot == run.slot] for run in runs}
    began = max(min(run.started for run in own) for own in slots.values())
    ended = min(max(run.ended for run in own) for own in slots.values())
    within = [max(0, min(run.ended, ended) - max(run.started, began)) for run in runs]
    done = sum(part / (run.ended - run.started) for part, run in zip(within, runs, strict=True))
    return done / ((ended - began) / 1e9)
