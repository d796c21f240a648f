"""A host for the OpenWhisk action: calls `mobilenet-oc.wasm` through its ABI, as a runtime would.

`python -m scripts.runners.openwhisk action.wasm < request.json` prints what is inside `Ok` as one
line of JSON; what is inside `Err` becomes one line on stderr and exit code 1.
"""

import argparse
import json
import sys
from typing import Any

import wasmtime

from scripts.common import errors
from scripts.common.errors import UserError

ALLOCATE = "wasm_memory_buffer_allocate_space"
POINTER = "get_wasm_memory_buffer_pointer"
LENGTH = "get_wasm_memory_buffer_len"
ENTRY = "_start"
MEMORY = "memory"


class Action:
    """One instance of an action; it answers one request, as in the runtime."""

    def __init__(self, path: str, request_bytes: int):
        """Compile and instantiate a module that is told to expect `request_bytes` bytes.

        Raises:
            UserError: the file is no wasm module or does not have the ABI's exports.
        """
        config = wasmtime.Config()
        config.wasm_simd = True
        config.wasm_relaxed_simd = True
        engine = wasmtime.Engine(config)
        self._store = wasmtime.Store(engine)
        wasi = wasmtime.WasiConfig()
        # The entry point takes the buffer's length as its last argument.
        wasi.argv = ["mobilenet-oc", str(request_bytes)]
        wasi.inherit_stderr()
        self._store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        try:
            module = wasmtime.Module.from_file(engine, path)
            self._exports = linker.instantiate(self._store, module).exports(self._store)
        except (wasmtime.WasmtimeError, wasmtime.Trap, OSError) as error:
            raise UserError(f"cannot run {path}: {error}") from error
        names = (ALLOCATE, POINTER, LENGTH, ENTRY, MEMORY)
        if missing := [name for name in names if self._exports.get(name) is None]:
            raise UserError(f"{path} is no OpenWhisk action: it exports no {', '.join(missing)}")

    def answer(self, request: bytes) -> bytes:
        """Return what the action leaves in the buffer for a request.

        Raises:
            UserError: the action trapped, or ended with an exit code that is not 0.
        """
        try:
            self._call(ALLOCATE, len(request))
            self._exports[MEMORY].write(self._store, request, self._call(POINTER))
            self._run()
            start = self._call(POINTER)
            return bytes(self._exports[MEMORY].read(self._store, start, start + self._call(LENGTH)))
        except (wasmtime.WasmtimeError, wasmtime.Trap, IndexError) as error:
            raise UserError(f"the action failed: {error}") from error

    def _call(self, name: str, *arguments: int) -> int:
        result = self._exports[name](self._store, *arguments)
        # Addresses are unsigned; wasmtime hands out signed numbers.
        return (result or 0) & 0xFFFFFFFF

    def _run(self) -> None:
        try:
            self._exports[ENTRY](self._store)
        except wasmtime.ExitTrap as end:
            # Exit code 0 is the end of `main`; after any other the buffer holds no answer.
            if end.code != 0:
                raise UserError(f"the action failed: exit code {end.code}") from end


def unwrap(answer: bytes) -> dict[str, Any]:
    """Return what is inside `Ok`; raise `UserError` with the text inside `Err`."""
    try:
        reply = json.loads(answer)
        if "Err" in reply:
            raise UserError(reply["Err"]["error"])
        return reply["Ok"]
    except (ValueError, TypeError, KeyError) as error:
        shown = answer[:200].decode("utf-8", "replace")
        raise UserError(f"the action's answer is neither Ok nor Err: {shown!r}") from error


def main(argv: list[str] | None = None) -> int:
    """Pass stdin to an action and print its answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", help="the action (.wasm)")
    args = parser.parse_args(argv)
    request = sys.stdin.buffer.read()
    print(json.dumps(unwrap(Action(args.action, len(request)).answer(request))))
    return 0


if __name__ == "__main__":
    errors.run(main)
