"""Rule script: add the headlines of benchmark jobs to the dataset, with what influenced them."""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.common import errors, files
from scripts.history import dataset, facts
from scripts.report import formats, inputs
from scripts.stats import samples


def rows(
    headlines: pd.DataFrame, job: dict[str, Any], machine: dict[str, Any], run: str
) -> pd.DataFrame:
    """Return a row for each contender that a job has a headline of."""
    keys = ["model", "job", "benchmark"]
    own = pd.Series([job["model"], job["mode"], job["benchmark"]], keys)
    chosen = headlines[(headlines[keys] == own).all(axis=1)]
    common = {"run": run, **facts.of_job(job, machine)}
    return pd.DataFrame(
        row._asdict() | common | facts.of_contender(row, job, machine["config"])
        for row in chosen.itertuples(index=False)
    )


def main(argv: list[str] | None = None) -> int:
    """Write what the dataset lacks, and the receipt results/history.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimates", required=True, nargs="+", help="results/{mode}.csv")
    parser.add_argument("--samples", required=True, nargs="+", help="with their records beside")
    parser.add_argument("--machine", required=True, help="results/machine.json")
    parser.add_argument("--folder", required=True, type=Path, help="the dataset's")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    machine = files.read_json(args.machine)
    # What a row does not have is null in the dataset, not empty.
    estimates = inputs.read_estimates(args.estimates).replace({"": None})
    headlines = formats.headlines(estimates)
    receipt: dict[str, Any] = {"folder": str(args.folder), "written": [], "found": []}
    for path in args.samples:
        job = samples.record(path)
        run = dataset.identity(job, files.sha256(path))
        table = rows(headlines, job, machine, run)
        if len(table):
            place = dataset.name(job, run)
            is_new = dataset.append(args.folder, place, table)
            receipt["written" if is_new else "found"].append(place)
    files.write_json(args.out, receipt)
    return 0


if __name__ == "__main__":
    errors.run(main)
