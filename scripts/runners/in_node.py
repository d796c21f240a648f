"""A contender's command: a reference runtime in JavaScript, on one thread.

Requests and answers are those of `scripts.runners.reference`, which decodes the image; Node times
each inference inside: `python -m scripts.runners.in_node --model M --program '["node",
"reference.mjs", RUNTIME, LIBRARY, GRAPH]' < results/input.json`. In `phases`, Node's own start is
part of `load_ns`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from subprocess import PIPE, Popen
from typing import Never

import numpy as np

from scripts.common import errors
from scripts.common.errors import UserError
from scripts.runners import reference


@contextmanager
def started(words: Sequence[str]) -> Iterator[reference.Inferences]:
    """Start a runtime's program; give, once it has the graph loaded, what has it infer.

    Raises:
        UserError: it cannot be started, or ends before; what is given raises it, too.
    """
    try:
        process = Popen(words, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise UserError(f"cannot start {words[0]}: {error.strerror}") from error

    def infer(tensor: np.ndarray, count: int) -> tuple[np.ndarray, list[int]]:
        values = tensor.astype("<f4").tobytes()
        sizes = (number.to_bytes(4, "little") for number in (count, len(values)))
        try:
            process.stdin.write(b"".join(sizes) + values)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or fail(process))
        except BrokenPipeError:
            fail(process)
        return np.array(answer["probabilities"], np.float32), answer["inference_ns"]

    try:
        if not process.stdout.readline():
            fail(process)
        yield infer
    finally:
        # It ends where its requests do.
        if process.poll() is None:
            process.communicate()


def fail(process: Popen) -> Never:
    """Raise `UserError` with the last line that a program that gave no answer complained with."""
    _, told = process.communicate()
    lines = told.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    raise UserError(f"Node ended with {process.returncode}: {lines[-1]}")


def main(argv: list[str] | None = None) -> int:
    """Answer one request, or many."""
    arguments = reference.parser(__doc__)
    arguments.add_argument("--program", required=True, type=json.loads, help="its words, as JSON")
    args = arguments.parse_args(argv)
    with ExitStack() as stack:

        def ready(model: dict) -> reference.Inferences:
            return stack.enter_context(started(args.program))

        reference.run(args.model, ready, args.lines)
    return 0


if __name__ == "__main__":
    errors.run(main)
