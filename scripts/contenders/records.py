"""How one contender is run: its command, environment and files, as a record.

The oracle and the benchmarks run contenders from these records, so both run the same thing. A
record is made by the job that uses it: it names this job's Python and absolute cache folders.
"""

from typing import Any

from scripts.common import paths
from scripts.contenders.contender import NO_ENGINE, Contender

# What the baseline's second entry is called after the baseline, and the mode of such entries.
TWIN = "#2"
# The argument with which a contender's program answers every line of stdin, not stdin as a whole.
LINES = "--lines"
SELF_CHECK = "self-check"


def record(row: dict[str, Any], programs: dict[str, str]) -> dict[str, Any]:
    """Return the record of one contender.

    Args:
        row: the fields of `Contender`.
        programs: path of each tool's program; what is missing has none, and is not run.
    """
    contender = Contender(**row)

    def words(path: str, mode: str = "") -> list[str]:
        tools = [programs.get(name, "") for name in contender.by.tools]
        program = programs.get(contender.tool, "")
        return contender.command(program, path, mode, tools, contender.cache)

    command = words(contender.path)
    taken = filter(None, map(programs.get, contender.tools))
    found = {
        "model": contender.model,
        **contender.columns(),
        "command": command,
        "env": contender.by.environment(contender.cache),
        "cache_dir": contender.cache or None,
        # A word may hold more than one; of an executable no word is what it was made with.
        "files": [path for path in taken if any(path in word for word in command)],
        "traits": sorted(contender.how.traits),
        "judged_as": contender.judged_as,
    }
    if contender.how.is_timed:
        found["lines_command"] = [*found["command"], *contender.by.before_arguments, LINES]
    if contender.how.is_timed and contender.by.target != "graph":
        found["noop_command"] = words(contender.noop)
        found["artifacts"] = contender.artifacts()
    if default := contender.how.default:
        found["default_command"] = words(contender.path, default)
    return found


def noop() -> dict[str, Any]:
    """Return the record of the program that does nothing, one half of the self-check."""
    program = paths.place(paths.NOOP)
    return {
        "contender": "noop",
        "build": "noop",
        "engine": NO_ENGINE,
        "mode": SELF_CHECK,
        "command": [program],
        "noop_command": [program],
        "env": {},
        "cache_dir": None,
        "traits": [],
        "artifacts": {},
    }


def twin(baseline: dict[str, Any]) -> dict[str, Any]:
    """Return the baseline's second entry, the other half of the self-check."""
    return {**baseline, "contender": f"{baseline['contender']}{TWIN}", "mode": SELF_CHECK}
