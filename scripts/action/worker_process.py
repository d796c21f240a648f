"""A worker process, as the host sees it."""

import asyncio
import contextlib
import os
import signal
import socket
from dataclasses import dataclass

from scripts.action import frames
from scripts.action.outcome import Outcome
from scripts.action.zygote_process import Zygote
from scripts.common import processes
from scripts.common.errors import UserError


@dataclass(frozen=True)
class Settings:
    """What a worker runs, and how."""

    path: str
    policy: str
    environment: dict[str, str]


class WorkerProcess:
    """One worker; it runs one activation at a time."""

    def __init__(
        self,
        zygote: Zygote,
        pid: int,
        descriptor: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ):
        """Take what `start` started."""
        self._zygote = zygote
        self.pid = pid
        self._descriptor = descriptor
        self._reader = reader
        self._writer = writer
        self._is_over = False

    @classmethod
    async def start(cls, zygote: Zygote, environment: dict[str, str]) -> "WorkerProcess":
        """Fork a worker and wait until it can run activations.

        Raises:
            UserError: it, or what it is forked from, ended.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                forked = await zygote.fork(theirs)
        except BaseException:
            ours.close()
            raise
        worker = cls(zygote, *forked, *await asyncio.open_connection(sock=ours))
        try:
            await worker._begin(environment)
        except BaseException:
            worker._let_go()
            raise
        return worker

    async def _begin(self, environment: dict[str, str]) -> None:
        self._writer.write(frames.pack({"environment": environment}))
        try:
            await frames.read(self._reader)
        except (EOFError, ConnectionError) as error:
            raise UserError("a worker ended before it was ready") from error

    def is_alive(self) -> bool:
        """Tell whether it can take an activation, as far as is known."""
        # It ends with its zygote, which is known earlier.
        return not (self._is_over or self._reader.at_eof() or self._zygote.has_ended())

    async def run(self, parameters: bytes, environment: dict[str, str]) -> Outcome:
        """Run one activation.

        Raises:
            EOFError, ConnectionError: the process ended on the way.
        """
        self._writer.write(frames.pack({"environment": environment}, parameters))
        await self._writer.drain()
        header, body = await frames.read(self._reader)
        return Outcome(header["status"], body, header["took"])

    async def ended(self) -> None:
        """Wait for the end of the process, and end what it started."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._descriptor)
            self._let_go()

    def kill(self) -> None:
        """End the process, and what it started, at once."""
        if not self._is_over:
            # Where the zygote is gone the number may be another's; then this fails.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
                processes.end_group(self.pid)
        self._writer.close()

    def _let_go(self) -> None:
        self.kill()
        self._is_over = True
        os.close(self._descriptor)
        self._zygote.reap(self.pid)
