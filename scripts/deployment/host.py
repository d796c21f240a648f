"""The action's host as a process of its own, started for a measurement and ended after it."""

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.bench.spawning import RunError
from scripts.common import processes
from scripts.deployment.answers import OK
from scripts.deployment.cores import kept_to

MODULE = "scripts.action.serve"
# What the host says once it listens, and its action is loaded.
GREETING = re.compile(r"^[Ss]erving .*(http://127\.0\.0\.1:\d+)\b.*\n", re.MULTILINE)
START_SECONDS, END_SECONDS, ANSWER_SECONDS = 120.0, 10.0, 120.0
POLL_SECONDS = 0.001


@dataclass(frozen=True)
class Served:
    """A host that listens.

    Attributes:
        url: where; without a path.
        pid: of the process in front.
        started: when it was started, ns of the monotonic clock.
        listening: when it said that it listens.
        waits: whether requests that are too many wait instead of being refused.
    """

    url: str
    pid: int
    started: int
    listening: int
    waits: bool = False

    @property
    def run_url(self) -> str:
        """Where activations are sent to."""
        return f"{self.url}/run"

    def activate(self, body: bytes) -> tuple[int, bytes]:
        """Run one activation; return the answer's status and body.

        Raises:
            RunError: there was no answer.
        """
        headers = {"Content-Type": "application/json"}
        return _ask(urllib.request.Request(self.run_url, body, headers))

    def answered(self, body: bytes) -> None:
        """Run one activation; raise `RunError` where it fails."""
        status, told = self.activate(body)
        if status != OK:
            raise RunError(f"the host answered {status}: {told[:200]!r}")

    def workers(self) -> list[int]:
        """Return the numbers of the worker processes."""
        status, body = _ask(urllib.request.Request(f"{self.url}/status"))
        if status != 200:
            raise RunError(f"the host's /status answered {status}")
        return json.loads(body)["pids"]["workers"]


def _ask(request: urllib.request.Request) -> tuple[int, bytes]:
    # The user's proxy is not asked: what listens is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError as error:
        raise RunError(f"no answer from {request.full_url}: {error}") from error


@contextlib.contextmanager
def serving(
    command: Sequence[str], log: Path, cores: Sequence[int] = (), waits: bool = False
) -> Iterator[Served]:
    """Start a host, wait until it listens, and end it and all that it started.

    Args:
        command: the program and its arguments.
        log: a file for what it and its activations say; emptied.
        cores: those that it may use; none: any.
        waits: as `Served` has it.

    Raises:
        RunError: it ended, or did not listen in time.
    """
    with open(log, "wb") as stream:
        started = time.monotonic_ns()
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=kept_to(cores),
        )
    try:
        with open(log, encoding="utf-8", errors="replace") as said:
            url = _wait(process, said)
        yield Served(url, process.pid, started, time.monotonic_ns(), waits)
    finally:
        end(process)


def _wait(process: subprocess.Popen, said: IO[str]) -> str:
    """Return the URL that a host says it listens on."""
    text, patience = "", time.monotonic() + START_SECONDS
    while time.monotonic() < patience:
        running = process.poll() is None
        text += said.read()
        if found := GREETING.search(text):
            return found.group(1)
        if not running:
            raise RunError(f"the host ended: {' '.join(text.split())[-300:] or 'it said nothing'}")
        time.sleep(POLL_SECONDS)
    raise RunError(f"the host did not listen within {START_SECONDS:g} s")


def end(process: subprocess.Popen) -> None:
    """End a host politely, and then all that is left of it."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    processes.end_group(process.pid)
    process.wait()


def command(action: str, policy: str, workers: int, queue: int, store: Path) -> list[str]:
    """Return the words that start the action's host, on a port that is free.

    Args:
        action: the record of a precompiled action, or a native program.
        policy: how activations are kept apart.
        workers: activations that run at the same time.
        queue: activations that may wait; more are refused.
        store: the host's folder of compiled actions.
    """
    words = [sys.executable, "-m", MODULE, "--action", action, "--policy", policy]
    words += ["--workers", str(workers), "--queue", str(queue)]
    return [*words, "--port", "0", "--store", str(store)]
