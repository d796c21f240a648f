"""Rule script: what TensorFlow says of the labelled photographs, once for all contenders.

They are put into an order drawn from the seed: a contender that is not through with them in its
time has answered some that were drawn at random.
"""

import argparse
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.oracle import photographs
from scripts.oracle.counting import MOST
from scripts.oracle.photographs import Labelled
from scripts.oracle.reference import Reference


def drawn(rows: list[Labelled], seed: int) -> list[Labelled]:
    """Return them in an order drawn from the seed."""
    return [rows[index] for index in np.random.default_rng(seed).permutation(len(rows))]


def check(table: Path, rows: list[Labelled], classes: int, calibrated: set[str]) -> None:
    """Refuse what cannot judge: another model's class, or what models were calibrated on.

    Args:
        table: for the error.
        rows: the photographs.
        classes: how many the model has.
        calibrated: SHA-256 of the photographs that models in integers were calibrated on.
    """
    if (most := max(row.class_index for row in rows)) >= classes:
        raise UserError(f"{table} has class {most} of a model with {classes}")
    for row in rows if calibrated else []:
        if files.sha256(row.path) in calibrated:
            raise UserError(
                f"{table}: {row.path.name} is one of `calibration.images`; take it out of either: "
                "what was calibrated on is no judge"
            )


def answer(reference: Reference, row: Labelled) -> dict:
    """Return a photograph with its class and TensorFlow's most probable ones, the first first."""
    probabilities = reference.probabilities(reference.tensor(row.read()))
    top = np.argsort(-probabilities, kind="stable")[:MOST].tolist()
    return {"file": str(row.path), "class": row.class_index, "top": top}


def main(argv: list[str] | None = None) -> int:
    """Write the answers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path, help="a CSV: file, class")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--ranges", help="as model/calibrate.py writes them, of models in integers")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    rows = drawn(photographs.labelled(args.labelled), args.seed)
    reference = Reference(args.model)
    calibrated = set(files.read_json(args.ranges)["sha256"]) if args.ranges else set()
    check(args.labelled, rows, len(reference.labels), calibrated)
    found = {"model": reference.model["name"], "classes": len(reference.labels)}
    files.write_json(args.out, found | {"photographs": [answer(reference, row) for row in rows]})
    return 0


if __name__ == "__main__":
    errors.run(main)
