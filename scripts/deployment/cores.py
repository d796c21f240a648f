"""Who runs where: the generator must not take the host's time, nor the host the generator's."""

import os
from dataclasses import asdict, dataclass
from typing import Any

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
