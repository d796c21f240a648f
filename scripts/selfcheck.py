"""Rule script: show that the method raises no false alarms and finds a true slow-down.

One contender is measured in interleaved rounds, by the code that the benchmarks use: as it is, as
it is again, wrapped by `burn` with nothing to burn, and wrapped by `burn` to take longer. The last
is compared with the one before it, so that the wrapper's own start does not help to find it.

False alarms are counted in comparisons drawn from the real rounds of the two equals. A draw that
kept who was who would be around this sample's own median ratio, which is never quite 1: more rounds
would then always end in an alarm. So each drawn pair is swapped or not by the toss of a coin. That
makes the null hypothesis exact and keeps the real noise; whether the harness favours one of two
equals is the question of the one comparison over all rounds, which may fail by chance at the rate
that the confidence allows. The count without swaps is told, not judged.
"""

import argparse
import random
import resource
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import errors
import estimates
import files
import numpy as np
import pandas as pd
from benchmarks import BENCHMARKS, Harness
from errors import UserError
from report_data import NOOP_LIMIT_MIB
from rounds import Limits, Rounds
from scipy import stats
from spawn import RunError, Spawner

# Rounds go on until every interval is as narrow as the slow-down that is to be found.
SLOW_DOWN = 0.05
LIMITS = Limits(2, min_rounds=60, max_rounds=600, ratio_width=SLOW_DOWN, budget_seconds=600)
SIMULATIONS, ROUNDS_DRAWN = 200, 20
# One-sided level of the bound on the count of false alarms: 1 % plus sampling error.
LIMIT_CONFIDENCE = 0.99
NOOP_RUNS = 10
ENTRIES = PLAIN, TWIN, WRAPPED, SLOWED = "plain", "twin", "wrapped", "slowed"


def entries(record: dict[str, Any], burn: str) -> dict[str, dict[str, Any]]:
    """Return the four entries, as records of contenders by name."""
    wrapped, slowed = (
        record | {"command": [burn, percent, *record["command"]]}
        for percent in ("0", f"{100 * SLOW_DOWN:g}")
    )
    return dict(zip(ENTRIES, (record, record, wrapped, slowed), strict=True))


def measure(
    harness: Harness, contenders: dict[str, dict], limits: Limits, confidence: float, seed: int
) -> tuple[pd.DataFrame, str]:
    """Measure the entries; return wall times and why it stopped.

    The times are seconds, a row a round after the warm-up, a column an entry.

    Raises:
        RunError: one of the entries failed.
    """
    benchmark = BENCHMARKS["cold_start"]
    job = Rounds(
        contenders=contenders,
        measure=lambda record: benchmark.measure(harness, record),
        headline=benchmark.headline,
        baseline=PLAIN,
        confidence=confidence,
        limits=limits,
        order=random.Random(f"{seed} selfcheck"),
    )
    reason = job.run()
    for name, error in job.failed.items():
        raise RunError(f"the entry {name} {error}")
    table = pd.DataFrame(job.samples)
    kept = table[(table.metric == benchmark.headline) & (table.warmup == 0)]
    return kept.pivot(index="round", columns="contender", values="value"), reason


def alarms(pairs: np.ndarray, confidence: float, seed: int, swap: bool) -> int:
    """Count the drawn comparisons that end in anything but `no difference`.

    `pairs` are seconds, shape (rounds, 2); `swap` tosses a coin for who is who in each drawn pair.
    """
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(SIMULATIONS):
        drawn = pairs[rng.integers(len(pairs), size=ROUNDS_DRAWN)]
        if swap:
            drawn = rng.permuted(drawn, axis=1)
        found += compare(drawn[:, 1], drawn[:, 0], confidence)["verdict"] != estimates.SAME
    return found


def compare(values: np.ndarray, baseline: np.ndarray, confidence: float) -> dict[str, Any]:
    """Return the comparison of paired rounds: ratio, low, high and verdict."""
    found = estimates.ratio(values, baseline, confidence)
    return {**vars(found), "verdict": found.verdict}


def rounds_needed(values: np.ndarray, baseline: np.ndarray, confidence: float) -> int | None:
    """Return the number of rounds from which on `more` is found and stays; None for never."""
    needed = None
    for count in range(len(values), 0, -1):
        if compare(values[:count], baseline[:count], confidence)["verdict"] != estimates.MORE:
            break
        needed = count
    return needed


def judge(walls: pd.DataFrame, confidence: float, seed: int) -> dict[str, dict[str, Any]]:
    """Return the checks of the rounds by name, each with its figures and `passed`.

    `walls` are seconds, a row a round, a column an entry; `seed` is that of the draws.
    """
    plain, twin, wrapped, slowed = (walls[name].to_numpy() for name in ENTRIES)
    pairs = np.column_stack((plain, twin))
    draws = {
        "simulations": SIMULATIONS,
        "rounds_drawn": ROUNDS_DRAWN,
        "limit": int(stats.binom.ppf(LIMIT_CONFIDENCE, SIMULATIONS, 1 - confidence)),
        "alarms": alarms(pairs, confidence, seed, swap=True),
        "alarms_unswapped": alarms(pairs, confidence, seed, swap=False),
    }
    equals = compare(twin, plain, confidence)
    slow = {
        **compare(slowed, wrapped, confidence),
        "share": SLOW_DOWN,
        "rounds_needed": rounds_needed(slowed, wrapped, confidence),
        "against_plain": compare(slowed, plain, confidence),
    }
    return {
        "false alarms": {"passed": draws["alarms"] <= draws["limit"], **draws},
        "equals": {"passed": equals["verdict"] == estimates.SAME, **equals},
        "slow-down": {"passed": slow["verdict"] == estimates.MORE, **slow},
    }


def weigh_noop(spawner: Spawner, noop: str) -> dict[str, Any]:
    """Return the most that a program that does nothing weighs beside this one, in MiB."""
    peak = max(run.peak_rss for run in spawner.run([noop], {}, "/dev/null", NOOP_RUNS))
    harness = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"peak_rss": peak, "limit": NOOP_LIMIT_MIB, "harness": harness}
    return {"passed": peak < NOOP_LIMIT_MIB, **figures}


def check(harness: Harness, record: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """Measure a contender; return all figures, what `judge` makes of them among them."""
    contenders = entries(record, args.burn)
    walls, reason = measure(harness, contenders, LIMITS, args.confidence, args.seed)
    checks = judge(walls, args.confidence, args.seed)
    checks["memory"] = weigh_noop(harness.spawner, args.noop)
    return {
        "contender": record["contender"],
        "confidence": args.confidence,
        "passed": all(row["passed"] for row in checks.values()),
        "rounds": len(walls),
        "stopped_because": reason,
        "medians": walls.median().to_dict(),
        "checks": checks,
        "walls": walls.to_dict("list"),
    }


def sentences(found: dict[str, Any]) -> str:
    """Return the figures as a short Markdown text; its first line says PASSED or FAILED."""
    checks = found["checks"]
    failed = [name for name, check in checks.items() if not check["passed"]]
    draws, twin, slow, noop = checks.values()
    needed = slow["rounds_needed"]
    since = f"found from {needed} rounds on" if needed else "not found"
    return f"""# Self-check: {f"FAILED: {', '.join(failed)}" if failed else "PASSED"}

`{found["contender"]}`, median {1e3 * found["medians"][PLAIN]:.0f} ms, in {found["rounds"]} \
interleaved rounds ({found["stopped_because"]}); all intervals at {100 * found["confidence"]:g} %.

- False alarms: {draws["alarms"]} in {draws["simulations"]} comparisons of equals, each of \
{draws["rounds_drawn"]} rounds drawn from these; the limit is {draws["limit"]}. \
Without swaps: {draws["alarms_unswapped"]}.
- Equals, over all rounds: {told(twin)}.
- A slow-down of {100 * slow["share"]:g} %: {told(slow)}, {since}. \
Against the contender without the wrapper: {told(slow["against_plain"])}.
- Memory: a program that does nothing weighs {noop["peak_rss"]:.1f} MiB beside a harness of \
{noop["harness"]:.0f} MiB; the limit is {noop["limit"]:g} MiB.
"""


def told(comparison: dict[str, Any]) -> str:
    """Return a comparison in words."""
    return "{ratio:.3f} ({low:.3f} to {high:.3f}), {verdict}".format(**comparison)


def main(argv: list[str] | None = None) -> int:
    """Write both files and print the text; a failed check is told there, the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("contender", "request", "spawn", "noop", "burn", "out", "json"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--confidence", required=True, type=float)
    args = parser.parse_args(argv)
    record, request = files.read_json(args.contender), files.read_json(args.request)
    with TemporaryDirectory() as folder:
        harness = Harness(Spawner(args.spawn, Path(folder)), request, {})
        try:
            found = check(harness, record, args)
        except RunError as error:
            raise UserError(f"the self-check of {record['contender']}: {error}") from error
    text = sentences(found)
    files.write_json(args.json, found)
    with files.atomic_write(args.out) as stream:
        stream.write(text)
    print(text)
    return 0


if __name__ == "__main__":
    errors.run(main)
