"""Runs a wasm32-wasip1 command on SpiderMonkey, without a browser, as `wasmtime run` does.

stdin, stdout and stderr are its own, it has no environment and no files, and its exit code is
passed on. A trap, as whatever else keeps it from running, is one line on stderr:
`python -m scripts.runners.spidermonkey pythonmonkey.so MODULE [ARGUMENT...] < stdin`.

Of the package pythonmonkey only the library is loaded, which is SpiderMonkey for Python.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError

# What `wasmtime run` ends with after a trap.
TRAPPED = 134
# Errors of WASI's, negative as in what the host's calls give.
INVAL, IO, PIPE = -28, -29, -64
# WASI's clocks, by its numbers.
CLOCKS = (
    time.CLOCK_REALTIME,
    time.CLOCK_MONOTONIC,
    time.CLOCK_PROCESS_CPUTIME_ID,
    time.CLOCK_THREAD_CPUTIME_ID,
)
PROGRAM = Path(__file__).with_suffix(".js")


def load(library: str) -> Any:
    """Return the module that a file of the package is.

    Raises:
        UserError: it does not load: it is of another Python's, or damaged.
    """
    # It finds SpiderMonkey's own library beside itself, not beside a link to it.
    path = Path(library).resolve()
    specification = importlib.util.spec_from_file_location("pythonmonkey", path)
    try:
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
    except ImportError as error:
        raise UserError(f"{library} does not load: {error}") from error
    return module


def read(length: float) -> bytearray | int:
    """Return the next bytes of stdin, none at its end."""
    try:
        return bytearray(os.read(sys.stdin.fileno(), int(length)))
    except OSError:
        return IO


def write(fd: float, content: memoryview) -> int:
    """Write bytes to stdout or stderr; return how many were taken."""
    try:
        return os.write(int(fd), content)
    except BrokenPipeError:
        return PIPE
    except OSError:
        return IO


def clock(number: float) -> str:
    """Return the nanoseconds of a clock: in decimal, since a double has not as many digits."""
    known = 0 <= number < len(CLOCKS)
    return str(time.clock_gettime_ns(CLOCKS[int(number)]) if known else INVAL)


def random(length: float) -> bytearray:
    """Return random bytes."""
    return bytearray(os.urandom(int(length)))


def run(library: str, path: str, arguments: list[str]) -> int:
    """Run a module's file with arguments; return its exit code.

    Raises:
        UserError: the library does not load, the file cannot be read or is no module, or it traps.
    """
    host = {"read": read, "write": write, "clock": clock, "random": random}
    start = load(library).eval(PROGRAM.read_text(encoding="utf-8"))
    words = [bytearray(os.fsencode(word) + b"\0") for word in [Path(path).name, *arguments]]
    try:
        content = bytearray(Path(path).read_bytes())
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    ended = start(content, words, host)
    if isinstance(ended, str):
        raise UserError(f"{path}: {ended.splitlines()[0]}")
    # The kernel keeps eight bits: 256 would be success.
    if not 0 <= ended <= 255:
        raise UserError(f"{path}: the module's exit code is none: it is above 255")
    return int(ended)


def main() -> int:
    """Run one module."""
    library, path, *arguments = sys.argv[1:]
    try:
        return run(library, path, arguments)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return TRAPPED


if __name__ == "__main__":
    sys.exit(main())
