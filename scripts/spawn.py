"""Start a contender through the tiny spawner and read the kernel's account of it.

A child's peak RSS starts from its parent's, so Python itself must not be the parent.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class RunError(Exception):
    """A contender that ended with an error; the text says how, in one line."""


@dataclass(frozen=True)
class Run:
    """One run of a process: seconds, MiB; `started` and `ended` are Unix times in ns."""

    wall: float
    user: float
    sys: float
    peak_rss: float
    started: int
    ended: int


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
        slot: int = 0,
    ) -> list[Run]:
        """Run a command `count` times, one after another, each with the file `request` on stdin.

        `slot` keeps the streams of commands that run side by side apart.

        Raises:
            RunError: it cannot be started, or one of the runs ended with an error.
        """
        stderr = self.folder / f"stderr-{slot}"
        words = [self.program, "--stdin", str(request), "--stdout", str(self.stdout(slot))]
        words += ["--stderr", str(stderr), "--count", str(count), "--", *command]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, env=os.environ | environment
        )
        if done.returncode != 0:
            raise RunError(first_line(done.stderr) or f"the spawner ended with {done.returncode}")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        if rows[-1]["exit"] != 0:
            raise RunError(failure(rows[-1], stderr))
        return [as_run(row) for row in rows]

    def stdout(self, slot: int = 0) -> Path:
        """Return the file that holds what the last run wrote."""
        return self.folder / f"stdout-{slot}"


def as_run(row: dict[str, Any]) -> Run:
    """Return a spawner's row in seconds and MiB."""
    return Run(
        wall=row["wall_ns"] / 1e9,
        user=row["user_us"] / 1e6,
        sys=row["sys_us"] / 1e6,
        peak_rss=row["max_rss_kib"] / 1024,
        started=row["started_ns"],
        ended=row["ended_ns"],
    )


def failure(row: dict[str, Any], stderr: Path) -> str:
    """Say how a run ended and what it wrote to stderr first."""
    how = f"signal {row['signal']}" if row["signal"] else f"exit code {row['exit']}"
    said = first_line(stderr.read_text(encoding="utf-8", errors="replace"))
    return f"ended with {how}: {said or 'nothing on stderr'}"


def first_line(text: str) -> str:
    """Return the first line with something on it."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
