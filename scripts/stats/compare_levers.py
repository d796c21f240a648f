"""Rule script: what each lever buys: one build against another, same engine, same job."""

import json
from typing import Any

import pandas as pd

from scripts.bench import concurrency, registry
from scripts.common import errors, files
from scripts.stats import command
from scripts.stats.pairs import comparison, paired_rounds

COLUMNS = [
    "model", "lever", "from", "to", "mode", "benchmark", "metric", "n",
    "baseline", "ratio", "ratio_low", "ratio_high", "margin", "verdict",
]  # fmt: skip
# The metrics of which a lever's effect is told; the original's throughput is of one at a time.
TOLD = [*registry.headlines().items(), ("throughput", concurrency.metric(1))]


def pairs(lever: dict[str, str], contenders: set[str]) -> list[tuple[str, str]]:
    """Return the pairs of contenders, on the same engine in the same mode, that differ by a lever.

    A build without an engine is compared with the other build on every engine.
    """
    found = []
    for before in sorted(contenders):
        for after in sorted(contenders):
            (old, _, old_engine), (new, _, new_engine) = before.partition("@"), after.partition("@")
            same = old_engine == new_engine or not old_engine or not new_engine
            if (old, new) == (lever["from"], lever["to"]) and same:
                found.append((before, after))
    return found


def row(
    counted: pd.DataFrame, before: str, after: str, level: float, margin: float
) -> dict[str, Any]:
    """Return the ratio of a benchmark's headline, after to before, from its paired rounds."""
    old, new = (counted[counted.contender == name] for name in (before, after))
    return comparison(paired_rounds(new, old), before, level, margin)


def table(
    counted: pd.DataFrame, levers: list[dict[str, str]], level: float, margin: float
) -> pd.DataFrame:
    """Return a row for each lever, model, pair of contenders, mode of the job and benchmark."""
    rows, keys = [], ["model", "job", "benchmark", "metric"]
    for lever in levers:
        for (model, mode, benchmark, metric), group in counted.groupby(keys, sort=False):
            if (benchmark, metric) not in TOLD:
                continue
            for before, after in pairs(lever, set(group.contender)):
                names = {"model": model, "lever": lever["lever"], "from": before, "to": after}
                names |= {"mode": mode, "benchmark": benchmark, "metric": metric}
                rows.append(names | row(group, before, after, level, margin))
    return pd.DataFrame(rows, columns=COLUMNS)


def main(argv: list[str] | None = None) -> int:
    """Write results/levers.csv."""
    parser = command.parser(__doc__)
    parser.add_argument("--levers", required=True, type=json.loads, help="the config's, as JSON")
    args = parser.parse_args(argv)
    counted = command.counted(args.samples)
    with files.atomic_write(args.out) as stream:
        found = table(counted, args.levers, args.confidence, args.margin)
        found.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
