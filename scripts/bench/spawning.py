"""Start a contender through the tiny spawner and read the kernel's account of it.

A child's peak RSS starts from its parent's, so Python itself must not be the parent.
"""

import json
import os
import subprocess
import textwrap
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.common import processes

# A run of the slowest contender takes seconds, of an interpreter minutes; more is a hang.
LONGEST_SECONDS = 900.0
LONGEST_TEXT = 400
# Takes the spawner's process id, and is entered while that runs.
Watch = Callable[[int], AbstractContextManager[object]]


class RunError(Exception):
    """A contender that ended with an error; the text says how, in one line."""


@dataclass(frozen=True)
class Run:
    """One run of a process: seconds, MiB; `started` and `ended` are Unix times in ns.

    Attributes:
        disk_read: MiB that it caused to be read from disks.
        instructions, cycles: of all its threads and children; None where they cannot be counted.
        user_instructions: those outside the kernel.
        counted: of what the others are (`user and kernel`, `user`), or why there are none.
        resident: percent of the evicted files still in the page cache; None where nobody can tell.
        slot: which of the runs side by side.
    """

    wall: float
    user: float
    sys: float
    peak_rss: float
    minor_faults: int
    major_faults: int
    voluntary_switches: int
    involuntary_switches: int
    disk_read: float
    instructions: int | None
    user_instructions: int | None
    cycles: int | None
    counted: str
    resident: float | None
    started: int
    ended: int
    slot: int


@dataclass(frozen=True)
class Spawner:
    """Starts processes with their streams in the files of a folder.

    Attributes:
        program: the spawner's executable.
        folder: where stdout and stderr of the last run are kept.
    """

    program: str
    folder: Path

    def run(
        self,
        command: list[str],
        environment: dict[str, str],
        request: str | Path,
        count: int = 1,
        side_by_side: int = 1,
        evict: Sequence[str] = (),
        watched: Watch = nullcontext,
    ) -> list[Run]:
        """Run a command `count` times, one after another, each with the file `request` on stdin.

        Args:
            command: what is run, and its arguments.
            environment: variables added to those of this process.
            request: the file on stdin.
            count: runs; where several run side by side, of the slowest slot.
            side_by_side: so many slots do this at once, and none stops before all are done.
            evict: files that are dropped from the page cache before each run.
            watched: what looks on.

        Raises:
            RunError: it cannot be started, one of the runs ended with an error, or they hang.
        """
        stderr = self.folder / "stderr"
        words = [self.program, "--stdin", str(request), "--stdout", str(self.stdout())]
        words += ["--stderr", str(stderr), "--count", str(count)]
        words += ["--side-by-side", str(side_by_side)]
        words += [word for path in evict for word in ("--evict", path)]
        words += ["--", *command]
        output = self._start(words, os.environ | environment, LONGEST_SECONDS * count, watched)
        rows = [json.loads(line) for line in output.splitlines()]
        for row in rows:
            if row["exit"] != 0:
                # The spawner's first slot writes to the files it was given, the others beside them.
                suffix = f"-{row['slot']}" if row["slot"] else ""
                raise RunError(failure(row, stderr.with_name(stderr.name + suffix)))
        return [as_run(row) for row in rows]

    def _start(
        self, words: list[str], environment: dict[str, str], timeout: float, watched: Watch
    ) -> str:
        """Return what the spawner prints; end all that it started where it takes too long."""
        process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        try:
            with watched(process.pid):
                output, errors = processes.to_the_end(process, timeout)
        except subprocess.TimeoutExpired:
            raise RunError(f"did not end within {timeout:g} s") from None
        if process.returncode != 0:
            raise RunError(in_one_line(errors) or f"the spawner ended with {process.returncode}")
        return output

    def stdout(self) -> Path:
        """Return the file that holds what the last run wrote."""
        return self.folder / "stdout"


def as_run(row: dict[str, Any]) -> Run:
    """Return a spawner's row in seconds and MiB."""
    return Run(
        wall=row["wall_ns"] / 1e9,
        user=row["user_us"] / 1e6,
        sys=row["sys_us"] / 1e6,
        peak_rss=row["max_rss_kib"] / 1024,
        disk_read=row["blocks_read"] * 512 / 2**20,
        resident=resident(row),
        started=row["started_ns"],
        ended=row["ended_ns"],
        **{name: row[name] for name in KEPT},
    )


# What a row calls as `Run` does.
KEPT = (
    "minor_faults", "major_faults", "voluntary_switches", "involuntary_switches",
    "instructions", "user_instructions", "cycles", "counted", "slot",
)  # fmt: skip


def resident(row: dict[str, Any]) -> float | None:
    """Return how many percent of the evicted pages stayed in the page cache."""
    if row["pages_resident"] is None:
        return None
    return 100 * row["pages_resident"] / max(1, row["pages"])


def failure(row: dict[str, Any], stderr: Path) -> str:
    """Say how a run ended and what it wrote to stderr."""
    how = f"signal {row['signal']}" if row["signal"] else f"exit code {row['exit']}"
    said = in_one_line(stderr.read_text(encoding="utf-8", errors="replace"))
    return f"ended with {how}: {said or 'nothing on stderr'}"


def in_one_line(text: str) -> str:
    """Return the beginning of a text as one line; an engine names the cause below its error."""
    return textwrap.shorten(text, LONGEST_TEXT, placeholder=" …")
