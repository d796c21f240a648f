"""The tables a report is written from, read and checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import files
import pandas as pd
import yaml
from errors import UserError

# The metric that stands for a benchmark where there is room for one.
HEADLINES = {
    "cold_start": "wall",
    "warm_loop": "real",
    "memory": "peak_rss",
    "throughput": "runs_per_second",
    "inference": "p50",
}
PHASES = {
    "engine": "engine starts",
    "load": "compile or load, instantiate",
    "read": "read the request",
    "decode": "decode and resize",
    "load_model": "load the model",
    "infer": "infer",
    "exit": "exit",
}
# Columns that hold text even where all of it is empty.
TEXT = ("verdict", "note", "baseline", "unit", "reason")
SELF_CHECK = "self-check"
# The program that does nothing must weigh no more than itself.
NOOP_LIMIT_MIB = 4.0


@dataclass(frozen=True)
class Data:
    """What a report says is in here and nowhere else.

    Attributes:
        estimates: the rows of results/{mode}.csv, with the column `job`: the mode of their job.
        oracle: the rows of results/oracle.csv.
        tools: the rows of results/tools.csv.
        machine: the fingerprint.
        model: the model's record.
        compiled: records of compiling ahead of time.
        original: the figures the original published, by benchmark.
        levers: the rows of results/levers.csv.
    """

    estimates: pd.DataFrame
    oracle: pd.DataFrame
    tools: pd.DataFrame
    machine: dict[str, Any]
    model: dict[str, Any]
    compiled: list[dict[str, Any]]
    original: dict[str, dict[str, Any]]
    levers: pd.DataFrame

    @property
    def jobs(self) -> list[str]:
        """The modes that were measured, in order."""
        return list(dict.fromkeys(self.estimates.job))

    @property
    def baseline(self) -> str:
        """The contender that ratios are taken against."""
        return self.machine["config"]["compare"]["baseline"]

    def rows(self, benchmark: str, metric: str, job: str) -> pd.DataFrame:
        """Return the estimates of one metric in one mode's job, without the self-check's."""
        table = self.estimates
        chosen = (table.benchmark == benchmark) & (table.metric == metric) & (table.job == job)
        return table[chosen & (table["mode"] != SELF_CHECK) & (table.n > 0)]

    def phase_medians(self, job: str) -> pd.DataFrame:
        """Return milliseconds: a row for each contender, a column for each phase and `wall`."""
        metrics = [*PHASES, "wall"]
        tables = {name: self.rows("phases", name, job).set_index("contender") for name in metrics}
        return pd.DataFrame({name: table["median"] for name, table in tables.items()})

    def missing(self) -> pd.DataFrame:
        """Return the rows of contenders that were not timed, with the reason in `note`."""
        return self.estimates[self.estimates.n == 0]

    def self_check(self) -> pd.DataFrame:
        """Return the rows of the no-op program and of the baseline's second entry."""
        return self.estimates[(self.estimates["mode"] == SELF_CHECK) & (self.estimates.n > 0)]


def read(
    estimates: list[Path],
    machine: str,
    model: str,
    oracle: str,
    tools: str,
    compiled: list[str],
    original: str,
    levers: str,
) -> Data:
    """Read a report's files; raise `UserError` naming the one that cannot be read."""
    tables = [read_table(path).assign(job=Path(path).stem) for path in estimates]
    return Data(
        estimates=pd.concat(tables, ignore_index=True),
        oracle=read_table(oracle),
        tools=read_table(tools),
        machine=files.read_json(machine),
        model=files.read_json(model),
        compiled=[files.read_json(path) for path in compiled],
        original=yaml.safe_load(Path(original).read_text(encoding="utf-8")),
        levers=read_table(levers),
    )


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV; empty text stays empty text."""
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(TEXT, object))
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the table {path}: {error}") from error
    return table.fillna({name: "" for name in TEXT if name in table})
