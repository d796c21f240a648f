"""Rule script: how often `make watch` raises an alarm over equals, how often it finds a slow-down.

One contender of an engine is measured in interleaved rounds, by the code that the benchmarks use:
against itself, and slowed by `burn` against wrapped by `burn` with nothing to burn. The rounds are
cut into windows that share none, each as long as a job of the watch, and each is judged as the
watch judges a headline that shares its level with a dozen others.
"""

import argparse
import json
from typing import Any

from scripts.bench import one_core
from scripts.bench.harness import Harness
from scripts.common import errors
from scripts.common.errors import UserError
from scripts.contenders import records
from scripts.selfcheck import rounds, running, windows
from scripts.selfcheck.running import percent
from scripts.tools import location


def check(harness: Harness, record: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """Measure a contender; return the shares of the windows, and what each check makes of them."""
    jobs = {
        "equals": (rounds.equals(record), windows.EQUALS),
        "slow-down": (rounds.slow(record, args.burn), windows.SLOWED),
    }
    found = {"contender": record["contender"], "confidence": args.confidence}
    found |= {"threshold": args.threshold, "window_rounds": windows.ROUNDS, "checks": {}}
    for name, (entries, count) in jobs.items():
        limits = windows.limits(count)
        walls, reason = rounds.measure(harness, entries, limits, args.confidence, args.seed)
        base, candidate = (walls[entry].to_numpy() for entry in entries)
        shares = windows.shares(candidate, base, args.confidence, args.threshold)
        found["checks"][name] = shares | {"stopped_because": reason, "walls": walls.to_dict("list")}
    alarms, slow = found["checks"].values()
    alarms["state"] = windows.alarm_state(alarms, (1 - args.confidence) / windows.HEADLINES)
    slow["state"] = windows.power_state(slow)
    return found


def sentences(found: dict[str, Any]) -> str:
    """Return the figures as a short Markdown text."""
    alarms, slow = found["checks"].values()
    return f"""# What `make watch` would have said

`{found["contender"]}`, in windows of {found["window_rounds"]} interleaved rounds, each judged as \
one of {windows.HEADLINES} headlines: slower where a ratio above 1 + {percent(found["threshold"])} \
is shown at {percent(found["confidence"])}. All intervals at {percent(found["confidence"])}.

- Equals, {alarms["state"]}: {told(alarms)} raised an alarm; one of {windows.HEADLINES} \
headlines may in {percent((1 - found["confidence"]) / windows.HEADLINES)}. They differ by \
{alarms["ratio"] - 1:+.2%} in the median of all rounds.
- A slow-down of {percent(rounds.SLOW_DOWN)}, {slow["state"]}: {told(slow)} found it. In the \
median of all rounds it is {slow["ratio"] - 1:+.2%}.
"""


def told(row: dict[str, Any]) -> str:
    """Return a share of windows in words."""
    interval = f"{percent(row['low'])} to {percent(row['high'])}"
    return f"{row['slower']} of {row['windows']} windows ({interval})"


def main(argv: list[str] | None = None) -> int:
    """Write both files and print the text; the exit code is 0 whatever the states in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--contender", required=True, type=json.loads, help="as JSON, see contenders/records.py"
    )
    parser.add_argument("--tools", nargs="*", default=[], help="records of its tools")
    for name in ("request", "spawn", "burn", "out", "json"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--threshold", required=True, type=float)
    args = parser.parse_args(argv)
    if why := location.missing(args.tools):
        raise UserError(why)
    record = records.record(args.contender, location.programs(args.tools))
    what = f"the watch's check of {record['contender']}"
    with running.harness(args.spawn, args.request, what) as harness, one_core.kept(True):
        found = check(harness, record, args)
    running.write(found, args.json, sentences(found), args.out)
    return 0


if __name__ == "__main__":
    errors.run(main)
