"""What the self-check makes of its rounds: each check with its figures and its state."""

from typing import Any

import numpy as np

from scripts.stats import intervals, proportions, verdicts

# False alarms must be shown to be rarer than this; at 99 % a hundred quiet windows show it.
ALARM_LIMIT = 0.05


def compare(
    values: np.ndarray, baseline: np.ndarray, confidence: float, margin: float
) -> dict[str, Any]:
    """Return the comparison of paired rounds: ratio, low, high and verdict."""
    found = intervals.ratio(values, baseline, confidence)
    return {**vars(found), "verdict": found.verdict(margin)}


def false_alarms(
    twin: np.ndarray, plain: np.ndarray, length: int, confidence: float, margin: float
) -> dict[str, Any]:
    """Judge the rate at which windows of `length` rounds call two equals different.

    The arguments are seconds, element i of both of the same round. It fails where the rate's exact
    (Clopper-Pearson) interval lies above the rate that the confidence allows, passes where it lies
    below `ALARM_LIMIT`, and is undecided else.
    """
    windows = len(plain) // length
    cut = [slice(length * place, length * (place + 1)) for place in range(windows)]
    found = [compare(twin[part], plain[part], confidence, margin)["verdict"] for part in cut]
    alarms = sum(verdict in intervals.DIFFERENT for verdict in found)
    allowed = 1 - confidence
    low, high = proportions.interval(alarms, windows, confidence)
    return {
        "state": alarm_state(low, high, allowed),
        "windows": windows,
        "window_rounds": length,
        "alarms": alarms,
        "rate": alarms / windows,
        "low": low,
        "high": high,
        "allowed": allowed,
        "limit": ALARM_LIMIT,
    }


def alarm_state(low: float, high: float, allowed: float) -> str:
    """Return what the interval of the rate of false alarms ends in."""
    if low > allowed:
        return verdicts.FAILED
    return verdicts.PASSED if high < ALARM_LIMIT else verdicts.UNDECIDED


def equals(twin: np.ndarray, plain: np.ndarray, confidence: float, margin: float) -> dict[str, Any]:
    """Judge the comparison of two equals over all rounds."""
    found = intervals.ratio(twin, plain, confidence)
    verdict = found.verdict(margin)
    state = verdicts.of_equals(found, margin, differs=verdict in intervals.DIFFERENT)
    return {"state": state, **vars(found), "verdict": verdict}


def slow_down(
    slowed: np.ndarray, wrapped: np.ndarray, confidence: float, margin: float
) -> dict[str, Any]:
    """Judge whether a true slow-down is found; undecided where the interval is too wide to say."""
    found = compare(slowed, wrapped, confidence, margin)
    states = {intervals.MORE: verdicts.PASSED, intervals.UNDECIDED: verdicts.UNDECIDED}
    return {
        "state": states.get(found["verdict"], verdicts.FAILED),
        **found,
        "rounds_needed": rounds_needed(slowed, wrapped, confidence),
    }


def rounds_needed(values: np.ndarray, baseline: np.ndarray, confidence: float) -> int | None:
    """Return the number of rounds from which on `more` is found and stays; None for never."""
    needed = None
    for count in range(len(values), 0, -1):
        if not intervals.ratio(values[:count], baseline[:count], confidence).low > 1:
            break
        needed = count
    return needed
