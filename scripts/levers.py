"""Rule script: what each lever buys: one build against another, same engine, same job."""

import argparse
import json
from typing import Any

import errors
import estimates
import files
import pandas as pd
from estimate import per_round
from report_data import HEADLINES

COLUMNS = [
    "lever", "from", "to", "mode", "benchmark", "metric", "n",
    "baseline", "ratio", "ratio_low", "ratio_high", "verdict",
]  # fmt: skip


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


def row(samples: pd.DataFrame, before: str, after: str, level: float) -> dict[str, Any]:
    """Return the ratio of a benchmark's headline, after to before, from its paired rounds."""
    old, new = (per_round(samples[samples.contender == name]) for name in (before, after))
    both = new.to_frame("new").join(old.rename("old"), how="inner")
    found = estimates.ratio(both.new.to_numpy(), both.old.to_numpy(), level)
    bounds = {"ratio": found.ratio, "ratio_low": found.low, "ratio_high": found.high}
    return {"n": len(both), "baseline": before, "verdict": found.verdict, **bounds}


def table(samples: pd.DataFrame, levers: list[dict[str, str]], level: float) -> pd.DataFrame:
    """Return a row for each lever, pair of contenders, mode of the job and benchmark."""
    rows = []
    counted = samples[(samples.warmup == 0) & (samples.metric == samples.benchmark.map(HEADLINES))]
    for lever in levers:
        for (mode, benchmark), group in counted.groupby(["job", "benchmark"], sort=False):
            for before, after in pairs(lever, set(group.contender)):
                names = {"lever": lever["lever"], "from": before, "to": after, "mode": mode}
                names |= {"benchmark": benchmark, "metric": HEADLINES[benchmark]}
                rows.append(names | row(group, before, after, level))
    return pd.DataFrame(rows, columns=COLUMNS)


def read(path: str) -> pd.DataFrame:
    """Read results/samples/{mode}/{benchmark}.csv; the column `job` is the mode in the path."""
    return pd.read_csv(path).assign(job=path.split("/")[-2])


def main(argv: list[str] | None = None) -> int:
    """Write results/levers.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", required=True, nargs="+")
    parser.add_argument("--levers", required=True, type=json.loads, help="the config's, as JSON")
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    samples = pd.concat([read(path) for path in args.samples], ignore_index=True)
    with files.atomic_write(args.out) as stream:
        table(samples, args.levers, args.confidence).to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
