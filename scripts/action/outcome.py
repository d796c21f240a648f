"""What became of an activation, as a worker tells it."""

from dataclasses import dataclass, field
from typing import Any

from scripts.action import contract, limits, plain_json


@dataclass(frozen=True)
class Outcome:
    """The status and body of the answer, and how many nanoseconds each part took."""

    status: int
    body: bytes
    took: dict[str, int] = field(default_factory=dict)


def failed(sentence: str, status: int = 502) -> Outcome:
    """Return the answer that is an error's sentence."""
    return Outcome(status, plain_json.write({"error": sentence}))


def refused(refusal: contract.RefusedError) -> Outcome:
    """Return the answer that a refusal is."""
    return failed(refusal.sentence, refusal.status)


def returned(result: Any) -> Outcome:
    """Return the answer that carries an action's result."""
    if not isinstance(result, dict | list):
        return failed(contract.NO_DICTIONARY_BACK)
    try:
        body = plain_json.write(result)
    except RecursionError:
        return failed(contract.ABNORMAL)
    if len(body) > limits.RESULT_BYTES:
        return refused(contract.result_too_large(len(body)))
    return Outcome(200, body)


def of_buffer(answer: bytes) -> Outcome:
    """Return what a module left in its buffer: a result in `Ok`, or its own error in `Err`."""
    try:
        told = plain_json.read(answer)
    except (ValueError, RecursionError):
        return failed(contract.ABNORMAL)
    if isinstance(told, dict) and len(told) == 1:
        if "Ok" in told:
            return returned(told["Ok"])
        if "Err" in told:
            error = told["Err"]
            return returned(error if isinstance(error, dict) else {"error": error})
    return failed(contract.ABNORMAL)


def of_line(answer: bytes) -> Outcome:
    """Return what a native program answered in a line."""
    try:
        return returned(plain_json.read(answer))
    except (ValueError, RecursionError):
        return failed(contract.ABNORMAL)
