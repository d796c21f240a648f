"""Where a service that is offered more and more stops to follow."""

from collections.abc import Sequence

import numpy as np


def plateau(offered: Sequence[float], done: Sequence[float]) -> float:
    """Return the rate at which what is done stops to follow what is offered.

    It is the c of the least squares fit of done = min(offered, c): a service that does all that it
    is offered, up to its capacity. Where it did all of it at every rate, that is the largest one.

    Args:
        offered: requests a second, [levels], positive, in any order.
        done: right answers a second at each of them, [levels].
    """
    order = np.argsort(offered, kind="stable")
    offered, done = np.asarray(offered, float)[order], np.asarray(done, float)[order]
    # Between two rates the squared error is a parabola in c; its least value is at the mean of what
    # was done at the higher rates, or at an end.
    candidates = [*offered]
    for place in range(len(offered)):
        low = offered[place - 1] if place else 0.0
        candidates.append(float(np.clip(done[place:].mean(), low, offered[place])))
    errors = [np.square(np.minimum(offered, c) - done).sum() for c in candidates]
    return float(candidates[int(np.argmin(errors))])


def reached(offered: Sequence[float], done: Sequence[float]) -> float:
    """Return the same where it is below the highest rate; NaN where the service did all of it."""
    found = plateau(offered, done)
    return found if found < max(offered) else float("nan")


def crossing(offered: Sequence[float], latency: Sequence[float], factor: float) -> float:
    """Return the rate at which latency first is `factor` times that of the lowest rate.

    In a straight line between the two measured rates around it; NaN where it never is.

    Args:
        offered: requests a second, [levels], ascending.
        latency: in any unit at each of them, [levels], positive.
        factor: more than 1.
    """
    limit = factor * latency[0]
    for place in range(1, len(offered)):
        before, after = latency[place - 1], latency[place]
        if after >= limit:
            share = (limit - before) / (after - before)
            return offered[place - 1] + share * (offered[place] - offered[place - 1])
    return float("nan")
