"""Real rounds cut into windows, each judged as the watch judges one headline of a comparison."""

from typing import Any

import numpy as np
import pandas as pd

from scripts.bench import rounds
from scripts.selfcheck.judge import alarm_state as state_of_rate
from scripts.stats import proportions, verdicts
from scripts.watch import judge
from scripts.watch.limits import Limits

# As long as config/watch.yaml measures a cold start; no fewer figures than share the level there.
ROUNDS, HEADLINES = 200, 12
EQUALS, SLOWED = 200, 50
SECONDS = 5400
# A slow-down counts as found where that is shown of more windows than this.
POWER_LIMIT = 0.8


def limits(windows: int) -> rounds.Limits:
    """Return when the rounds for so many windows end; the time is a limit for slow contenders."""
    count = windows * ROUNDS
    return rounds.Limits(2, ROUNDS, count, ratio_width=0.0, budget_seconds=SECONDS)


def state(candidate: np.ndarray, base: np.ndarray, confidence: float, threshold: float) -> str:
    """Return what the watch says of one window: seconds, element i of both of the same round.

    The level is divided by the number of headlines: the least that Holm's correction leaves.
    """
    both = pd.DataFrame({"value": candidate, "base": base})
    key = ("", "", "", "", "cold_start", "wall", "s")
    # A cold start is no count: their threshold is none of its.
    line = judge.row(key, both, Limits(confidence, threshold, threshold))
    for column in ("p_slower", "p_faster"):
        line[column] = min(1.0, HEADLINES * line[column])
    return judge.state(line, confidence)


def shares(
    candidate: np.ndarray, base: np.ndarray, confidence: float, threshold: float
) -> dict[str, Any]:
    """Return in how many windows the candidate is `slower`, and the median ratio of all rounds.

    The arguments are seconds, element i of both of the same round; the share has its exact
    (Clopper-Pearson) interval.
    """
    count = len(base) // ROUNDS
    cut = [slice(ROUNDS * place, ROUNDS * (place + 1)) for place in range(count)]
    said = [state(candidate[part], base[part], confidence, threshold) for part in cut]
    slower = said.count(judge.SLOWER)
    low, high = proportions.interval(slower, count, confidence)
    return {
        "windows": count,
        "slower": slower,
        "low": low,
        "high": high,
        "ratio": float(np.median(candidate / base)),
    }


def alarm_state(found: dict[str, Any], allowed: float) -> str:
    """Judge the alarms over equals, as the self-check does."""
    return state_of_rate(found["low"], found["high"], allowed)


def power_state(found: dict[str, Any]) -> str:
    """Judge how often the slow-down was found."""
    if found["low"] > POWER_LIMIT:
        return verdicts.PASSED
    return verdicts.FAILED if found["high"] < POWER_LIMIT else verdicts.UNDECIDED
