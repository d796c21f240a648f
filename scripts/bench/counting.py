"""Instructions that a process executes outside the kernel: by the processor, else by valgrind.

Neither way counts what the kernel does for it, which varies from run to run. Valgrind runs a
program on a processor of its own, which has what this one has but for AVX-512.
"""

import re
from pathlib import Path
from typing import Any

from scripts.bench import one_core
from scripts.bench.harness import Contender, Harness
from scripts.bench.spawning import RunError

VALGRIND = "valgrind"
# Of valgrind's tools that count, the quickest; without a simulated cache. Engines write code while
# they run, which is to be seen on every processor.
OPTIONS = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
OPTIONS += ("--smc-check=all-non-file",)
COUNT = re.compile(r"I\s+refs:\s+([\d,]+)")
VERSION = re.compile(r"Using Valgrind-([\d.]+)")
UNKNOWN = re.compile(r"unhandled instruction bytes: [^\n]*")


def instructions(harness: Harness, contender: Contender, **keys: Any) -> int:
    """Return how many instructions a run of a contender executes, its threads' included.

    Raises:
        RunError: it fails, or cannot be counted.
    """
    if not harness.has_counters:
        return by_valgrind(harness, contender, **keys)
    run = harness.run(contender, **keys)
    if run.user_instructions is None:
        raise RunError(f"was not counted: {run.counted}")
    return run.user_instructions


def by_valgrind(harness: Harness, contender: Contender, **keys: Any) -> int:
    """Return what valgrind counts; raises as `instructions` does."""
    log = harness.spawner.folder / "valgrind.log"
    log.unlink(missing_ok=True)
    under = [harness.programs[VALGRIND], *OPTIONS, f"--log-file={log}"]
    try:
        # Valgrind's threads take turns anyway; on several cores the turns are others each time.
        with one_core.kept(True):
            harness.run(contender, under=under, **keys)
    except RunError as error:
        unknown = UNKNOWN.search(said(log))
        why = f": valgrind does not know one of its instructions: {unknown[0]}" if unknown else ""
        raise RunError(f"{error}, under valgrind{why}") from error
    text = said(log)
    version, count = VERSION.search(text), COUNT.search(text)
    if not version or not count:
        raise RunError("was not counted: it starts another program, which valgrind does not follow")
    harness.counted.add(f"instructions by valgrind {version[1]}")
    return int(count[1].replace(",", ""))


def said(log: Path) -> str:
    """Return what valgrind wrote; nothing where it wrote no log."""
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
