"""Run an engine's command once, whatever it does, with stdin of several kinds."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.common import complaints, memory, processes

TIMEOUT = 60
# A pipe is written in pieces that no buffer's size is a multiple of, with time to read each.
PIECE, PAUSE = 50_000, 0.01
# How often memory is looked at, seconds.
INTERVAL = 0.05


@dataclass(frozen=True)
class Run:
    """What came of a command.

    Attributes:
        status: its exit code, or minus the signal that ended it; None where it never started.
        output: what it printed, its words a space apart.
        problem: why it was no success, in one line.
        is_too_large: it was ended for the memory that it held.
        has_complained: it wrote something to stderr.
    """

    status: int | None = None
    output: str = ""
    problem: str = ""
    is_too_large: bool = False
    has_complained: bool = False


@contextmanager
def from_file(content: bytes) -> Iterator[IO[bytes]]:
    """Yield a file with that content, to be read as stdin."""
    with tempfile.TemporaryFile() as stream:
        stream.write(content)
        stream.seek(0)
        yield stream


@contextmanager
def from_pipe(content: bytes) -> Iterator[IO[bytes]]:
    """Yield a pipe's end to be read as stdin: the content comes slowly, then the pipe is closed."""
    reader, writer = os.pipe()
    thread = threading.Thread(target=write_slowly, args=(writer, content))
    thread.start()
    try:
        with open(reader, "rb") as stream:
            yield stream
    finally:
        thread.join()


def write_slowly(writer: int, content: bytes) -> None:
    """Write to a pipe piece by piece and close it, also where nobody reads it any more."""
    with contextlib.suppress(BrokenPipeError), open(writer, "wb", buffering=0) as stream:
        for start in range(0, len(content), PIECE):
            stream.write(content[start : start + PIECE])
            time.sleep(PAUSE)


def run(
    command: list[str],
    environment: dict[str, str],
    folder: Path,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    most_mib: float | None = None,
) -> Run:
    """Run a command to its end, and end what it started.

    Args:
        command: program and arguments.
        environment: the whole of it.
        folder: its working directory.
        stdin: what it reads.
        most_mib: memory, MiB, from which on it is ended.
    """
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return Run(problem=f"cannot start {command[0]}: {error.strerror}")
    with process, watched(process.pid, most_mib) as too_large:
        try:
            output, errors = processes.to_the_end(process, TIMEOUT)
        except subprocess.TimeoutExpired:
            return Run(problem=f"no end within {TIMEOUT} s")
    status = process.returncode
    text = " ".join(output.decode("utf-8", "replace").split())
    return Run(status, text, problem(status, errors), too_large.is_set(), bool(errors.strip()))


@contextmanager
def watched(leader: int, most_mib: float | None) -> Iterator[threading.Event]:
    """End a family of processes when it holds too much memory; the event says whether they did."""
    is_over, too_large = threading.Event(), threading.Event()

    def watch() -> None:
        while most_mib and not is_over.wait(INTERVAL):
            if memory.together(memory.family([leader]))["pss"] > most_mib:
                too_large.set()
                processes.end_family(leader)
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield too_large
    finally:
        is_over.set()
        thread.join()


def problem(status: int, errors: bytes) -> str:
    """Return why a run failed, in one line; "" where it did not."""
    if status < 0:
        return f"killed by {signal.Signals(-status).name}: {complaints.complaint(errors)}"
    return (complaints.complaint(errors) or f"exit code {status}") if status else ""


def end(run: Run) -> str:
    """Return how a run ended."""
    if run.status is None:
        return run.problem
    return f"exit code {run.status}" if run.status >= 0 else signal.Signals(-run.status).name
