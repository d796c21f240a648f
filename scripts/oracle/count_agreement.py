"""Rule script: how often a form of the model in integers names the class that float32 names.

On crops of the oracle's photographs. Counts alone are written: the report knows how sure they are.
Float32 is the prepared graph in TensorFlow, integers are the reference of docs/int8.md, LiteRT's
its usual kernels; all take what Pillow decodes and resizes.
"""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common import errors, files
from scripts.common.preprocessing import open_image, preprocess
from scripts.model import calibration, floating, integers, lowering, numbers, quantise
from scripts.model.lowering import Layer
from scripts.oracle import photographs
from scripts.oracle.judgement import read_answers
from scripts.runners import runtimes

# Tensors that are computed at once.
BATCH = 8
IMAGE = "image/"
# From float32 [images, size, size, 3] to a figure for each class, the most probable's the largest.
Scores = Callable[[np.ndarray], np.ndarray]


def scores_of(args: argparse.Namespace, model: dict, layers: list[Layer]) -> tuple[Scores, Scores]:
    """Return how the model computes in float32, and in the form that is asked for."""
    in_floats = partial(last, partial(floating.outputs, layers))
    if args.litert:
        classify = runtimes.litert(args.litert, model)
        return in_floats, lambda tensors: np.stack([classify(one[np.newaxis]) for one in tensors])
    top = numbers.TOPS[args.numbers]
    graph, ranges = args.graph.read_bytes(), files.read_json(args.ranges)
    _, quantised = quantise.of_graph(graph, model, ranges, top)
    return in_floats, partial(last, lambda tensors: integers.outputs(quantised, tensors, top))


def last(outputs: Callable[[np.ndarray], Iterable[np.ndarray]], tensors: np.ndarray) -> np.ndarray:
    """Return the last layer's output."""
    *_, found = outputs(tensors)
    return found


def compared(forms: tuple[Scores, Scores], images: Iterable[bytes], model: dict) -> np.ndarray:
    """Return the most probable classes, int [2, images]: in float32, in the other form."""
    size, bounds = model["size"], tuple(model["input_range"])
    found, tensors = [], (preprocess(image, size, bounds) for image in images)
    while batch := list(islice(tensors, BATCH)):
        scores = (form(np.concatenate(batch)).reshape(len(batch), -1) for form in forms)
        found.append(np.stack([each.argmax(1) for each in scores]))
        print(f"{sum(each.shape[1] for each in found)} photographs", flush=True)
    return np.concatenate(found, axis=1)


def on_crops(args: argparse.Namespace, forms: tuple, model: dict) -> dict[str, Any]:
    """Return how many crops both forms name alike, and of which photographs they are."""
    answers = read_answers(args.reference)
    data = [value.tobytes() for name, value in answers.items() if name.startswith(IMAGE)]
    images = [open_image(image, "one of the oracle's photographs") for image in data]
    floats, ints = compared(forms, photographs.crops(images, args.crops, args.seed), model)
    calibrated = set(files.read_json(args.ranges)["sha256"])
    return {
        "n": args.crops,
        "agreed": int((floats == ints).sum()),
        "photographs": len(images),
        "calibrated_on": len(calibrated & set(calibration.digests(data))),
    }


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the prepared graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--ranges", required=True, help="as model/calibrate.py writes them")
    parser.add_argument("--numbers", required=True, help="the form, for the record")
    parser.add_argument("--litert", type=Path, help="the form's graph, where LiteRT runs it")
    parser.add_argument("--reference", required=True, help="arrays of answer_cases.py (.npz)")
    parser.add_argument("--crops", type=int, required=True, help="how many")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Write the counts as JSON."""
    args = arguments(argv)
    model = files.read_json(args.model)
    layers = lowering.lower(args.graph.read_bytes(), model)
    forms = scores_of(args, model, layers)
    found = {"model": model["name"], "numbers": args.numbers}
    files.write_json(args.out, found | {"crops": on_crops(args, forms, model)})
    return 0


if __name__ == "__main__":
    errors.run(main)
