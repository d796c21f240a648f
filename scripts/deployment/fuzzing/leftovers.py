"""What a host is left with: its processes, their memory and open files, its store."""

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.common import memory
from scripts.deployment.host import Served
from scripts.deployment.slope import Slope, slope

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1
# Fewer, and an interval at this level says nothing.
FEWEST, CONFIDENCE = 8, 0.99
# Memory grows while allocators fill; what counts is whether it still does later on.
SETTLED = 0.5
# A leak: a KiB a request, all processes together; beyond chance. It would be 10 MiB in 10,000.
LEAK_KIB = 1.0


@dataclass(frozen=True)
class State:
    """A host at rest: its workers, processes that ended and nobody waited for, how many files the
    process in front has open, and the files of its store.
    """

    workers: list[int]
    zombies: list[int]
    descriptors: int
    store: list[str]


def state(served: Served, store: Path) -> State:
    """Return what a host has now."""
    return State(
        workers=served.workers(),
        zombies=[pid for pid in memory.family([served.pid]) if letter(pid) == "Z"],
        descriptors=len(os.listdir(memory.PROCESSES / str(served.pid) / "fd")),
        store=sorted(path.name for path in store.iterdir()),
    )


def difference(served: Served, store: Path, before: State) -> str | None:
    """Say what is other than before, once the host has had time to come to rest; None: nothing."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (told := left(before, state(served, store))) and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
    return f"after all requests its {'; its '.join(told)}" if told else None


def left(before: State, now: State) -> list[str]:
    """Return what is other than before, in words; fewer descriptors than before are none left."""
    return [
        f"{name} {value} became {getattr(now, name)}"
        for name, value in vars(before).items()
        if getattr(now, name) != value and not (name == "descriptors" and now.descriptors < value)
    ]


def weight(served: Served) -> float:
    """Return the proportional set size of a host and all that it started, MiB."""

    def look() -> float:
        # A process that ended weighs nothing, and cannot be weighed.
        alive = [pid for pid in memory.family([served.pid]) if letter(pid) != "Z"]
        return memory.together(alive)["pss"]

    return settled(look)


def settled(look: Callable[[], float]) -> float:
    """Return what is found once no process ends in the middle of looking."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return look()
        except (OSError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(POLL_SECONDS)


def growth(requests: Sequence[int], mib: Sequence[float]) -> Slope | None:
    """Return how much memory grows, KiB a request; None where too little was weighed.

    Args:
        requests: sent until each weighing.
        mib: what was found, [weighings].
    """
    first = int(len(requests) * SETTLED)
    if len(requests) - first < FEWEST:
        return None
    return slope(requests[first:], [1024 * found for found in mib[first:]], CONFIDENCE)


def leak(found: Slope | None) -> str | None:
    """Say by how much memory grows for sure, where that is a leak; None where it is none."""
    if found is None or not found.low > LEAK_KIB:
        return None
    return (
        f"its memory grows by {found.slope:.2f} KiB a request ({found.low:.2f} to {found.high:.2f})"
    )


def letter(pid: int) -> str:
    """Return the state of a process, "" where it is gone."""
    with contextlib.suppress(OSError):
        return memory.fields((memory.PROCESSES / str(pid) / "stat").read_text())[0]
    return ""
