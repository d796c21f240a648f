"""Rule script: the fingerprint: what the jobs recorded where they ran, and what to mind of it."""

import argparse
import json
from typing import Any

from scripts.common import errors, files, paths
from scripts.report import caveats


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
        "warnings": caveats.warnings(jobs),
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
