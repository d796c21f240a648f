"""The answers that the host's contract knows (docs/action-host.md), by name."""

import json
import re
from dataclasses import dataclass
from typing import Any

from scripts.action import contract, limits

# Results: the oracle's label for the photograph that requests are made of, and any other.
RIGHT, LABEL, OWN_ERROR = "the right label", "a label", "the action's own error"
# No answer: the client went away.
NONE = "none"
NO_DICTIONARY = "no dictionary"
NO_BINARY = "no binary"
NOT_INITIALISED = "not initialised"
INITIALISED_BEFORE = "initialised before"
LATE = "deadline passed"
EXHAUSTED = "memory exhausted"
ABNORMAL = "no valid response"
REQUEST_TOO_LARGE, CODE_TOO_LARGE = "request too large", "code too large"
SLOW = "sent too slowly"
NO_HTTP = "no HTTP"
NOT_FOUND, OTHER_METHOD, REDIRECT = "not found", "other method", "redirect"
PAGE, STATUS = "the page", "the status"

# Status and sentence of errors, as regular expressions.
ERRORS = {
    NO_DICTIONARY: (404, re.escape(contract.NO_DICTIONARY)),
    NO_BINARY: (502, re.escape(contract.NO_BINARY)),
    NOT_INITIALISED: (502, re.escape(contract.NOT_INITIALISED)),
    INITIALISED_BEFORE: (403, re.escape(contract.INITIALISED_BEFORE)),
    LATE: (502, r"The action exceeded its time limits of \d+ milliseconds\."),
    EXHAUSTED: (502, re.escape(contract.MEMORY_EXHAUSTED)),
    ABNORMAL: (502, re.escape(contract.ABNORMAL)),
    REQUEST_TOO_LARGE: (
        413,
        rf"Request larger than allowed: \d+ > {limits.PARAMETER_BYTES} bytes\.",
    ),
    CODE_TOO_LARGE: (413, rf"Code larger than allowed: \d+ > {limits.CODE_BYTES} bytes\."),
    SLOW: (408, re.escape(contract.SENT_TOO_SLOWLY)),
}
# What HTTP itself answers, in plain text; HEAD has no body.
PLAIN = {
    NO_HTTP: (400, b"Invalid HTTP request received."),
    NOT_FOUND: (404, b"Not Found"),
    OTHER_METHOD: (405, b"Method Not Allowed"),
    REDIRECT: (307, b""),
}
# How the classifier calls a fault of its own, which no request may bring about.
FAULT = "a fault in the program"


@dataclass(frozen=True)
class Answer:
    """What came back: status 0 where nothing did."""

    status: int
    body: bytes

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.status} {self.body[:200]!r}" if self.status else "nothing"


def name_of(answer: Answer, right: str) -> str | None:
    """Return what an answer is called; None where the contract has no such answer.

    Args:
        answer: as it came.
        right: the oracle's label.
    """
    if not answer.status:
        return NONE
    for name, (status, text) in PLAIN.items():
        if answer.status == status and answer.body in (text, b""):
            return name
    if answer.status == 200 and answer.body in (b"",) or answer.body.startswith(b"<!doctype html>"):
        return PAGE
    try:
        told = json.loads(answer.body, parse_constant=_refuse)
    except ValueError:
        return None
    return _of_object(answer.status, told, right) if isinstance(told, dict) else None


def _of_object(status: int, told: dict[str, Any], right: str) -> str | None:
    if told.keys() == {"error"} and isinstance(told["error"], str):
        if status == 200 and not told["error"].startswith(FAULT):
            return OWN_ERROR
        for name, (wanted, sentence) in ERRORS.items():
            if status == wanted and re.fullmatch(sentence, told["error"]):
                return name
    elif status == 200 and isinstance(told.get("label"), str):
        return RIGHT if told["label"] == right else LABEL
    elif status == 200 and told.keys() == {"policy", "pids"}:
        return STATUS
    return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
