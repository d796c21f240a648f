"""The platform's contract: what /init and /run take, and the sentences they answer with."""

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from scripts.action import limits, plain_json

END_OF_LOGS = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"

INITIALISED_BEFORE = "Cannot initialize the action more than once."
NO_BINARY = "The action failed to generate or locate a binary. See logs for details."
NOT_INITIALISED = "The action failed to locate a binary. See logs for details."
NO_DICTIONARY = "The action did not receive a dictionary or array as an argument."
NO_DICTIONARY_BACK = "The action did not return a dictionary or array."
ABNORMAL = "The action did not produce a valid response and exited unexpectedly."
MEMORY_EXHAUSTED = "The action exhausted its memory and was aborted."
ANOTHER_PAGE = "Pages of other sites are not answered."
SENT_TOO_SLOWLY = "The request was not received in time."


class RefusedError(Exception):
    """A request that is not carried out: the status of the answer, and its error's sentence."""

    def __init__(self, status: int, sentence: str):
        """Take what is answered."""
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def too_large(what: str, found: int, allowed: int, unit: str = "bytes") -> RefusedError:
    """Return the refusal of something that has too many bytes, or another unit."""
    return RefusedError(413, f"{what} larger than allowed: {found} > {allowed} {unit}.")


def result_too_large(found: int) -> RefusedError:
    """Return the failure of an action whose result has too many bytes."""
    sentence = "The action produced a response that exceeded the allowed length"
    return RefusedError(502, f"{sentence}: {found} > {limits.RESULT_BYTES} bytes.")


def too_late(milliseconds: int) -> RefusedError:
    """Return the failure of an activation that was given so much time."""
    return RefusedError(502, f"The action exceeded its time limits of {milliseconds} milliseconds.")


def too_many(count: int, allowed: int) -> RefusedError:
    """Return the refusal of an activation that would be the `count`th at the same time."""
    sentence = f"Too many concurrent requests in flight (count: {count}, allowed: {allowed})."
    return RefusedError(429, sentence)


@dataclass(frozen=True)
class Initialisation:
    """What /init takes: the code, and the environment of every activation."""

    code: bytes
    environment: dict[str, str]


@dataclass(frozen=True)
class Activation:
    """What /run takes: the parameters as JSON, the environment, and the Unix time to be done by."""

    parameters: bytes
    environment: dict[str, str]
    deadline: float


def initialisation(body: bytes) -> Initialisation:
    """Read the body of /init.

    Raises:
        RefusedError: no object, no code, or more code than allowed.
    """
    value = _message(body).get("value", {})
    if not isinstance(value, dict):
        raise RefusedError(404, NO_DICTIONARY)
    # Source text cannot be a module.
    if not isinstance(value.get("code"), str) or value.get("binary") is not True:
        raise RefusedError(502, NO_BINARY)
    try:
        code = base64.b64decode(value["code"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError(502, NO_BINARY) from error
    if len(code) > limits.CODE_BYTES:
        raise too_large("Code", len(code), limits.CODE_BYTES)
    environment = value.get("env")
    return Initialisation(code, _variables(environment if isinstance(environment, dict) else {}))


def activation(body: bytes) -> Activation:
    """Read the body of /run.

    Raises:
        RefusedError: no object, or more parameters or keys than allowed.
    """
    message = _message(body)
    value = message.pop("value", {})
    if not isinstance(value, dict):
        raise RefusedError(404, NO_DICTIONARY)
    if len(message) > limits.KEYS:
        raise too_large("Request", len(message), limits.KEYS, "keys")
    try:
        parameters = plain_json.write(value)
    except RecursionError as error:
        raise RefusedError(404, NO_DICTIONARY) from error
    if len(parameters) > limits.PARAMETER_BYTES:
        raise too_large("Request", len(parameters), limits.PARAMETER_BYTES)
    environment = _variables({f"__OW_{key.upper()}": told for key, told in message.items()})
    return Activation(parameters, environment, _deadline(message.get("deadline"), time.time()))


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = plain_json.read(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(404, NO_DICTIONARY) from error
    if not isinstance(message, dict):
        raise RefusedError(404, NO_DICTIONARY)
    return message


def _variables(pairs: dict[str, Any]) -> dict[str, str]:
    """Return environment variables; what cannot be one is left out."""
    texts = {key: _text(value) for key, value in pairs.items()}
    return {
        key: text.encode("utf-8", "replace").decode()
        for key, text in texts.items()
        if re.fullmatch(r"\w+", key, re.ASCII) and "\0" not in text
    }


def _text(value: Any) -> str:
    """Return the text of a variable; of what is nested too deeply one that no variable can have."""
    try:
        return value if isinstance(value, str) else json.dumps(value)
    except RecursionError:
        return "\0"


def _deadline(told: Any, now: float) -> float:
    """Return the Unix time of a deadline in milliseconds; what is none stands for the default."""
    try:
        return min(int(told) / 1000, now + limits.MOST_SECONDS)
    except (TypeError, ValueError, OverflowError):
        return now + limits.SECONDS
