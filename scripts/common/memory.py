"""The memory of processes, by the kernel's account of what they share."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

PROCESSES = Path("/proc")
MIB = 1024  # in the kernel's kB
# The parts, and what smaps_rollup calls them: each page counts by the share of those who map it.
FIELDS = {"pss": "Pss", "anonymous": "Pss_Anon", "file": "Pss_File", "shared": "Pss_Shmem"}


def rollup(text: str) -> dict[str, float]:
    """Return the proportional set size and its parts, MiB, from the text of a smaps_rollup.

    Raises:
        ValueError: it lacks one: the kernel is older than 5.0.
    """
    kib = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith(" kB"):
            kib[name] = int(rest.removesuffix(" kB"))
    if missing := [name for name in FIELDS.values() if name not in kib]:
        raise ValueError(f"smaps_rollup has no {missing[0]}")
    return {part: kib[name] / MIB for part, name in FIELDS.items()}


def together(pids: Iterable[int]) -> dict[str, float]:
    """Return the proportional set size and its parts of processes together, MiB.

    One that ended meanwhile has none.
    """
    found = [rollup(text) for text in map(_smaps, pids) if text]
    return {part: sum(row[part] for row in found) for part in FIELDS}


def _smaps(pid: int) -> str:
    try:
        return (PROCESSES / str(pid) / "smaps_rollup").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return ""


def family(pids: Iterable[int]) -> list[int]:
    """Return processes and all that they started, directly or not, and that still runs."""
    return sorted(_tied(pids, _running(), (PARENT,)))


def kin(leader: int) -> set[int]:
    """Return what runs of a group's leader's family, and of the groups and sessions of all of it.

    What a leader that ended left in its group or session is found without it.
    """
    running = _running()
    if leader in running and int(running[leader][GROUP]) != leader:
        return set()  # it is gone, and its number another's
    return _tied([leader], running, (PARENT, GROUP, SESSION)) & running.keys()


def _tied(pids: Iterable[int], running: dict[int, list[str]], ties: Iterable[int]) -> set[int]:
    """Return processes and all that these fields tie to them, or to those so found."""
    tied: dict[int, list[int]] = {}
    for pid, row in running.items():
        for tie in ties:
            tied.setdefault(int(row[tie]), []).append(pid)
    found, waiting = set(), list(pids)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += tied.get(pid, [])
    return found


def _running() -> dict[int, list[str]]:
    """Return the fields of every process."""
    found = {}
    for path in PROCESSES.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # a process that ended meanwhile
            found[int(path.parent.name)] = fields(path.read_text())
    return found


def is_busy(pid: int) -> bool:
    """Tell whether a thread of a process runs, or waits where no signal stops it."""
    found = []
    for path in (PROCESSES / str(pid) / "task").glob("*/stat"):
        with contextlib.suppress(OSError):
            found.append(fields(path.read_text())[STATE])
    return not {"R", "D"}.isdisjoint(found)


# Fields of /proc/PID/stat after the name in parentheses, which may be anything (man proc).
STATE, PARENT, GROUP, SESSION, MINOR, CHILDREN_MINOR = 0, 1, 2, 3, 7, 8


def fields(stat: str) -> list[str]:
    """Return the fields of a /proc/PID/stat from the third on, the state."""
    return stat.rpartition(")")[2].split()


def minor_faults(pids: Iterable[int]) -> int:
    """Return how often processes, and children of theirs that ended, touched a page anew."""
    texts = ((PROCESSES / str(pid) / "stat").read_text() for pid in pids)
    return sum(int(row[MINOR]) + int(row[CHILDREN_MINOR]) for row in map(fields, texts))


def available() -> float:
    """Return how much memory the machine can still give, MiB."""
    for line in (PROCESSES / "meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / MIB
    raise ValueError("/proc/meminfo has no MemAvailable")
