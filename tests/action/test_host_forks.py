"""What workers have in common with the process they are forked from, and what not."""

import asyncio
import errno
import json
import os
import signal
import socket
from pathlib import Path

import pytest
from serving import module, parent, served, until

from scripts.action import zygote
from scripts.action.worker_process import WorkerProcess
from scripts.action.zygote_process import Zygote

FIELDS = ("Anonymous", "Private_Dirty")


@pytest.fixture
def host(tmp_path):
    """A host with the action, and two workers."""
    with served(tmp_path, "--workers=1") as host:
        host.init(module())
        yield host


def test_a_fork_is_sound_as_long_as_there_is_one_thread(host):
    """Another thread's locks would stay locked in the worker for ever."""
    zygotes = {parent(pid) for pid in host.workers()}
    (zygote,) = zygotes
    assert parent(zygote) == host.process.pid
    assert os.listdir(f"/proc/{zygote}/task") == [str(zygote)]


def test_a_worker_shares_most_of_what_it_is_forked_from(host):
    """The interpreter, the library and the module are loaded once."""
    for _ in range(20):
        assert host.run() == (200, {"done": True})
    for pid in host.workers():
        worker, zygote = memory(pid), memory(parent(pid))
        assert worker["Anonymous"] - worker["Private_Dirty"] > zygote["Anonymous"] / 2


def memory(pid):
    """The kernel's account of a process's memory, kB; what no file backs is `Anonymous`."""
    rows = map(str.split, Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())
    return {row[0].rstrip(":"): int(row[1]) for row in rows if row[0].rstrip(":") in FIELDS}


def test_ctrl_c_on_a_terminal_is_for_the_host_alone(host):
    for pid in host.workers():
        assert os.getsid(pid) != os.getsid(host.process.pid)
        # What it starts is killed with it.
        assert os.getpgid(pid) == pid


def test_a_worker_takes_nothing_once_its_zygote_is_gone():
    """It ends a moment later: what it took in between would be lost."""

    async def try_it():
        zygote = await Zygote.start("/bin/cat", "process")
        worker = await WorkerProcess.start(zygote, {})
        assert worker.is_alive()
        os.kill(parent(worker.pid), signal.SIGKILL)
        # Nothing is awaited: the worker's end cannot be known yet.
        assert until(lambda: not worker.is_alive())
        await worker.ended()
        zygote.close()

    asyncio.run(try_it())


def test_where_no_worker_can_be_forked_those_that_are_there_go_on(monkeypatch):
    def no_room():
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(zygote.os, "fork", no_room)
    host, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with host, control:
        for _ in range(2):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                socket.send_fds(host, [b"{}"], [theirs.fileno()])
        host.shutdown(socket.SHUT_WR)
        assert zygote.forked(control) is None
        for _ in range(2):
            assert "no worker can be forked" in json.loads(host.recv(1000))["error"]
