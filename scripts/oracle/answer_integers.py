"""Rule script: the oracle's cases answered in integers, by numpy instead of TensorFlow.

The cases are those of answer_cases.py, and so are the files: a contender that computes in integers
is held against these answers. Its photographs it decodes and resizes itself, which moves pixels by
a level; in integers that can move a probability by more than lies between two classes.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.model import integers, numbers, quantise
from scripts.model.quantise import Quantised
from scripts.oracle import own_answers

# How often a picture is computed anew with its pixels moved.
VARIANTS = 8


def probabilities(layers: list[Quantised], tensor: np.ndarray, top: int) -> np.ndarray:
    """Return the probability of each class, float32 [classes], for one input tensor."""
    *_, scores = integers.outputs(layers, tensor, top)
    exponents = np.exp(scores.reshape(-1).astype(np.float64) - scores.max())
    return (exponents / exponents.sum()).astype(np.float32)


def moves(
    classify: Callable[[np.ndarray], np.ndarray],
    tensor: np.ndarray,
    found: np.ndarray,
    bounds: tuple[float, float],
) -> np.ndarray:
    """Return how far probabilities move with pixels that move by a level, float32 [classes].

    Args:
        classify: from a tensor to probabilities, float32 [classes].
        tensor: the picture, float32 [1, size, size, 3].
        found: its probabilities.
        bounds: the values of a black and of a white pixel.
    """
    steps = np.random.default_rng(0).integers(-1, 2, (VARIANTS, *tensor.shape))
    moved = tensor + steps.astype(np.float32) * (bounds[1] - bounds[0]) / 255
    variants = [classify(variant) for variant in moved.clip(*bounds).astype(np.float32)]
    return np.abs(np.stack(variants) - found).max(axis=0)


def main(argv: list[str] | None = None) -> int:
    """Write the arrays and the readable answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the prepared graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--labels", required=True, type=Path, help="the classes' names")
    parser.add_argument("--ranges", required=True, help="as model/calibrate.py writes them")
    parser.add_argument("--numbers", required=True, choices=numbers.TOPS)
    parser.add_argument("--reference", required=True, help="arrays of answer_cases.py (.npz)")
    parser.add_argument("--cases", required=True, help="readable answers of answer_cases.py")
    parser.add_argument("--out", required=True, help="the arrays (.npz)")
    parser.add_argument("--json-out", required=True)
    args = parser.parse_args(argv)
    top, ranges = numbers.TOPS[args.numbers], files.read_json(args.ranges)
    model = files.read_json(args.model)
    _, layers = quantise.of_graph(args.graph.read_bytes(), model, ranges, top)

    def classify(tensor: np.ndarray) -> np.ndarray:
        return probabilities(layers, tensor, top)

    own_answers.write(
        classify,
        args.labels.read_text(encoding="utf-8").splitlines(),
        (args.reference, args.cases),
        (args.out, args.json_out),
        lambda tensor, found: moves(classify, tensor, found, model["input_range"]),
    )
    return 0


if __name__ == "__main__":
    errors.run(main)
