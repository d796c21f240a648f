"""The process that workers are forked from, as the host sees it."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from typing import Any

from scripts.action.zygote import MESSAGE_BYTES
from scripts.common import processes
from scripts.common.code_digest import ROOT
from scripts.common.errors import UserError

MODULE = "scripts.action.zygote"


class Zygote:
    """A process that has loaded an action, and forks workers that run it."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket):
        """Take what `start` started."""
        self._process = process
        self._control = control

    @classmethod
    async def start(cls, path: str, policy: str) -> "Zygote":
        """Start it and wait until it has loaded the action.

        Raises:
            UserError: the action cannot be loaded.
        """
        # A kind that keeps messages apart.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            # Its streams, and its workers', are the host's own: a pipe would fill where nobody
            # reads it.
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", MODULE, str(theirs.fileno()), str(os.getpid()), path, policy,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                # A terminal's Ctrl-C is for the host.
                start_new_session=True,
            )  # fmt: skip
        zygote = cls(process, ours)
        try:
            if error := (await zygote._receive()).get("error"):
                raise UserError(error)
        except BaseException:
            zygote.close()
            raise
        return zygote

    async def fork(self, channel: socket.socket) -> tuple[int, int]:
        """Have it fork a worker that answers on a socket.

        One at a time. Whatever goes wrong ends it, and so its workers, unless that there is no
        room for another.

        Returns:
            The worker's number, and a descriptor (pidfd) that means this process alone, whoever
            has the number later; readable once it ended.

        Raises:
            UserError: it ended, or there is no room.
        """
        try:
            socket.send_fds(self._control, [b"{}"], [channel.fileno()])
            told = await self._receive()
            if "pid" in told:
                return told["pid"], os.pidfd_open(told["pid"])
        except OSError as error:
            self.close()
            raise UserError(f"the process to fork it from ended: {error}") from error
        except BaseException:
            self.close()
            raise
        raise UserError(told["error"])

    def reap(self, pid: int) -> None:
        """Let go of the number of a worker that ended; until then nobody else can have it."""
        # Where it ended itself, the kernel has others reap.
        with contextlib.suppress(OSError):
            self._control.send(json.dumps({"reap": pid}).encode())

    def has_ended(self) -> bool:
        """Tell whether it is gone; known before its workers, which end with it, are."""
        try:
            return not self._control.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """End it, and so its workers."""
        self._control.close()
        if self._process.returncode is None:
            processes.end_group(self._process.pid)

    async def _receive(self) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        if not (message := await loop.sock_recv(self._control, MESSAGE_BYTES)):
            raise UserError("the process that workers are forked from ended")
        return json.loads(message)
