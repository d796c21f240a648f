"""Rule script: every contender against every other of a job, round by round.

What the report says of the best and the farthest follows from these, not from where the intervals
of two ratios to the baseline happen to meet.
"""

from itertools import combinations

import pandas as pd

from scripts.common import errors, files
from scripts.contenders.records import SELF_CHECK
from scripts.stats import command
from scripts.stats.pairs import comparison, headlines, joined, per_round

KEYS = ["model", "job", "benchmark", "metric"]
COLUMNS = [
    *KEYS, "contender", "n", "baseline", "ratio", "ratio_low", "ratio_high", "margin", "verdict",
]  # fmt: skip


def table(counted: pd.DataFrame, level: float, margin: float) -> pd.DataFrame:
    """Return a row for each model, job, benchmark and pair of contenders: its headline's ratio."""
    counted = headlines(counted[counted["mode"] != SELF_CHECK])
    rows = []
    for key, group in counted.groupby(KEYS, sort=False):
        values = {name: per_round(own) for name, own in group.groupby("contender")}
        for first, second in combinations(values, 2):
            both = joined(values[second], values[first])
            if len(both):
                names = {**dict(zip(KEYS, key, strict=True)), "contender": second}
                rows.append(names | comparison(both, first, level, margin))
    return pd.DataFrame(rows, columns=COLUMNS)


def main(argv: list[str] | None = None) -> int:
    """Write results/pairs.csv."""
    args = command.parser(__doc__).parse_args(argv)
    counted = command.counted(args.samples)
    with files.atomic_write(args.out) as stream:
        table(counted, args.confidence, args.margin).to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
