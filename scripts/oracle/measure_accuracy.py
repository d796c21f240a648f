"""Rule script: what a form of the model in integers costs in accuracy, beside float32.

On crops of the oracle's photographs: how often both name the same class first. On labelled
photographs, where there are any: how often each names the right one. Both forms are computed as the
oracle does it: the contenders that it passes answer alike.
"""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from scripts.common import errors, files
from scripts.common.preprocessing import open_image, preprocess, read_image
from scripts.model import floating, integers, lowering, numbers, quantise
from scripts.oracle import photographs
from scripts.oracle.judgement import read_answers
from scripts.runners import runtimes

# Tensors that are computed at once.
BATCH = 8
IMAGE = "image/"


# From float32 [images, size, size, 3] to a figure for each class, the most probable's the largest.
Scores = Callable[[np.ndarray], np.ndarray]


def scores_of(args: argparse.Namespace, model: dict) -> tuple[Scores, Scores]:
    """Return how the model computes in float32, and in the form that is asked for."""
    graph = args.graph.read_bytes()
    layers = lowering.lower(graph, model)
    in_floats = partial(last, lambda tensors: floating.outputs(layers, tensors))
    if args.litert:
        classify = runtimes.litert(args.litert, model)
        return in_floats, lambda tensors: np.stack([classify(one[np.newaxis]) for one in tensors])
    top = numbers.TOPS[args.numbers]
    _, quantised = quantise.of_graph(graph, model, files.read_json(args.ranges), top)
    return in_floats, partial(last, lambda tensors: integers.outputs(quantised, tensors, top))


def last(outputs: Callable[[np.ndarray], Iterable[np.ndarray]], tensors: np.ndarray) -> np.ndarray:
    """Return the last layer's output."""
    *_, found = outputs(tensors)
    return found


def share(hits: np.ndarray, level: float) -> dict[str, Any]:
    """Return how many of how many, and the exact interval of the share (Clopper and Pearson)."""
    count, n = int(hits.sum()), len(hits)
    found = binomtest(count, n).proportion_ci(level, method="exact")
    return {"count": count, "n": n, "low": float(found.low), "high": float(found.high)}


def compared(forms: tuple[Scores, Scores], images: Iterable[bytes], model: dict) -> np.ndarray:
    """Return the most probable classes, int [2, images]: in float32, in the other form."""
    size, bounds = model["size"], tuple(model["input_range"])
    tensors = [preprocess(image, size, bounds) for image in images]
    batches = [tensors[start : start + BATCH] for start in range(0, len(tensors), BATCH)]
    found = []
    for batch in batches:
        scores = (form(np.concatenate(batch)).reshape(len(batch), -1) for form in forms)
        found.append(np.stack([each.argmax(1) for each in scores]))
        done = sum(each.shape[1] for each in found)
        print(f"{done} of {len(tensors)} photographs", flush=True)
    return np.concatenate(found, axis=1)


def main(argv: list[str] | None = None) -> int:
    """Write the counts and their intervals as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the prepared graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--ranges", required=True, help="as model/calibrate.py writes them")
    parser.add_argument("--numbers", required=True, help="the form, for the record")
    parser.add_argument("--litert", type=Path, help="the form's graph, where LiteRT runs it")
    parser.add_argument("--reference", required=True, help="arrays of answer_cases.py (.npz)")
    parser.add_argument("--crops", type=int, required=True, help="how many")
    parser.add_argument("--labelled", type=Path, help="a CSV: file, class")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--confidence", type=float, required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    model = files.read_json(args.model)
    forms = scores_of(args, model)
    answers = read_answers(args.reference)
    images = [
        open_image(value.tobytes(), name)
        for name, value in answers.items()
        if name.startswith(IMAGE)
    ]
    parts = photographs.crops(images, args.crops, args.seed)
    floats, ints = compared(forms, parts, model)
    result = {"model": model["name"], "numbers": args.numbers}
    result["crops"] = {"agreed": share(floats == ints, args.confidence)}
    if args.labelled:
        rows = photographs.labelled(args.labelled)
        right = np.array([row.class_index for row in rows])
        floats, ints = compared(forms, (read_image(row.path) for row in rows), model)
        hits = {"agreed": floats == ints, "float32": floats == right, "integers": ints == right}
        result["labelled"] = {key: share(hit, args.confidence) for key, hit in hits.items()}
    files.write_json(args.out, result)
    return 0


if __name__ == "__main__":
    errors.run(main)
