"""Run a contender's process and take its answers, whatever it does instead of answering."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

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
    with _started(command, env, subprocess.PIPE, subprocess.PIPE) as process:
        try:
            output, errors = processes.to_the_end(process, timeout, json.dumps(request).encode())
        except subprocess.TimeoutExpired:
            raise ContenderError(f"no answer within {timeout:g} s") from None
    _check(process.returncode, errors)
    return _object(output)


def converse(
    command: list[str], env: dict[str, str], requests: Iterable[dict], count: int, budget: float
) -> list[dict]:
    """Return the JSON objects that one process answers to requests, a line each, in their order.

    They are fewer than the requests where it is not through after so many seconds: it is killed
    then, and what it started.

    Args:
        command: program and arguments, which make it answer line by line.
        env: variables added to this process's environment.
        requests: what is sent, while it answers; what making one raises is raised.
        count: how many they are.
        budget: seconds.

    Raises:
        ContenderError: it could not be started, failed, answered nothing in time, answers no JSON
            objects, or ended before it answered all.
    """
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        ThreadPoolExecutor(1) as pool,
        _started(command, env, output, errors) as process,
    ):
        fed = pool.submit(_feed, process.stdin, requests)
        is_through = _ends(process, budget)
        fed.result()
        output.seek(0)
        errors.seek(0)
        lines = [line for line in output if line.endswith(b"\n")]
        if is_through:
            _check(process.returncode, errors.read())
    if not lines and not is_through:
        raise ContenderError(f"no answer within {budget:g} s")
    if is_through and len(lines) != count:
        raise ContenderError(f"{len(lines)} answers to {count} requests")
    return [_object(line) for line in lines]


def _feed(stdin: IO[bytes], requests: Iterable[dict]) -> None:
    # A process that is gone says why by itself.
    with contextlib.suppress(BrokenPipeError), stdin:
        for request in requests:
            stdin.write(json.dumps(request).encode() + b"\n")


def _ends(process: subprocess.Popen, budget: float) -> bool:
    """Tell whether a process ends in so many seconds; then it and its family are gone anyhow."""
    try:
        process.wait(budget)
    except subprocess.TimeoutExpired:
        return False
    finally:
        processes.end_family(process.pid)
        process.wait()
    return True


def _check(status: int, errors: bytes) -> None:
    if status < 0:
        raise ContenderError(f"killed by {signal.Signals(-status).name}: {complaint(errors)}")
    if status > 0:
        raise ContenderError(f"exit code {status}: {complaint(errors)}")


def _object(output: bytes) -> dict:
    try:
        answer = json.loads(output)
    except ValueError:
        raise ContenderError(f"the answer is no JSON: {one_line(output) or 'empty'}") from None
    if not isinstance(answer, dict):
        raise ContenderError(f"the answer is no JSON object: {one_line(output)}")
    return answer


def _started(
    command: list[str], env: dict[str, str], output: int | IO[bytes], errors: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            env=os.environ | env,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    except OSError as error:
        raise ContenderError(f"cannot start {command[0]}: {error.strerror}") from None
