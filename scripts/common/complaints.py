"""What a program said on its stderr, in one line."""

import re

LONGEST = 400
# An error by any name: `error:`, `RuntimeError:`, `Uncaught CompileError:`.
ERROR = re.compile(rb"\s*(uncaught )?\w*error\b", re.IGNORECASE)
# What wasmtime goes on with where RUST_BACKTRACE is set.
BACKTRACE = b"Stack backtrace:"


def complaint(errors: bytes) -> str:
    """Return a program's stderr as one line, shortened, from its error message on if it has one."""
    lines = errors.partition(BACKTRACE)[0].splitlines()
    messages = (number for number, line in enumerate(lines) if ERROR.match(line))
    return one_line(b"\n".join(lines[next(messages, 0) :]))


def one_line(output: bytes) -> str:
    """Return what a program printed as one line, shortened."""
    return short(" ".join(output.decode("utf-8", "replace").split()))


def short(text: str) -> str:
    """Return a text, the middle cut out when it is long."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} ... {text[-half:]}"
