"""The samples of a benchmark job, read with the record of how it went."""

from pathlib import Path
from typing import Any

import pandas as pd

from scripts.common import files


def record(path: str | Path) -> dict[str, Any]:
    """Return how the job went whose samples are in a samples file."""
    return files.read_json(Path(path).with_suffix(".json"))


def read(path: str | Path) -> pd.DataFrame:
    """Return a job's samples that count, the mode of the job in the column `job`.

    Warm-up rounds do not count, nor does anything of a contender that failed on the way: rounds
    before a crash are no figures of something that works.
    """
    job = record(path)
    table = pd.read_csv(path).assign(job=job["mode"])
    return table[(table.warmup == 0) & ~table.contender.isin(failed(job))]


def failed(job: dict[str, Any]) -> set[str]:
    """Return the contenders that a job could not measure to its end."""
    return {row["contender"] for row in job["skipped"]}
