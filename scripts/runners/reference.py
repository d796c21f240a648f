"""A contender's command: a reference runtime, on one thread, answers one request from stdin.

Requests and answers are those of the Rust classifier:
`python -m scripts.runners.reference --runtime litert --graph G --model M < results/input.json`.
With `--lines` every line is a request, answered by a line, with the runtime made ready once.
In `phases`, importing the runtime is part of `load_ns`; Python's own start comes before
`entered_ns`.
"""

import argparse
import base64
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.common.preprocessing import preprocess
from scripts.common.request import parse
from scripts.runners.runtimes import RUNTIMES, Classifier, load

# From the input, float32 [1, size, size, 3], and how often, to what `infer` returns.
Inferences = Callable[[np.ndarray, int], tuple[np.ndarray, list[int]]]

KEYS = {
    "image": str,
    "tensor": str,
    "top": int,
    "iterations": int,
    "phases": bool,
    "probabilities": bool,
}
# Which key of a request asks for which key of the answer.
ASKED = {
    "top": "top",
    "iterations": "inference_ns",
    "phases": "phases",
    "probabilities": "probabilities",
}
MOST_ITERATIONS = 1_000_000


def read_request(text: bytes) -> dict:
    """Return a request, its keys and their types checked.

    Raises:
        UserError: it is no JSON object, or has a key that is unknown or of a wrong type.
    """
    request = {key: value for key, value in parse(text).items() if value is not None}
    for key, value in request.items():
        if type(value) is not KEYS.get(key):
            raise UserError(f"the request's key {key!r} is unknown or not of its type")
    if ("image" in request) == ("tensor" in request):
        raise UserError("the request needs exactly one of `image` and `tensor`")
    if not 1 <= request.get("iterations", 1) <= MOST_ITERATIONS:
        raise UserError(f"`iterations` must be from 1 to {MOST_ITERATIONS}")
    return request


def read_tensor(request: dict, model: dict) -> np.ndarray:
    """Return what a request holds as the model's input, float32 [1, size, size, 3].

    Raises:
        UserError: it is no base64, no image, or not that many finite values.
    """
    key = "image" if "image" in request else "tensor"
    try:
        data = base64.b64decode(request[key], validate=True)
        if key == "tensor":
            tensor = np.frombuffer(data, "<f4").reshape(1, model["size"], model["size"], 3)
            if not np.isfinite(tensor).all():
                raise ValueError("it holds NaN or infinity")
            return tensor
    except ValueError as error:
        raise UserError(f"`{key}` is not what the model takes, in base64: {error}") from error
    return preprocess(data, model["size"], tuple(model["input_range"]))


def read_labels(record: Path, request: dict) -> list[str]:
    """Return the labels beside a `model.json`; refuse a request for more of them than there are."""
    try:
        labels = record.with_name("labels.txt").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"cannot read the labels beside {record}: {error.strerror}") from error
    if not 1 <= request.get("top", 1) <= len(labels):
        raise UserError(f"`top` must be from 1 to {len(labels)}")
    return labels


@contextmanager
def timed(phases: dict[str, int], name: str) -> Iterator[None]:
    """Put the nanoseconds that the block takes under a name."""
    started = time.perf_counter_ns()
    yield
    phases[name] = time.perf_counter_ns() - started


def infer(classifier: Classifier, tensor: np.ndarray, count: int) -> tuple[np.ndarray, list[int]]:
    """Return the last of `count` results, float32 [classes], and the nanoseconds each took."""
    durations = []
    for _ in range(count):
        started = time.perf_counter_ns()
        found = classifier(tensor)
        durations.append(time.perf_counter_ns() - started)
    return found.reshape(-1), durations


def best(probabilities: np.ndarray, labels: list[str], count: int) -> dict:
    """Return the most probable class and, as `top`, the `count` most probable, best first."""
    if len(labels) != probabilities.size:
        raise UserError(f"{len(labels)} labels for a graph of {probabilities.size} classes")
    order = np.argsort(-probabilities, kind="stable")[:count].tolist()
    top = [{"label": labels[i], "index": i, "confidence": float(probabilities[i])} for i in order]
    return {"label": top[0]["label"], "confidence": top[0]["confidence"], "top": top}


def reply(record: Path, load: Callable[[dict], Inferences], read: Callable[[], bytes]) -> dict:
    """Return the answer to the request that `read` gives.

    Args:
        record: a `model.json`, the labels beside it.
        load: readies a runtime for what the record holds.
        read: gives the request.

    Raises:
        UserError: the request, the model or the graph cannot be used.
    """
    phases = {"entered_ns": time.time_ns()}
    model = files.read_json(record)
    with timed(phases, "read_ns"):
        request = read_request(read())
    with timed(phases, "decode_ns"):
        tensor = read_tensor(request, model)
    with timed(phases, "load_ns"):
        labels = read_labels(record, request)
        inferences = load(model)
    with timed(phases, "infer_ns"):
        probabilities, durations = inferences(tensor, request.get("iterations", 1))
    answer = best(probabilities, labels, request.get("top", 1))
    answer |= {"inference_ns": durations, "phases": phases, "probabilities": probabilities.tolist()}
    phases["finished_ns"] = time.time_ns()
    unasked = {told for key, told in ASKED.items() if not request.get(key)}
    return {key: value for key, value in answer.items() if key not in unasked}


def serve(
    record: Path, load: Callable[[dict], Inferences], lines: Iterable[bytes]
) -> Iterator[dict]:
    """Yield the answer to each line, or its `error`, with the runtime made ready once."""
    inferences = load(files.read_json(record))
    for line in lines:
        try:
            yield reply(record, lambda model: inferences, lambda line=line: line)
        except UserError as error:
            yield {"error": str(error)}


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what every such command takes."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--model", required=True, type=Path, help="model.json, labels beside it")
    found.add_argument("--lines", action="store_true", help="every line of stdin is a request")
    return found


def run(record: Path, load: Callable[[dict], Inferences], is_of_lines: bool) -> None:
    """Answer stdin: one request, or one in each line."""
    stdin = sys.stdin.buffer
    answers = serve(record, load, stdin) if is_of_lines else [reply(record, load, stdin.read)]
    for answer in answers:
        print(json.dumps(answer), flush=True)


def main(argv: list[str] | None = None) -> int:
    """Answer one request, or many."""
    arguments = parser(__doc__)
    arguments.add_argument("--runtime", required=True, choices=RUNTIMES)
    arguments.add_argument("--graph", required=True, type=Path, help="as model/convert.py made it")
    args = arguments.parse_args(argv)

    def ready(model: dict) -> Inferences:
        return partial(infer, load(args.runtime, args.graph, model))

    run(args.model, ready, args.lines)
    return 0


if __name__ == "__main__":
    errors.run(main)
