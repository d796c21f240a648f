"""Activations in WebAssembly: each in an instance of its own, or in one that is kept."""

import time

from scripts.action import contract, limits, logs, outcome
from scripts.action.outcome import Outcome
from scripts.action.ready import Ready, wasi
from scripts.common.errors import UserError
from scripts.runners import abi

# What Rust's standard library says before it ends for want of memory.
OUT_OF_MEMORY = b"memory allocation of"
# The export that an initialiser removes from the snapshot it makes.
INITIALISER = "wizer-initialize"


class Sandbox:
    """A module that is ready to be instantiated; its code is shared with all who load the file."""

    def __init__(self, path: str, policy: str):
        """Load what was compiled before.

        Raises:
            UserError: it cannot be loaded, or is no action of this policy.
        """
        self._ready = Ready(path)
        self._is_kept = policy == "warm"
        abi.check(self._ready.exports, path, abi.AGAIN if self._is_kept else abi.ENTRY)
        if policy == "snapshot" and INITIALISER in [one.name for one in self._ready.exports]:
            raise UserError(f"{path} is no snapshot: its model has still to be made ready")
        self._kept: abi.Instance | None = None
        self._kept_bytes = 0

    def run(self, parameters: bytes, environment: dict[str, str]) -> Outcome:
        """Run one activation."""
        started = time.monotonic_ns()
        errors = Errors()
        instance = None
        try:
            instance = self._instance(environment, len(parameters), errors)
            instantiated = time.monotonic_ns()
            answer = self._converse(instance, parameters)
        except contract.RefusedError as refusal:
            return outcome.refused(refusal)
        except (*abi.FAULTS, UserError) as error:
            sentence = _why(instance, errors)
            self._drop()
            logs.write(f"{error}\n".encode(errors="replace"))
            return outcome.failed(sentence)
        finally:
            if instance and not self._is_kept:
                # The memory is given back now, not when Python gets round to it.
                instance.store.close()
        ran = time.monotonic_ns()
        found = outcome.of_buffer(answer)
        took = {"instantiate": instantiated - started, "run": ran - instantiated}
        return Outcome(found.status, found.body, took)

    def _instance(
        self, environment: dict[str, str], request_bytes: int, errors: "Errors"
    ) -> abi.Instance:
        config = wasi(request_bytes)
        config.env = list(environment.items())
        config.inherit_stdout()
        config.stderr_custom = errors
        if self._kept:
            self._kept.store.set_wasi(config)
            return self._kept
        instance = self._ready.instantiate(self._ready.store(config))
        if self._is_kept:
            self._kept, self._kept_bytes = instance, instance.memory_bytes()
        return instance

    def _converse(self, instance: abi.Instance, parameters: bytes) -> bytes:
        instance.put(parameters)
        if self._is_kept:
            returned = instance.ending(lambda: instance.call(abi.AGAIN, len(parameters)))
        else:
            instance.start()
            returned = True
        if (length := instance.length()) > limits.RESULT_BYTES:
            raise contract.result_too_large(length)
        answer = instance.take(length)
        if self._kept and (not returned or self._has_grown()):
            # It ended in the middle of something, and what it left behind is not to be trusted; or
            # it would keep for ever what one request took.
            self._drop()
        return answer

    def _has_grown(self) -> bool:
        return self._kept.memory_bytes() > self._kept_bytes + limits.GROWTH_BYTES

    def _drop(self) -> None:
        if self._kept:
            self._kept.store.close()
            self._kept = None


class Errors:
    """Passes an action's stderr on, and notes whether it speaks of memory."""

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self.of_memory = False

    def __call__(self, data: bytes) -> int:
        """Pass bytes on."""
        self.of_memory = self.of_memory or OUT_OF_MEMORY in data
        logs.write(data)
        return len(data)


def _why(instance: abi.Instance | None, errors: Errors) -> str:
    """Return the sentence for an activation that ended by a trap.

    A module is told that its memory cannot grow and then traps as it likes; only what it says, and
    how much it has, hint at the reason.
    """
    full = instance is not None and instance.memory_bytes() > limits.MEMORY_BYTES - limits.MIB
    return contract.MEMORY_EXHAUSTED if full or errors.of_memory else contract.ABNORMAL
