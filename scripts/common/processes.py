"""Processes that lead a group of their own: what they started ends with them."""

import contextlib
import os
import signal
import subprocess
from typing import AnyStr


def end_group(leader: int) -> None:
    """Kill what is left of the group that a process leads (`start_new_session`), if anything is."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def to_the_end(
    process: subprocess.Popen[AnyStr], timeout: float, request: AnyStr | None = None
) -> tuple[AnyStr, AnyStr]:
    """Return what the leader of a group printed and complained, once it ended.

    Whatever ends the process, or this one's patience, ends its group; after a normal end nothing
    is left of that.

    Raises:
        subprocess.TimeoutExpired: it took longer than `timeout` seconds.
    """
    try:
        return process.communicate(request, timeout=timeout)
    finally:
        end_group(process.pid)
