"""Rule script: the oracle's cases answered by LiteRT's own reference kernels.

The kernels that are timed round in other places than those that define the operations: a contender
is held against the latter.
"""

import argparse
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.model import numbers
from scripts.oracle import own_answers
from scripts.runners import runtimes


def main(argv: list[str] | None = None) -> int:
    """Write the arrays and the readable answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the quantised graph, as model/convert.py made it")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--labels", required=True, type=Path, help="the classes' names")
    parser.add_argument("--reference", required=True, help="arrays of answer_cases.py (.npz)")
    parser.add_argument("--cases", required=True, help="readable answers of answer_cases.py")
    parser.add_argument("--out", required=True, help="the arrays (.npz)")
    parser.add_argument("--json-out", required=True)
    args = parser.parse_args(argv)
    classify = runtimes.litert(args.graph, files.read_json(args.model), plain=True)
    labels = args.labels.read_text(encoding="utf-8").splitlines()
    own_answers.write(
        lambda tensor: classify(tensor).reshape(-1),
        labels,
        (args.reference, args.cases),
        (args.out, args.json_out),
        lambda _, found: np.full_like(found, numbers.LITERT_ROUNDING),
    )
    return 0


if __name__ == "__main__":
    errors.run(main)
