"""Streams that nobody waits for: where a reader stops reading, what it leaves is dropped."""

import contextlib
import os
import select
import stat
import sys
import threading
from collections.abc import Iterator

from scripts.action import limits

CHUNK_BYTES = 1 << 16


def write(data: bytes, stream: int = 2) -> None:
    """Write to a stream; activations go on where whoever read it is gone, or its disk is full."""
    with contextlib.suppress(OSError):
        os.write(stream, data)


@contextlib.contextmanager
def relayed() -> Iterator[None]:
    """Relay this process's stdout and stderr, and those of what it starts, until the block ends.

    A file takes what it is given, at once, and is left alone.
    """
    with contextlib.ExitStack() as stack:
        for descriptor in (1, 2):
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                stack.enter_context(contextlib.closing(Relay(descriptor)))
        yield
        sys.stdout.flush()


class Relay:
    """Carries on what is written to a descriptor, and never keeps a writer waiting.

    One thread takes what comes, another one, which may wait for ever, writes it to where the
    descriptor led.
    """

    def __init__(self, descriptor: int):
        """Put a pipe in the place of a descriptor."""
        self._descriptor = descriptor
        self._target = os.dup(descriptor)
        self._source, pipe = os.pipe()
        os.dup2(pipe, descriptor)
        os.close(pipe)
        self._waiting = bytearray()
        self._dropped = 0
        self._is_over = False
        self._changed = threading.Condition()
        # Daemons: one that waits for a reader does not keep the process.
        threading.Thread(target=self._take, daemon=True).start()
        self._passing_on = threading.Thread(target=self._pass_on, daemon=True)
        self._passing_on.start()

    def close(self) -> None:
        """Put the descriptor back, and give the reader a moment to take what is left."""
        os.dup2(self._target, self._descriptor)
        self._passing_on.join(limits.FLUSHING_SECONDS)

    def _take(self) -> None:
        """Take what comes until the last writer is gone."""
        while chunk := os.read(self._source, CHUNK_BYTES):
            with self._changed:
                if self._dropped or len(self._waiting) + len(chunk) > limits.LOG_BYTES:
                    self._dropped += len(chunk)
                else:
                    self._waiting += chunk
                self._changed.notify()
        with self._changed:
            self._is_over = True
            self._changed.notify()

    def _pass_on(self) -> None:
        while data := self._next():
            # Whoever read it may be gone.
            with contextlib.suppress(OSError):
                while data:
                    # Whoever made the descriptor may have said that nobody waits at it.
                    select.select([], [self._target], [])
                    data = data[os.write(self._target, data[:CHUNK_BYTES]) :]

    def _next(self) -> bytes:
        """Wait for what is to be written; nothing: there is no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._dropped or self._is_over)
            if self._waiting:
                data = bytes(self._waiting)
                self._waiting.clear()
                return data
            dropped, self._dropped = self._dropped, 0
            return f"\n{dropped} bytes of logs are dropped: nobody read\n".encode() * bool(dropped)
