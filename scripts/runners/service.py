"""`wasmtime serve`, as what is compared is served by it; and one request to it, as a command.

`python -m scripts.runners.service --wasmtime PROGRAM component.cwasm < request.json` starts it,
sends the request as the action's parameters and prints the answer as one line of JSON; an error
becomes one line on stderr and exit code 1.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.bench.spawning import RunError
from scripts.common import errors
from scripts.common.errors import UserError
from scripts.deployment import host

LONGEST = 200


def command(
    program: str, component: str, options: Sequence[str], most: int = 1, uses: int = 1
) -> list[str]:
    """Return the words that serve a compiled component on a free port of the loopback interface.

    Args:
        program: wasmtime's.
        component: what `wasmtime compile` made of it, with the same options.
        options: of wasmtime.
        most: requests that are answered at the same time; others wait.
        uses: requests that an instance answers before it is dropped.
    """
    words = [program, "serve", *options, "--allow-precompiled", "--addr", "127.0.0.1:0"]
    words += ["--max-concurrent-requests", str(most), "--max-instance-reuse-count", str(uses)]
    return [*words, component]


def ask(words: Sequence[str], request: dict) -> dict:
    """Serve, ask once, and return the answer.

    Raises:
        UserError: it does not serve, or the answer is an error.
    """
    body = json.dumps({"value": request}).encode()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            host.serving(words, Path(folder, "log")) as served,
        ):
            status, told = served.activate(body)
    except RunError as error:
        raise UserError(f"the service gave no answer: {error}") from error
    if status != 200:
        raise UserError(f"the service answered {status}: {told[:LONGEST]!r}")
    answer = json.loads(told)
    if "error" in answer:
        raise UserError(answer["error"])
    return answer


def main(argv: list[str] | None = None) -> int:
    """Pass stdin to the service and print its answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("component", help="compiled (.cwasm)")
    parser.add_argument("--wasmtime", required=True, help="the program")
    parser.add_argument("--options", type=json.loads, default=[], help="JSON list for it")
    args = parser.parse_args(argv)
    words = command(args.wasmtime, args.component, args.options)
    print(json.dumps(ask(words, json.load(sys.stdin))))
    return 0


if __name__ == "__main__":
    errors.run(main)
