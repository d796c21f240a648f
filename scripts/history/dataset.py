"""The dataset that outlives results: a Parquet file a benchmark job, below a folder a date.

A file has the name of its measurement and appears whole or not at all, so that to append is safe to
interrupt and to repeat, and datasets of several machines are merged by copying their files.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

from scripts.common import files
from scripts.common.errors import UserError

TEXTS = (
    "model", "weights", "build", "engine", "mode", "contender", "job", "benchmark", "metric",
    "unit",
    "baseline", "verdict", "note", "machine", "cpu", "architecture", "kernel", "libc", "compiler",
    "engine_version", "engine_sha256", "tools", "packages", "commit", "model_sha256", "recipe",
    "settings", "config_sha256",
)  # fmt: skip
NUMBERS = (
    "n", "median", "mad", "ci_low", "ci_high", "minimum", "maximum", "outliers",
    "ratio", "ratio_low", "ratio_high", "margin", "confidence", "cores", "memory_mib", "busy_start",
)  # fmt: skip
# What the files hold; one of an older version lacks columns, which are then null.
SCHEMA = pa.schema(
    [("run", pa.string()), ("measured", pa.timestamp("s", tz="UTC"))]
    + [(name, pa.string()) for name in TEXTS]
    + [(name, pa.float64()) for name in NUMBERS]
    + [("uncommitted", pa.bool_())]
)
PARTITION = pa.schema([("date", pa.date32())])
DIGITS = 32


def identity(job: dict[str, Any], samples_sha256: str) -> str:
    """Return what makes a measurement that one and no other, whatever is later made of it."""
    host = job["host"]
    named = [job[key] for key in ("model", "benchmark", "mode")]
    named += [host["name"], host["date"], samples_sha256]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:DIGITS]


def name(job: dict[str, Any], run: str) -> str:
    """Return where a job's file lies in the dataset."""
    return f"date={job['host']['date'][:10]}/{run}.parquet"


def append(folder: Path, place: str, rows: pd.DataFrame) -> bool:
    """Write a job's rows as one file on the disk; return False where it is there already.

    Raises:
        UserError: it cannot be written; nothing of it is there.
    """
    path = folder / place
    try:
        if path.exists():
            return False
        # Those who append to one dataset are many, so that only what has this very name is stale.
        for part in path.parent.glob(f".{path.name}.*{files.UNFINISHED}"):
            part.unlink(missing_ok=True)
        with files.atomic_write(path, "wb") as stream:
            table = pa.Table.from_pandas(rows, SCHEMA, preserve_index=False)
            pyarrow.parquet.write_table(table, stream)
            stream.flush()
            os.fsync(stream.fileno())
        sync(path.parent)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
    return True


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def listed(folder: Path) -> list[str]:
    """Return the dataset's files, relative to it, in order."""
    return sorted(str(path.relative_to(folder)) for path in folder.glob("date=*/*.parquet"))


def read(folder: Path) -> pd.DataFrame:
    """Return all rows in the order in which they were measured.

    Raises:
        UserError: there is nothing, or a file is not of this dataset.
    """
    found = [str(folder / place) for place in listed(folder)]
    if not found:
        raise UserError(
            f"there is no history in {folder} yet: `snakemake report` adds its measurements"
        )
    try:
        table = pyarrow.dataset.dataset(found, schema=SCHEMA, format="parquet").to_table()
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{folder} holds a file that is not of this dataset: {error}") from error
    return table.to_pandas().sort_values(["measured", "run"], kind="stable", ignore_index=True)
