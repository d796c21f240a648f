"""Which files a contender's runs read; have them in the page cache, or out of it."""

import shutil
from pathlib import Path
from typing import Any

from scripts.bench.spawning import Run, RunError

# Files of which no more than this share stays in the page cache are cold, in percent.
RESIDENT_LIMIT = 1.0
# Files are read piece by piece: memory for tens of MB at once costs more than a short run itself.
PIECE = 1 << 20


def files_of(contender: dict[str, Any]) -> list[str]:
    """Return the files a contender's command names, the program first, and its engine's cache.

    Its tools are among them, which may stand inside of a word; shared libraries and modules of
    Python are not: the rest of the machine, and of the workflow, uses those too.
    """
    program, *words = contender["command"]
    words = [shutil.which(program), *words, *contender.get("files", ())]
    named = dict.fromkeys(path for path in words if path and Path(path).is_file())
    return [*named, *cached_by(contender)]


def cached_by(contender: dict[str, Any]) -> list[str]:
    """Return the files in a contender's engine's cache."""
    found = Path(contender["cache_dir"]).rglob("*") if contender.get("cache_dir") else ()
    return sorted(str(path) for path in found if path.is_file())


def fill(contender: dict[str, Any]) -> None:
    """Read a contender's files, so that the page cache holds them."""
    piece = bytearray(PIECE)
    for path in files_of(contender):
        with Path(path).open("rb", buffering=0) as file:
            while file.readinto(piece):
                pass


def must_be_empty(run: Run) -> None:
    """Check with a run whose files were evicted that they did leave the page cache.

    Raises:
        RunError: they stayed, or nobody can tell.
    """
    if run.resident is None and not run.disk_read:
        raise RunError(
            "cannot be had cold on disk: the kernel does not say whether its files left the page "
            "cache (it does to their owner), and nothing was read from the disk"
        )
    if run.resident is not None and run.resident > RESIDENT_LIMIT:
        raise RunError(
            f"cannot be had cold on disk: {run.resident:.0f} % of its files stay in the page cache "
            "(a file system in memory, or a program that has them open)"
        )
