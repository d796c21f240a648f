"""How busy the machine is with what others do, before something is measured."""

import os
import time
from pathlib import Path

ACCOUNT = Path("/proc/stat")
# The columns of its first line that are no work: idle, and waiting for a disk.
IDLE = slice(3, 5)
# Time of guests is counted in the user's too.
COUNTED = 8


def cores(seconds: float = 1.0) -> float | None:
    """Return how many cores were busy on average for so long; None where no kernel tells.

    The load of the last minute would tell of the job before.
    """
    before, started = worked(), time.monotonic()
    time.sleep(seconds)
    after, passed = worked(), time.monotonic() - started
    return None if before is None or after is None else round((after - before) / passed, 2)


class Others:
    """What others work while a job does: of no use where it starts what nobody waits for."""

    def __init__(self) -> None:
        """Begin to count."""
        self.before, self.own, self.started = worked(), _own(), time.monotonic()

    def cores(self) -> float | None:
        """Return how many cores they kept busy on average; None where no kernel tells."""
        after, own, passed = worked(), _own(), time.monotonic() - self.started
        if self.before is None or after is None:
            return None
        # Ticks are coarse: what is left of them may be less than nothing.
        return round(max(0.0, after - self.before - (own - self.own)) / passed, 2)


def _own() -> float:
    """Return the seconds that this process has worked, and all those it has waited for."""
    return sum(os.times()[:4])


def worked() -> float | None:
    """Return the seconds that all cores have worked since the machine started."""
    try:
        first = ACCOUNT.read_text(encoding="utf-8").partition("\n")[0]
    except OSError:
        return None
    ticks = [int(count) for count in first.split()[1 : 1 + COUNTED]]
    return (sum(ticks) - sum(ticks[IDLE])) / os.sysconf("SC_CLK_TCK")
