"""Who runs where: the generator must not take the host's time, nor the host the generator's."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scripts.action import lifetime

# With fewer cores a host would have one at the most, and native processes none beside its own.
FEWEST = 3


@dataclass(frozen=True)
class Cores:
    """The cores of the host and of the generator; `shared` where both have all of them."""

    host: tuple[int, ...]
    generator: tuple[int, ...]
    shared: bool

    def told(self) -> dict[str, Any]:
        """Return them for a job's record."""
        return asdict(self)


def split(available: set[int] | None = None) -> Cores:
    """Give the generator a core of its own, and the host the others, where there are enough.

    None available: those that this process may use.
    """
    every = tuple(sorted(available or os.sched_getaffinity(0)))
    if len(every) < FEWEST:
        return Cores(every, every, True)
    return Cores(every[:-1], every[-1:], False)


def kept_to(cores: Sequence[int]) -> Callable[[], None]:
    """Return what a child calls before it runs: it stays on these cores, any where there are none.

    And it ends with this process, whatever ends that: nobody else knows of it.
    """

    def begin() -> None:
        lifetime.end_with_parent()
        if cores:
            os.sched_setaffinity(0, cores)

    return begin
