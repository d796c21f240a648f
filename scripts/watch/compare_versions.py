"""Rule script: the candidate against the base, as a table and as a comment for a pull request."""

import argparse
from typing import Any

import pandas as pd

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.report import caveats
from scripts.stats import command, samples
from scripts.tools import location
from scripts.watch import comment, judge
from scripts.watch.entries import ENTRIES
from scripts.watch.limits import Limits

UNSEEN = "What a version does on several cores at once does not show there."


def names(engines: list[str], tools: list[str]) -> dict[str, str]:
    """Return what each entry is, from the engines and records of tools in that order.

    Raises:
        UserError: one of them is not to be had: that is nothing which a candidate has done.
    """
    if why := location.missing(tools):
        raise UserError(why)
    return {
        entry: f"{entry} ({engine} {tool['version']}, {tool['sha256'][:12]})"
        for entry, engine, tool in zip(ENTRIES, engines, map(files.read_json, tools), strict=True)
    }


def origins(tools: list[str]) -> str:
    """Return that the entries were not built alike, as far as their records tell; else nothing."""
    sources = [files.read_json(tool)["source"] for tool in tools]
    if len({source.partition(" (")[0] for source in sources}) == 1:
        return ""
    told = " and ".join(f"{entry} {source}" for entry, source in zip(ENTRIES, sources, strict=True))
    return f"They were had in two ways ({told}): compilers and flags may differ, too."


def machine(jobs: list[dict[str, Any]]) -> str:
    """Return where and when it was measured."""
    hosts = [job["host"] for job in jobs]
    places = sorted({f"{host['cpu']['model']}, {host['cpu']['cores']} cores" for host in hosts})
    dates = sorted(host["date"] for host in hosts)
    named = {(host.get("git") or {}).get("commit") for host in hosts}
    commits = sorted(commit[:12] for commit in named if commit)
    where = (
        f"Measured on {' and '.join(places)}, kernel {hosts[0]['kernel']}, {dates[0][:16]} to "
        f"{dates[-1][:16]}, commit {', '.join(commits) or 'unknown'}."
    )
    kept = [f"{line} {UNSEEN}" for line in caveats.on_one_core(jobs)]
    return " ".join([where, *kept])


def main(argv: list[str] | None = None) -> int:
    """Write results/watch.csv and results/watch.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", required=True, nargs="+", help="with their records beside")
    parser.add_argument("--engines", required=True, nargs=2, help="of base and candidate")
    parser.add_argument("--tools", required=True, nargs=2, help="their records")
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--threshold", required=True, type=float)
    parser.add_argument("--count-threshold", required=True, type=float)
    parser.add_argument("--out", required=True)
    parser.add_argument("--text", required=True)
    args = parser.parse_args(argv)
    counted, jobs = command.counted(args.samples), [samples.record(path) for path in args.samples]
    entries = names(args.engines, args.tools)
    limits = Limits(args.confidence, args.threshold, args.count_threshold)
    found = [judge.table(counted, limits), judge.failures(jobs, limits)]
    rows = pd.concat([table for table in found if len(table)] or found, ignore_index=True)
    places = " ".join(filter(None, [machine(jobs), origins(args.tools)]))
    facts = {"limits": limits, "machine": places}
    with files.atomic_write(args.text) as stream:
        stream.write(comment.comment(rows, counted, entries, facts))
    with files.atomic_write(args.out) as stream:
        rows.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
