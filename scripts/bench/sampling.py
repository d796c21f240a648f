"""The memory of all processes of a run together, looked at again and again while it runs.

The kernel keeps a peak of each process alone, and tells of a run that of the largest which was
waited for. What a browser's processes hold together is nowhere but in their pages.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scripts.bench.spawning import RunError
from scripts.common import memory

# Between two looks, seconds; a look itself takes a few milliseconds.
PAUSE = 0.002


@dataclass
class Sampled:
    """What was seen so far: MiB and how many processes, where they held most, and how often.

    `problem` is why nothing can be seen.
    """

    peak: float = 0.0
    processes: int = 0
    looks: int = 0
    problem: str = ""

    @contextmanager
    def watching(self, spawner: int) -> Iterator[None]:
        """Look at what a spawner started, itself left out, until the block ends.

        Raises:
            RunError: at the end, where nothing was seen.
        """
        is_over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(spawner, is_over))
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
        if self.problem or not self.looks:
            raise RunError(f"memory was not sampled: {self.problem or 'it ended too soon'}")

    def _watch(self, spawner: int, is_over: threading.Event) -> None:
        while not is_over.wait(PAUSE):
            try:
                self._look(memory.kin(spawner) - {spawner})
            except (PermissionError, ValueError) as error:
                self.problem = str(error)
                return

    def _look(self, pids: set[int]) -> None:
        held = memory.together(pids)["pss"]
        self.looks += held > 0
        if held > self.peak:
            self.peak, self.processes = held, len(pids)
