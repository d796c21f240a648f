"""Rule script: the samples of the deployment's benchmarks as one table of estimates."""

import argparse
from typing import Any

import pandas as pd

from scripts.common import errors, files
from scripts.deployment import tables
from scripts.stats import samples


def missing(job: dict[str, Any]) -> pd.DataFrame:
    """Return a row, without figures, for each host that a job has none of, and why."""
    rows = [
        {**job, **row, "n": 0, "note": job["skipped"][row["contender"]]}
        for row in job["hosts"]
        if row["contender"] in job["skipped"]
    ]
    return pd.DataFrame(rows, columns=tables.COLUMNS)


def estimates(path: str, confidence: float, margin: float) -> list[pd.DataFrame]:
    """Return the tables of one job: of the hosts that were measured to the end, then the others."""
    job, table = samples.record(path), pd.read_csv(path)
    table = table[~table.contender.isin(job["skipped"])]
    found = [] if table.empty else [tables.table(table, job["hosts"], confidence, margin)]
    return [*found, *([missing(job)] if job["skipped"] else [])]


def main(argv: list[str] | None = None) -> int:
    """Write results/deployment.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", required=True, nargs="+", help="with their records beside")
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--margin", required=True, type=float)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    found = [
        table for path in args.samples for table in estimates(path, args.confidence, args.margin)
    ]
    with files.atomic_write(args.out) as stream:
        pd.concat(found).to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
