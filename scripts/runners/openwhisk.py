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
from scripts.runners import abi


class Action:
    """One instance of an action; it answers one request, as in the runtime."""

    def __init__(self, path: str, request_bytes: int):
        """Compile and instantiate a module that is told to expect `request_bytes` bytes.

        Raises:
            UserError: the file is no wasm module or does not have the ABI's exports.
        """
        engine = abi.engine()
        store = wasmtime.Store(engine)
        wasi = wasmtime.WasiConfig()
        # The entry point takes the buffer's length as its last argument.
        wasi.argv = ["mobilenet-oc", str(request_bytes)]
        wasi.inherit_stderr()
        store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        try:
            module = wasmtime.Module.from_file(engine, path)
            abi.check(module.exports, path)
            exports = linker.instantiate(store, module).exports(store)
        except (wasmtime.WasmtimeError, wasmtime.Trap, OSError) as error:
            raise UserError(f"cannot run {path}: {error}") from error
        self._instance = abi.Instance(store, exports)

    def answer(self, request: bytes) -> bytes:
        """Return what the action leaves in the buffer for a request.

        Raises:
            UserError: the action trapped, or ended with an exit code that is not 0.
        """
        try:
            self._instance.put(request)
            self._instance.start()
            return self._instance.take(self._instance.length())
        except abi.FAULTS as error:
            raise UserError(f"the action failed: {error}") from error


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
