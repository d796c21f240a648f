"""Run a contender once and take its answer, whatever it does instead of answering."""

import json
import os
import signal
import subprocess
from typing import Any

from scripts.common import processes
from scripts.common.complaints import complaint, one_line


class ContenderError(Exception):
    """A contender gave no answer; the message says why in one line."""


def ask(command: list[str], env: dict[str, str], request: dict[str, Any], timeout: float) -> dict:
    """Return the JSON object that a contender answers to a request.

    Args:
        command: program and arguments.
        env: variables added to this process's environment.
        request: what is sent to its stdin as JSON.
        timeout: seconds after which it, and what it started, is killed.

    Raises:
        ContenderError: it could not be started, failed, took too long or answered no JSON object.
    """
    status, output, errors = _run(command, env, json.dumps(request).encode(), timeout)
    if status < 0:
        raise ContenderError(f"killed by {signal.Signals(-status).name}: {complaint(errors)}")
    if status > 0:
        raise ContenderError(f"exit code {status}: {complaint(errors)}")
    try:
        answer = json.loads(output)
    except ValueError:
        raise ContenderError(f"the answer is no JSON: {one_line(output) or 'empty'}") from None
    if not isinstance(answer, dict):
        raise ContenderError(f"the answer is no JSON object: {one_line(output)}")
    return answer


def _run(
    command: list[str], env: dict[str, str], request: bytes, timeout: float
) -> tuple[int, bytes, bytes]:
    try:
        process = subprocess.Popen(
            command,
            env=os.environ | env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ContenderError(f"cannot start {command[0]}: {error.strerror}") from None
    with process:
        try:
            output, errors = processes.to_the_end(process, timeout, request)
        except subprocess.TimeoutExpired:
            raise ContenderError(f"no answer within {timeout:g} s") from None
    return process.returncode, output, errors
