"""What is killed, and all that it started: real trees of processes."""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from scripts.common import processes
from scripts.engines import running
from scripts.oracle import exchange

# A child in a session of its own, deaf to SIGTERM, as a browser is; and one of that child's.
DETACHED = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
depth = int(sys.argv[1])
if depth:
    words = [sys.executable, "-c", sys.argv[2], str(depth - 1), sys.argv[2]]
    subprocess.Popen(words, start_new_session=True)
print("{}", flush=True)
held = b"x" * (int(sys.argv[3]) << 20) if len(sys.argv) > 3 else b""
time.sleep(600)
"""
# Starts processes in sessions of their own as fast as it can, from several threads.
FORKING = """
import os, threading, time
def fork():
    for _ in range(400):
        if not os.fork():
            os.setsid()
            time.sleep(600)
for _ in range(3):
    threading.Thread(target=fork).start()
"""
# A process in a group and a session of its own, whose parent is gone before anyone looks.
ORPHANED = """
import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        os.setpgid(0, 0)
        if os.fork():
            os._exit(0)
        time.sleep(600)
    time.sleep(600)
time.sleep(600)
"""


@pytest.fixture
def marked():
    """Variables that mark processes, and a function that returns which of those run."""
    mark = f"MARK={uuid.uuid4()}"

    def alive():
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_text(errors="replace").split("\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    yield dict([mark.split("=")]), alive
    for pid in alive():
        os.kill(pid, signal.SIGKILL)


def check_nothing_is_left(alive):
    """Who was killed may take a moment; who was not sleeps for minutes."""
    patience = time.monotonic() + 10
    while alive() and time.monotonic() < patience:
        time.sleep(0.01)
    assert alive() == []


def started(variables, program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for(alive, count):
    patience = time.monotonic() + 60
    while len(alive()) < count:
        assert time.monotonic() < patience
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("program", "arguments", "count"),
    [(DETACHED, ["2", DETACHED], 3), (FORKING, [], 50), (ORPHANED, [], 3)],
)
def test_what_takes_too_long_ends_with_all_that_it_started(marked, program, arguments, count):
    variables, alive = marked
    with started(variables, program, *arguments) as process:
        wait_for(alive, count)
        with pytest.raises(subprocess.TimeoutExpired):
            processes.to_the_end(process, 0.01)
    check_nothing_is_left(alive)


def test_what_its_leader_left_in_its_session_ends_too(marked):
    variables, alive = marked
    text = "import os, time\nif not os.fork():\n    os.setpgid(0, 0)\n    time.sleep(600)"
    with started(variables, text) as process:
        process.wait()
        assert len(alive()) == 1
        processes.end_family(process.pid)
    check_nothing_is_left(alive)


def test_nobody_else_ends(marked):
    variables, alive = marked
    with started(variables, DETACHED, "0") as other, started({}, DETACHED, "1", DETACHED) as ended:
        for process in (other, ended):
            process.stdout.readline()
        processes.end_family(ended.pid)
        ended.wait()
        assert alive() == [other.pid]
        assert other.poll() is None
        other.kill()


def test_a_contender_that_does_not_answer_leaves_nothing(marked):
    variables, alive = marked
    words = [sys.executable, "-c", DETACHED, "1", DETACHED]
    with pytest.raises(exchange.ContenderError, match="no answer within"):
        exchange.ask(words, variables, {}, 2)
    check_nothing_is_left(alive)
    assert exchange.converse(words, variables, [{}], 1, 2) == [{}, {}]
    check_nothing_is_left(alive)


def test_an_engine_that_takes_too_much_memory_leaves_nothing(marked, tmp_path):
    variables, alive = marked
    words = [sys.executable, "-c", DETACHED, "1", DETACHED, "200"]
    found = running.run(words, os.environ | variables, tmp_path, most_mib=150)
    assert found.is_too_large
    check_nothing_is_left(alive)
