"""Processes that do not outlive the one that started them, whatever ends that."""

import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1
# Loaded beforehand: between fork and exec there is no telling which locks are held.
_LIBC = ctypes.CDLL(None, use_errno=True)


def end_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends (Linux, prctl)."""
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def end_with(parent: int) -> None:
    """As `end_with_parent`; end at once where the parent was gone before it could be asked."""
    end_with_parent()
    if os.getppid() != parent:
        sys.exit()
