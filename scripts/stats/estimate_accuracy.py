"""Rule script: of how many labelled photographs contenders are right, and how sure that is.

A row for each contender and metric: `top1` and `top5`, how often the right class is the first or
among the first five, and `agreement`, how often the first is TensorFlow's; what is right is
compared with TensorFlow pair by pair. One without counts has a row with the reason. The p-values of
a model and metric are corrected by Holm's method.
"""

import argparse
from typing import Any

import pandas as pd

from scripts.common import errors, files
from scripts.oracle.counting import TOPS
from scripts.stats import intervals, proportions

TENSORFLOW = {"contender": "TensorFlow", "build": "", "engine": "none", "mode": "oracle"}
TENSORFLOW |= {"preprocessing": "Pillow"}
COLUMNS = [
    "model", "weights", "contender", "build", "engine", "mode", "preprocessing", "metric",
    "listed", "photographs", "refused", "count", "share", "share_low", "share_high", "tensorflow",
    "only_tensorflow", "only_contender", "p_value", "p_holm", "reason",
]  # fmt: skip
PAIRED = ("tensorflow", "only_tensorflow", "only_contender")


def of_tensorflow(answers: dict[str, Any], level: float) -> list[dict[str, Any]]:
    """Return the rows of TensorFlow itself, of what answer_labelled.py wrote."""
    rows = answers["photographs"]
    names = {"model": answers["model"], **TENSORFLOW}
    names |= {"listed": len(rows), "photographs": len(rows), "refused": 0}
    return [
        names
        | {"metric": metric}
        | share(sum(row["class"] in row["top"][:most] for row in rows), len(rows), level)
        for metric, most in TOPS.items()
    ]


def of_contender(counts: dict[str, Any], level: float) -> list[dict[str, Any]]:
    """Return the rows of a contender, of what measure_accuracy.py wrote."""
    names = {key: value for key, value in counts.items() if key in COLUMNS}
    if counts["reason"]:
        return [names]
    n, rows = counts["photographs"], []
    for metric in TOPS:
        found = counts[metric]
        pairs = {key: found[key] for key in PAIRED}
        p_value = proportions.mcnemar(found["only_tensorflow"], found["only_contender"])
        right = share(found["right"], n, level)
        rows.append(names | {"metric": metric, **right, **pairs, "p_value": p_value})
    return [*rows, names | {"metric": "agreement", **share(counts["agreed"], n, level)}]


def share(count: int, n: int, level: float) -> dict[str, float]:
    """Return a count with its share and that one's interval."""
    low, high = proportions.interval(count, n, level)
    return {"count": count, "share": count / n, "share_low": low, "share_high": high}


def table(
    models: list[dict], answers: list[dict], counted: list[dict], level: float
) -> pd.DataFrame:
    """Return all rows, model by model, TensorFlow first."""
    weights = {model["name"]: model["weights"] for model in models}
    rows = []
    for own in answers:
        rows += of_tensorflow(own, level)
        of_model = [found for found in counted if found["model"] == own["model"]]
        rows += [row for found in of_model for row in of_contender(found, level)]
    found = pd.DataFrame(rows, columns=COLUMNS)
    found["weights"] = found.model.map(weights)
    tested = found[found.p_value.notna()]
    for _, group in tested.groupby(["model", "metric"]):
        found.loc[group.index, "p_holm"] = intervals.holm(list(group.p_value))
    whole = ["listed", "photographs", "refused", "count", *PAIRED]
    return found.astype(dict.fromkeys(whole, "Int64"))


def main(argv: list[str] | None = None) -> int:
    """Write results/accuracy.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", required=True, nargs="+", help="their records")
    parser.add_argument("--answers", required=True, nargs="+", help="TensorFlow's, of each model")
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--out", required=True)
    parser.add_argument("counts", nargs="+", help="of each contender, after `--`")
    args = parser.parse_args(argv)
    read = (
        [files.read_json(path) for path in paths]
        for paths in (args.models, args.answers, args.counts)
    )
    with files.atomic_write(args.out) as stream:
        table(*read, args.confidence).to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
