"""JSON by its own grammar, in UTF-8: what Python reads besides, NaN or UTF-16, is none."""

import json
import math
from typing import Any


def read(text: bytes) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it is none, is in no UTF-8, or has a number that no double can hold.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text.decode(), parse_constant=_finite, parse_float=_finite)


def write(value: Any) -> bytes:
    """Return what was read as JSON in a line; raise `RecursionError` where it is too deep."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    # Half of a surrogate pair, which no UTF-8 has, stays the escape that it came as.
    return text.encode(errors="backslashreplace")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no number of JSON, or too large")
    return number
