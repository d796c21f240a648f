"""Rule script: the fingerprint of what the figures were measured on and with; what to mind."""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import errors
import files

PACKAGES = ("ai-edge-litert", "numpy", "onnxruntime", "pillow", "scipy", "snakemake", "wasmtime")
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
# The harness keeps one core busy; a benchmark alone on its machine starts below this.
QUIET_LOAD = 0.7


def cpu() -> dict[str, Any]:
    """Return the processor's model, flags and cores, and whether it is a virtual machine's."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    pairs = [line.split(":", 1) for line in text.splitlines() if ":" in line]
    first = {key.strip(): value.strip() for key, value in reversed(pairs)}
    flags = sorted((first.get("flags") or first.get("Features") or "").split())
    return {
        "model": first.get("model name") or platform.machine(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "flags": flags,
        "virtual": "hypervisor" in flags,
        "governor": GOVERNOR.read_text().strip() if GOVERNOR.exists() else None,
    }


def memory_mib() -> int:
    """Return the machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def git() -> dict[str, Any]:
    """Return the commit, and whether the work tree differs from it; None outside a repository."""
    commit = _git("rev-parse", "HEAD")
    return {"commit": commit, "changed": bool(_git("status", "--porcelain")) if commit else None}


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def warnings(machine: dict[str, Any]) -> list[str]:
    """Return what a reader should mind, a sentence each."""
    found = []
    if machine["cpu"]["cores"] < 2:
        found.append("The machine has one core: the harness and the contenders share it.")
    if machine["cpu"]["governor"] not in (None, "performance"):
        found.append(
            f"The frequency governor is `{machine['cpu']['governor']}`: set it to `performance`."
        )
    if machine["cpu"]["virtual"]:
        found.append(
            "This is a virtual machine: neighbours may take its time; trust the ratios, which come "
            "from interleaved rounds, before the absolute figures."
        )
    for job in machine["jobs"]:
        if job["load_start"] > machine["cpu"]["cores"] * QUIET_LOAD:
            found.append(
                f"The load was {job['load_start']:.1f} when {job['benchmark']} ({job['mode']}) "
                "began: stop other work and measure it again."
            )
    return found


def fingerprint(
    tools: list[str], artifacts: list[str], jobs: list[str], config: dict[str, Any]
) -> dict[str, Any]:
    """Return everything that influences a number, from the files that hold it."""
    machine = {
        "cpu": cpu(),
        "memory_mib": memory_mib(),
        "kernel": platform.release(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "git": git(),
        "tools": [files.read_json(path) for path in tools],
        "artifacts": {path: files.sha256(path) for path in artifacts},
        "jobs": [files.read_json(path) for path in jobs],
        "config": config,
    }
    return machine | {"warnings": warnings(machine)}


def main(argv: list[str] | None = None) -> int:
    """Write results/machine.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", nargs="+", required=True)
    parser.add_argument("--artifacts", nargs="+", required=True)
    parser.add_argument("--jobs", nargs="+", required=True, help="how the benchmark jobs went")
    parser.add_argument("--config", required=True, type=json.loads)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    files.write_json(args.out, fingerprint(args.tools, args.artifacts, args.jobs, args.config))
    return 0


if __name__ == "__main__":
    errors.run(main)
