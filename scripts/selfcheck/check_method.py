"""Rule script: show that the method raises no false alarms and finds a true slow-down.

One contender is measured in interleaved rounds, by the code that the benchmarks use: first against
itself, then wrapped by `burn` to take longer against wrapped by `burn` with nothing to burn, so
that the wrapper's own start does not help to find it.

The rounds of the two equals are cut into windows that share no round, each as long as a benchmark
may be and judged as a benchmark is. The share of them that call the equals different is the rate of
false alarms on real runs, told with its own interval. A harness that favours one of two equals, or
whose error lasts from one round to the next, raises it; what hits both entries of a round alike
does not. Nothing is resampled: drawn rounds would have forgotten their order.
"""

import argparse
import resource
from typing import Any

from scripts.bench.harness import Harness
from scripts.bench.spawning import Spawner
from scripts.common import errors
from scripts.report.inputs import NOOP_LIMIT_MIB
from scripts.selfcheck import judge, rounds, running
from scripts.selfcheck.running import percent
from scripts.stats import verdicts

NOOP_RUNS = 10


def weigh_noop(spawner: Spawner, noop: str) -> dict[str, Any]:
    """Judge the most that a program that does nothing weighs beside this one, in MiB."""
    peak = max(run.peak_rss for run in spawner.run([noop], {}, "/dev/null", NOOP_RUNS))
    harness = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    state = verdicts.PASSED if peak < NOOP_LIMIT_MIB else verdicts.FAILED
    return {"state": state, "peak_rss": peak, "limit": NOOP_LIMIT_MIB, "harness": harness}


def check(harness: Harness, record: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """Measure a contender; return all figures, and what each check makes of them."""
    level, margin = args.confidence, args.margin
    jobs = {
        "equals": (rounds.equals(record), rounds.equals_limits(level)),
        "slow-down": (rounds.slow(record, args.burn), rounds.SLOW_LIMITS),
    }
    measured = {
        name: rounds.measure(harness, entries, limits, level, args.seed)
        for name, (entries, limits) in jobs.items()
    }
    (same, _), (slow, _) = measured.values()
    plain, twin = (same[name].to_numpy() for name in rounds.EQUALS)
    wrapped, slowed = (slow[name].to_numpy() for name in rounds.SLOW)
    length = rounds.window_rounds(level)
    checks = {
        "false alarms": judge.false_alarms(twin, plain, length, level, margin),
        "equals": judge.equals(twin, plain, level, margin),
        "slow-down": judge.slow_down(slowed, wrapped, level, margin),
        "memory": weigh_noop(harness.spawner, args.noop),
    }
    return {
        "contender": record["contender"],
        "confidence": level,
        "margin": margin,
        "state": verdicts.overall([row["state"] for row in checks.values()]),
        "median": float(same[rounds.PLAIN].median()),
        "rounds": {name: len(walls) for name, (walls, _) in measured.items()},
        "stopped_because": {name: reason for name, (_, reason) in measured.items()},
        "checks": checks,
        "walls": {**same.to_dict("list"), **slow.to_dict("list")},
    }


def sentences(found: dict[str, Any]) -> str:
    """Return the figures as a short Markdown text; its first line is the verdict."""
    checks, counts, reasons = found["checks"], found["rounds"], found["stopped_because"]
    open_ = [f"{name} {row['state']}" for name, row in checks.items() if row["state"] != "passed"]
    alarms, twin, slow, noop = checks.values()
    needed = slow["rounds_needed"]
    since = f"found from {needed} rounds on" if needed else "not found"
    return f"""# Self-check: {found["state"].upper()}{f" ({', '.join(open_)})" if open_ else ""}

`{found["contender"]}`, median {1e3 * found["median"]:.0f} ms, in interleaved rounds: \
{counts["equals"]} of equals ({reasons["equals"]}), {counts["slow-down"]} slowed \
({reasons["slow-down"]}). All intervals at {100 * found["confidence"]:g} %.

- False alarms, {alarms["state"]}: {alarms["alarms"]} in {alarms["windows"]} windows of \
{alarms["window_rounds"]} rounds, a rate of {percent(alarms["rate"])} \
({percent(alarms["low"])} to {percent(alarms["high"])}); {percent(alarms["allowed"])} is allowed, \
and passed is what is shown to be below {percent(alarms["limit"])}.
- Equals over all rounds, {twin["state"]}: {told(twin)}; the margin is {percent(found["margin"])}.
- A slow-down of {percent(rounds.SLOW_DOWN)}, {slow["state"]}: {told(slow)}, {since}.
- Memory, {noop["state"]}: a program that does nothing weighs {noop["peak_rss"]:.1f} MiB beside a \
harness of {noop["harness"]:.0f} MiB; the limit is {noop["limit"]:g} MiB.
"""


def told(comparison: dict[str, Any]) -> str:
    """Return a comparison in words."""
    return "{ratio:.3f} ({low:.3f} to {high:.3f}), {verdict}".format(**comparison)


def main(argv: list[str] | None = None) -> int:
    """Write both files and print the text; the exit code is 0 whatever the verdict in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", nargs="+", help="what runs the contender, after `--`")
    for name in ("contender", "request", "spawn", "noop", "burn", "out", "json"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--margin", required=True, type=float)
    args = parser.parse_args(argv)
    record = {"contender": args.contender, "build": args.contender, "command": args.command}
    record |= {"env": {}}
    what = f"the self-check of {record['contender']}"
    with running.harness(args.spawn, args.request, what) as harness:
        found = check(harness, record, args)
    running.write(found, args.json, sentences(found), args.out)
    return 0


if __name__ == "__main__":
    errors.run(main)
