"""The tables a report is written from, read and checked."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.bench import registry
from scripts.common import files, parsing
from scripts.common.errors import UserError
from scripts.contenders import registry as runners
from scripts.contenders.modes import LATER
from scripts.contenders.records import SELF_CHECK

# The metric that stands for a benchmark where there is room for one.
HEADLINES = registry.headlines()
PHASES = registry.benchmark("phases").metrics
# Columns that hold text even where all of it is empty.
TEXT = ("verdict", "note", "baseline", "unit", "reason", "state")
# What the first screen tells.
MAIN = ("cold_start", "inference", "memory")
# The program that does nothing must weigh no more than itself.
NOOP_LIMIT_MIB = 4.0


@dataclass(frozen=True)
class Data:
    """What a report says of one model is in here and nowhere else.

    Attributes:
        estimates: the rows of results/{mode}.csv, with the column `job`: the mode of their job.
        oracle: the rows of results/oracle.csv.
        tools: the rows of results/tools.csv.
        engines: the rows of results/engines.csv, as text.
        machine: the fingerprint.
        model: the model's record.
        multiply_adds: those of one inference.
        agreement: of its forms in integers with float32, as scripts/oracle/count_agreement.py
            tells it.
        accuracy: the rows of results/accuracy.csv; None where no photographs are labelled.
        peak: what a core can do at the most, as scripts/bench/measure_peak.py tells it.
        others: the same of the other models.
        compiled: records of compiling ahead of time, of what could be compiled.
        original: the figures the original published, by benchmark.
        levers: the rows of results/levers.csv.
        twins: the rows of results/twins.csv.
        pairs: the rows of results/pairs.csv.
    """

    estimates: pd.DataFrame
    oracle: pd.DataFrame
    tools: pd.DataFrame
    engines: list[dict[str, str]]
    machine: dict[str, Any]
    model: dict[str, Any]
    multiply_adds: int
    agreement: list[dict[str, Any]]
    accuracy: pd.DataFrame | None
    peak: dict[str, Any]
    compiled: list[dict[str, Any]]
    original: dict[str, dict[str, Any]]
    levers: pd.DataFrame
    twins: pd.DataFrame
    pairs: pd.DataFrame
    others: "list[Data]"

    @property
    def models(self) -> "list[Data]":
        """The same of every model, this one first."""
        return [self, *self.others]

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

    def rows_of_jobs(self, benchmark: str, metric: str) -> pd.DataFrame:
        """Return the same of all jobs, one after the other."""
        return pd.concat([self.rows(benchmark, metric, job) for job in self.jobs])

    def phase_medians(self, job: str) -> pd.DataFrame:
        """Return milliseconds: a row for each contender, a column for each phase and `wall`.

        `load` is what passes before `main` less `engine`: 0 where it is less than that varies.
        """
        metrics = [*PHASES, "wall"]
        tables = {name: self.rows("phases", name, job).set_index("contender") for name in metrics}
        found = pd.DataFrame({name: table["median"] for name, table in tables.items()})
        varies = tables["engine"].maximum - tables["engine"].minimum
        return found.assign(load=found.load.where(found.load > varies, 0.0))

    def missing(self) -> pd.DataFrame:
        """Return the rows of contenders without figures, with the reason in `note`."""
        return self.estimates[self.estimates.n == 0]

    def failed(self) -> pd.DataFrame:
        """Return the rows of contenders that the oracle passed and a benchmark could not time."""
        rows, refused = self.missing(), self.refused()
        return rows.loc[[self.judged_as(row) not in refused for _, row in rows.iterrows()]]

    def judged_as(self, row: pd.Series) -> str:
        """Return the contender whose verdict by the oracle counts for that of a row."""
        engine = self.machine["config"]["engines"].get(row.engine)
        mode = engine and runners.runner(engine["runner"]).modes.get(row["mode"])
        if not mode or not mode.judged_as:
            return row.contender
        return f"{row.build}@{row.engine}-{mode.judged_as}"

    def refused(self) -> list[str]:
        """Return the contenders that the oracle did not pass."""
        return sorted(set(self.oracle[~self.oracle.passed].contender))

    def not_run(self) -> dict[str, list[str]]:
        """Return the contenders that could not even be asked, by the reason."""
        rows = self.oracle[~self.oracle.ran]
        return {why: sorted(set(group)) for why, group in rows.groupby("reason").contender}

    def self_check(self) -> pd.DataFrame:
        """Return the rows of the no-op program and of the baseline's second entry."""
        return self.estimates[(self.estimates["mode"] == SELF_CHECK) & (self.estimates.n > 0)]


def read(
    estimates: list[str],
    machine: str,
    models: list[str],
    arithmetic: list[str],
    agreement: list[str],
    accuracy: str | None,
    peak: str,
    oracle: str,
    tools: str,
    engines: str,
    compiled: list[str],
    original: str,
    levers: str,
    twins: str,
    pairs: str,
) -> Data:
    """Read a report's files; raise `UserError` naming the one that cannot be read.

    What is returned is of the first model, in the order of the config, with the others in it.
    """
    of_models = {"estimates": read_estimates(estimates)}
    of_models |= {"oracle": read_table(oracle), "levers": read_table(levers)}
    of_models |= {"twins": read_table(twins), "pairs": read_table(pairs)}
    of_models |= {"accuracy": read_table(accuracy)} if accuracy else {}
    shared = {
        "accuracy": None,
        "tools": read_table(tools),
        "engines": read_text(engines),
        "machine": files.read_json(machine),
        "peak": files.read_json(peak),
        "original": parsing.parse_yaml(Path(original).read_text(encoding="utf-8")),
    }
    records = [row for row in map(files.read_json, compiled) if row["bytes"]]
    agreed = [files.read_json(path) for path in agreement]
    counts = [files.read_json(path)["multiply_adds"] for path in arithmetic]
    found: list[Data] = []
    for model, count in zip(map(files.read_json, models), counts, strict=True):
        own = {name: of_model(table, model["name"]) for name, table in of_models.items()}
        own["compiled"] = [row for row in records if row["model"] == model["name"]]
        own["agreement"] = [row for row in agreed if row["model"] == model["name"]]
        found.append(Data(model=model, multiply_adds=count, others=[], **shared | own))
    return replace(found[0], others=found[1:])


def is_later(contenders: pd.Series) -> pd.Series:
    """Tell of contenders' names which are later runs, from an engine's own cache."""
    return contenders.str.endswith(f"-{LATER}")


def first_screen(estimates: pd.DataFrame) -> list[str]:
    """Return the benchmarks that the first screen tells of; fresh processes where none is warm."""
    cold, warm, memory = MAIN
    return [cold, warm if warm in set(estimates.benchmark) else "warm_loop", memory]


def of_model(table: pd.DataFrame, model: str) -> pd.DataFrame:
    """Return the rows of one model."""
    return table[table.model == model].reset_index(drop=True)


def read_estimates(paths: list[str]) -> pd.DataFrame:
    """Return the rows of results/{mode}.csv, with the mode of their job in the column `job`."""
    tables = [read_table(path).assign(job=Path(path).stem) for path in paths]
    return pd.concat(tables, ignore_index=True)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV; empty text stays empty text."""
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(TEXT, object))
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the table {path}: {error}") from error
    return table.fillna({name: "" for name in TEXT if name in table})


def read_text(path: str | Path) -> list[dict[str, str]]:
    """Read a CSV whose fields are all text: what looks like a number may be a version."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the table {path}: {error}") from error
    return table.to_dict("records")
