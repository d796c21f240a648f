"""What a check of the method ends in: passed, failed, or undecided."""

from scripts.stats import intervals

PASSED, FAILED, UNDECIDED = "passed", "failed", "undecided"


def of_equals(found: intervals.Ratio, margin: float, differs: bool) -> str:
    """Judge the comparison of a contender with itself, `differs` where a test says it is not 1.

    It passes only where the interval lies within 1 ± `margin`: a wide interval around 1 shows no
    difference and proves no sameness.
    """
    if found.within(margin):
        return PASSED
    return FAILED if differs else UNDECIDED


def overall(states: list[str]) -> str:
    """Return `failed` where one is, else `undecided` where one is or there are none."""
    for state in (FAILED, UNDECIDED):
        if state in states:
            return state
    return PASSED if states else UNDECIDED
