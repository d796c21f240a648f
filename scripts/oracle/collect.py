"""Rule script: every contender's verdict in one table, a row for each check and image."""

import argparse
import csv

from scripts.common import errors, files

COLUMNS = [
    "model", "weights", "build", "engine", "mode", "contender", "ran", "check", "image", "passed",
    "difference", "tolerance", "label", "reference_label", "confidence", "reference_confidence",
    "reason",
]  # fmt: skip


def rows(verdict: dict, models: dict[str, dict]) -> list[dict]:
    """Return the table's rows for one contender.

    `difference` is the largest difference of a probability for tensors, that of the confidence for
    photographs; it is empty where there was no answer.
    """
    names = {key: verdict.get(key) for key in ("build", "engine", "mode", "contender", "ran")}
    model = models[verdict["model"]]
    names |= {"model": model["name"], "weights": model["weights"]}
    tensors = [
        {"check": "tensor", "difference": row["max_abs_diff"], **row} for row in verdict["tensors"]
    ]
    photographs = [
        {"check": "photograph", "difference": row["confidence_diff"], **row}
        for row in verdict["images"]
    ]
    return [
        names | {key: row[key] for key in COLUMNS if key in row} for row in tensors + photographs
    ]


def main(argv: list[str] | None = None) -> int:
    """Write results/oracle.csv from the verdicts and print what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", required=True, nargs="+", help="their records")
    parser.add_argument("--out", required=True)
    parser.add_argument("verdicts", nargs="+", help="see oracle/check.py")
    args = parser.parse_args(argv)
    models = {model["name"]: model for model in map(files.read_json, args.models)}
    verdicts = [files.read_json(path) for path in args.verdicts]
    with files.atomic_write(args.out) as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        table.writeheader()
        for verdict in verdicts:
            table.writerows(rows(verdict, models))
    failed = [verdict for verdict in verdicts if not verdict["passed"]]
    for verdict in failed:
        what = "FAILED" if verdict["ran"] else "not run"
        print(f"oracle: {verdict['contender']} {what}: {verdict['reason']}")
    print(f"oracle: {len(verdicts) - len(failed)} of {len(verdicts)} contenders passed")
    return 0


if __name__ == "__main__":
    errors.run(main)
