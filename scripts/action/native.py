"""Activations of the native program: each in a process of its own, or in one that is kept."""

import os
import resource
import subprocess
import time

from scripts.action import contract, lifetime, limits, logs, outcome
from scripts.action.outcome import Outcome
from scripts.common.errors import UserError


class Native:
    """The native program, `mobilenet-oc-l`."""

    def __init__(self, path: str, policy: str):
        """Take the program; with the policy `loop` start it.

        Raises:
            UserError: it is no program.
        """
        if not (os.path.isfile(path) and os.access(path, os.X_OK)):
            raise UserError(f"cannot run {path}: it is no program")
        self._path = path
        self._is_kept = policy == "loop"
        self._kept: subprocess.Popen[bytes] | None = None

    def run(self, parameters: bytes, environment: dict[str, str]) -> Outcome:
        """Run one activation."""
        try:
            return (self._again if self._is_kept else self._once)(parameters, environment)
        except OSError as error:
            # It did not start: the kernel bounds what variables may take.
            logs.write(f"{error}\n".encode(errors="replace"))
            return outcome.failed(contract.ABNORMAL)

    def _once(self, parameters: bytes, environment: dict[str, str]) -> Outcome:
        started = time.monotonic_ns()
        program = self._start([], environment, subprocess.PIPE)
        instantiated = time.monotonic_ns()
        answer, said = program.communicate(parameters)
        logs.write(said)
        ran = time.monotonic_ns()
        found = _ended(program.returncode, answer, said)
        took = {"instantiate": instantiated - started, "run": ran - instantiated}
        return Outcome(found.status, found.body, took)

    def _again(self, parameters: bytes, environment: dict[str, str]) -> Outcome:
        started = time.monotonic_ns()
        if self._kept is None:
            self._kept = self._start(["--lines"], environment, None)
        instantiated = time.monotonic_ns()
        try:
            # JSON as the contract writes it has no line breaks.
            self._kept.stdin.write(parameters + b"\n")
            self._kept.stdin.flush()
            answer = self._kept.stdout.readline()
        except BrokenPipeError:
            answer = b""
        if not answer:
            self._kept.kill()
            self._kept.wait()
            self._kept = None
            return outcome.failed(contract.ABNORMAL)
        ran = time.monotonic_ns()
        found = outcome.of_line(answer)
        took = {"instantiate": instantiated - started, "run": ran - instantiated}
        return Outcome(found.status, found.body, took)

    def _start(
        self, arguments: list[str], environment: dict[str, str], errors: int | None
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._path, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            # Safe in a worker, which has one thread.
            preexec_fn=_confine,
        )


def _confine() -> None:
    """End with the worker, whatever kills that, and take no more memory than an action may."""
    lifetime.end_with_parent()
    resource.setrlimit(resource.RLIMIT_DATA, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))


def _ended(code: int, answer: bytes, said: bytes) -> Outcome:
    """Return what became of a program; exit code 1 and a line on stderr are its own error."""
    if code == 0:
        return outcome.of_line(answer)
    if code == 1 and said.startswith(b"error: "):
        error = said.decode("utf-8", "replace").removeprefix("error: ").strip()
        return outcome.returned({"error": error})
    full = code < 0 and b"memory allocation of" in said
    return outcome.failed(contract.MEMORY_EXHAUSTED if full else contract.ABNORMAL)
