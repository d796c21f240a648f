"""What to mind of figures, from what their jobs recorded where they ran."""

import json
from collections.abc import Iterator
from typing import Any

# Cores that a machine's own housekeeping may keep busy.
QUIET_CORES = 0.2
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
}


def warnings(jobs: list[dict[str, Any]]) -> list[str]:
    """Return what a reader should mind, a sentence each."""
    # Of several machines each has its own state; what is true of all is said once.
    states = [
        line for job in jobs for line in (*conditions(job["host"]["cpu"]), *memory(job["host"]))
    ]
    return [*differences(jobs), *dict.fromkeys(states), *on_one_core(jobs), *disturbed(jobs)]


def differences(jobs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is not the same for all jobs: their figures are not of one machine or version."""
    for words, path in SAME.items():
        yield from difference(words, path, jobs, jobs)
    # A job has the tools of what it measures: not every job has each of them.
    for tool in sorted({tool for job in jobs for tool in job["tools"]}):
        having = [job for job in jobs if tool in job["tools"]]
        yield from difference(f"engines ({tool})", ("tools", tool), having, jobs)


def difference(
    words: str, path: tuple[str, ...], having: list[dict[str, Any]], jobs: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield the sentence that jobs differ at a path of their records, where they do."""
    groups: dict[str, list[str]] = {}
    for job in having:
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


def on_one_core(jobs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield which jobs kept their processes on one core, where any did."""
    kept = [name(job, jobs) for job in jobs if job.get("core") is not None]
    if kept:
        yield f"All processes were kept on one core (`one_core`) in {', '.join(kept)}."


def disturbed(jobs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the jobs that began, or went, while something else kept the machine busy."""
    for job in jobs:
        if (others := job.get("busy_others")) is not None and others > QUIET_CORES:
            yield (
                f"While {name(job, jobs)} measured, other programs kept {others:.1f} of "
                f"{job['host']['cpu']['cores']} cores busy on average: stop them and measure it "
                "again."
            )
        if job["busy_start"] is not None and job["busy_start"] > QUIET_CORES:
            yield (
                f"In the second before {name(job, jobs)} began, other programs kept "
                f"{job['busy_start']:.1f} of {job['host']['cpu']['cores']} cores busy: "
                "stop them and measure it again."
            )


def name(job: dict[str, Any], jobs: list[dict[str, Any]]) -> str:
    """Return what a job is called in a sentence: with its mode, and with one of several models."""
    several = len({other["model"] for other in jobs}) > 1
    told = [job[key] for key in ("mode", *(["model"] if several else [])) if key in job]
    return f"{job['benchmark']} ({', '.join(told)})" if told else job["benchmark"]
