"""A worker process, as the host sees it."""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass

from scripts.action import frames
from scripts.action.outcome import Outcome
from scripts.common import processes
from scripts.common.code_digest import ROOT
from scripts.common.errors import UserError

MODULE = "scripts.action.worker"


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
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ):
        """Take what `start` started."""
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, settings: Settings) -> "WorkerProcess":
        """Start a worker and wait until it can run activations.

        Raises:
            UserError: the action cannot be loaded.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            # Its streams are the host's own: a pipe would fill where nobody reads it.
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", MODULE, str(theirs.fileno()), str(os.getpid()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                # A terminal's Ctrl-C is for the host; and what a worker starts is killed with it.
                start_new_session=True,
            )  # fmt: skip
        worker = cls(process, *await asyncio.open_connection(sock=ours))
        try:
            await worker._load(settings)
        except BaseException:
            worker.kill()
            raise
        return worker

    async def _load(self, settings: Settings) -> None:
        self._writer.write(frames.pack(vars(settings)))
        try:
            answer, _ = await frames.read(self._reader)
        except (EOFError, ConnectionError) as error:
            raise UserError("a worker ended before it was ready") from error
        if "error" in answer:
            raise UserError(answer["error"])

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Tell whether it can take an activation, as far as is known."""
        return self._process.returncode is None and not self._reader.at_eof()

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
        """Wait for the end of the process, and of what it started."""
        await self._process.wait()
        self.kill()

    def kill(self) -> None:
        """End the process, and what it started, at once."""
        processes.end_group(self._process.pid)
        self._writer.close()
