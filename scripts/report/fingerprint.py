"""Rule script: the fingerprint: what the jobs recorded where they ran, and what to mind of it."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from scripts.common import errors, files, paths

# The harness keeps one core busy; a benchmark alone on its machine starts below this.
QUIET_LOAD = 0.7
# What must be the same for all the jobs of one report, in words and as a path in a job's record.
SAME = {
    "machines": ("host", "name"),
    "processors": ("host", "cpu", "model"),
    "processor features": ("host", "cpu", "flags"),
    "numbers of cores": ("host", "cpu", "cores"),
    "frequency governors": ("host", "cpu", "governor"),
    "memory sizes": ("host", "memory_mib"),
    "kernels": ("host", "kernel"),
    "C libraries": ("host", "libc"),
    "Python versions": ("host", "python"),
    "package versions": ("host", "packages"),
    "commits": ("host", "git", "commit"),
    "states of the checkout (some with uncommitted changes)": ("host", "git", "changed"),
    "engines": ("tools",),
}


def warnings(jobs: list[dict[str, Any]]) -> list[str]:
    """Return what a reader should mind, a sentence each."""
    # Of several machines each has its own state; what is true of all is said once.
    states = [
        line for job in jobs for line in (*conditions(job["host"]["cpu"]), *memory(job["host"]))
    ]
    return [*differences(jobs), *dict.fromkeys(states), *loads(jobs)]


def differences(jobs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is not the same for all jobs: their figures are not of one machine or version."""
    for words, path in SAME.items():
        groups: dict[str, list[str]] = {}
        for job in jobs:
            value = job
            for key in path:
                value = value[key]
            groups.setdefault(json.dumps(value, sort_keys=True), []).append(name(job, jobs))
        if len(groups) > 1:
            told = "; ".join(", ".join(names) for names in groups.values())
            yield f"The jobs of this report ran with different {words}: {told}."


def conditions(cpu: dict[str, Any]) -> Iterator[str]:
    """Yield what the processor's state does to the figures."""
    if cpu["cores"] < 2:
        yield "The machine has one core: the harness and the contenders share it."
    if cpu["governor"] not in (None, "performance"):
        yield f"The frequency governor is `{cpu['governor']}`: set it to `performance`."
    if cpu["virtual"]:
        yield (
            "This is a virtual machine: neighbours may take its time; trust the ratios, which come "
            "from interleaved rounds, before the absolute figures."
        )


def memory(host: dict[str, Any]) -> Iterator[str]:
    """Yield what the kernel does with memory while programs run."""
    if host["damon"]:
        yield (
            "The kernel watches which pages of memory are idle (DAMON) and may take them: files "
            "can leave the page cache between rounds, see the major faults, and an engine that "
            "seals its memory can fail when a page is held for a moment."
        )


def loads(jobs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the jobs that began while something else kept the machine busy."""
    for job in jobs:
        if job["load_start"] > job["host"]["cpu"]["cores"] * QUIET_LOAD:
            yield (
                f"The load was {job['load_start']:.1f} when {name(job, jobs)} began: "
                "unless that was the job before it, stop other work and measure it again."
            )


def name(job: dict[str, Any], jobs: list[dict[str, Any]]) -> str:
    """Return what a job is called in a sentence, its model where there are several."""
    several = len({other["model"] for other in jobs}) > 1
    return f"{job['benchmark']} ({job['mode']}{', ' + job['model'] if several else ''})"


def git(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first job's commit, and whether any job ran with changes to one."""
    changes = [each["changed"] for each in found if each["changed"] is not None]
    return {"commit": found[0]["commit"], "changed": any(changes) if changes else None}


def fingerprint(
    tools: list[str], artifacts: list[str], jobs: list[dict[str, Any]], config: dict[str, Any]
) -> dict[str, Any]:
    """Return everything that influences a number; the machine is the one of the first job."""
    dates = sorted(job["host"]["date"] for job in jobs)
    return {
        **jobs[0]["host"],
        "git": git([job["host"]["git"] for job in jobs]),
        "measured": [dates[0], dates[-1]],
        "tools": [files.read_json(path) for path in tools],
        "artifacts": {paths.unplaced(path): files.sha256(path) for path in artifacts},
        "jobs": jobs,
        "config": config,
        "warnings": warnings(jobs),
    }


def main(argv: list[str] | None = None) -> int:
    """Write results/machine.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", nargs="+", required=True)
    parser.add_argument("--artifacts", nargs="+", required=True)
    parser.add_argument("--jobs", nargs="+", required=True, help="how the benchmark jobs went")
    parser.add_argument("--config", required=True, type=json.loads)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    jobs = [files.read_json(path) for path in args.jobs]
    files.write_json(args.out, fingerprint(args.tools, args.artifacts, jobs, args.config))
    return 0


if __name__ == "__main__":
    errors.run(main)
