"""Processes that lead a group of their own: what they started ends with them."""

import contextlib
import os
import signal
import subprocess
import time
from typing import AnyStr

from scripts.common import memory

# Some never rest: who waits for a child, that is stopped, to begin with its program.
REST_SECONDS, POLL_SECONDS = 1.0, 0.001


def end_group(leader: int) -> None:
    """Kill what is left of the group that a process leads (`start_new_session`), if anything is."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def end_family(leader: int) -> None:
    """Kill what a process that leads a group started, in whatever group or session it is.

    A browser has a group of its own, and what a killed process started belongs to nobody any more.
    So nothing is killed before all are stopped, and what is stopped starts nothing.
    """
    stopped: set[int] = set()
    while found := memory.kin(leader) - stopped:
        _signal(found, signal.SIGSTOP)
        _rest(found)
        stopped |= found
    _signal(stopped, signal.SIGKILL)
    end_group(leader)


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        # One that ended meanwhile, or a program that runs as somebody else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _rest(pids: set[int]) -> None:
    """Wait until stopped processes are at rest: a fork that was begun is finished before."""
    patience = time.monotonic() + REST_SECONDS
    while any(map(memory.is_busy, pids)) and time.monotonic() < patience:
        time.sleep(POLL_SECONDS)


def to_the_end(
    process: subprocess.Popen[AnyStr], timeout: float, request: AnyStr | None = None
) -> tuple[AnyStr, AnyStr]:
    """Return what the leader of a group printed and complained, once it ended.

    Whatever ends the process, or this one's patience, ends its family; after a normal end nothing
    is left of its group.

    Raises:
        subprocess.TimeoutExpired: it took longer than `timeout` seconds.
    """
    try:
        return process.communicate(request, timeout=timeout)
    finally:
        end_family(process.pid)
