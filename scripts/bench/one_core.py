"""Keep a job's processes on one core: what never needs two varies less where it changes none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept(is_wanted: bool) -> Iterator[int | None]:
    """Keep what this thread starts meanwhile on the last of its cores; give that core, or None."""
    every = os.sched_getaffinity(0)
    core = max(every) if is_wanted else None
    try:
        if core is not None:
            os.sched_setaffinity(0, {core})
        yield core
    finally:
        os.sched_setaffinity(0, every)
