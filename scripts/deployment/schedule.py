"""Was the load what it was meant to be? In an open loop requests leave by the clock alone."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scripts.deployment.answers import Answer

# Of so many sends none may be later than allowed; fewer than that, of all.
SHARE = 99.0


def lateness(answers: Sequence[Answer], interval: int) -> np.ndarray:
    """Return how late each request left, in ns, [requests], the most punctual one being 0.

    Args:
        answers: of one attack, in the order of the schedule.
        interval: ns between two requests of the schedule.
    """
    offsets = np.array([answer.sent - answer.seq * interval for answer in answers], dtype=np.int64)
    return offsets - offsets.min()


def from_their_time(answers: Sequence[Answer], interval: int) -> list[Answer]:
    """Return the answers with latencies that count from when each request should have left.

    A generator that is held up, by the host too where they share cores, hides none of it so.
    """
    return [
        replace(answer, sent=answer.sent - int(late), latency=answer.latency + int(late))
        for answer, late in zip(answers, lateness(answers, interval), strict=True)
    ]


def drift(answers: Sequence[Answer], interval: int, allowed: int, wanted: int) -> str | None:
    """Say how an attack left its schedule; None where it kept to it.

    Args:
        answers: of the attack, in the order of the schedule.
        interval: ns between two requests.
        allowed: ns that 99 % of the requests may be late.
        wanted: requests of the whole schedule.
    """
    if [answer.seq for answer in answers] != list(range(wanted)):
        return f"{len(answers)} requests were sent, the schedule has {wanted}"
    found = np.sort(lateness(answers, interval))
    late = int(found[math.ceil(len(found) * SHARE / 100) - 1])
    if late <= allowed:
        return None
    return (
        f"requests left up to {late / 1e6:.1f} ms late (99 % of them), "
        f"{allowed / 1e6:g} ms are allowed: the generator had no time"
    )
