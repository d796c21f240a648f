"""A contender's command: a reference runtime in JavaScript, on one thread, answers one request.

Requests and answers are those of `scripts.runners.reference`, which decodes the image; Node times
each inference inside: `python -m scripts.runners.in_node --model M -- node reference.mjs RUNTIME
LIBRARY GRAPH < results/input.json`. In `phases`, Node's own start is part of `load_ns`.
"""

import argparse
import json
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np

from scripts.common import errors
from scripts.common.errors import UserError
from scripts.runners import reference


def start(words: list[str]) -> reference.Inferences:
    """Start a runtime's program; return, once it has the graph loaded, what has it infer.

    Raises:
        UserError: it cannot be started, or ends before; what is returned raises it, too.
    """
    try:
        process = Popen(words, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise UserError(f"cannot start {words[0]}: {error.strerror}") from error
    if not process.stdout.readline():
        finish(process, b"")

    def infer(tensor: np.ndarray, count: int) -> tuple[np.ndarray, list[int]]:
        request = count.to_bytes(4, "little") + tensor.astype("<f4").tobytes()
        answer = json.loads(finish(process, request))
        return np.array(answer["probabilities"], np.float32), answer["inference_ns"]

    return infer


def finish(process: Popen, request: bytes) -> bytes:
    """Send a program the last that it reads and return what it prints.

    Raises:
        UserError: it failed; the line is its own.
    """
    output, told = process.communicate(request)
    if process.returncode != 0 or not output:
        lines = told.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise UserError(f"Node ended with {process.returncode}: {lines[-1]}")
    return output


def main(argv: list[str] | None = None) -> int:
    """Answer one request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, type=Path, help="model.json, labels beside it")
    parser.add_argument("words", nargs="+", help="the runtime's program, after `--`")
    args = parser.parse_args(argv)
    reply = reference.reply(args.model, lambda model: start(args.words), sys.stdin.buffer.read)
    print(json.dumps(reply))
    return 0


if __name__ == "__main__":
    errors.run(main)
