"""The OpenWhisk action's ABI: how a host and a module talk to each other.

The host has the action make room, copies the request in, calls the entry point, and reads the
answer from the same buffer. `scripts.runners.openwhisk` and `scripts.action` are such hosts.
"""

import ctypes
from collections.abc import Callable, Iterable
from typing import Any

import wasmtime

from scripts.common.errors import UserError

ALLOCATE = "wasm_memory_buffer_allocate_space"
POINTER = "get_wasm_memory_buffer_pointer"
LENGTH = "get_wasm_memory_buffer_len"
ENTRY = "_start"
MEMORY = "memory"
# Answers one request of several; the entry point runs once in an instance only.
AGAIN = "answer_request"
SHAPES = {
    ALLOCATE: "function (i32) -> ()",
    POINTER: "function () -> (i32)",
    LENGTH: "function () -> (i32)",
    ENTRY: "function () -> ()",
    AGAIN: "function (i32) -> ()",
    MEMORY: "memory of 32-bit addresses",
}

# What talking to an action raises where the action is at fault.
FAULTS = (wasmtime.WasmtimeError, wasmtime.Trap, IndexError)


def engine() -> wasmtime.Engine:
    """Return an engine; what one compiles, another of the same configuration loads."""
    config = wasmtime.Config()
    config.wasm_simd = True
    config.wasm_relaxed_simd = True
    return wasmtime.Engine(config)


def check(exported: Iterable[wasmtime.ExportType], path: str, entry: str = ENTRY) -> None:
    """Raise `UserError` unless a module exports what a host calls, and of the right types."""
    shapes = {export.name: _shape(export.type) for export in exported}
    names = (ALLOCATE, POINTER, LENGTH, entry, MEMORY)
    if missing := [name for name in names if name not in shapes]:
        raise UserError(f"{path} is no OpenWhisk action: it exports no {', '.join(missing)}")
    for name in names:
        if shapes[name] != SHAPES[name]:
            raise UserError(f"{path} is no OpenWhisk action: its {name} is no {SHAPES[name]}")


def _shape(kind: Any) -> str:
    if isinstance(kind, wasmtime.FuncType):
        params, results = (", ".join(map(str, types)) for types in (kind.params, kind.results))
        return f"function ({params}) -> ({results})"
    if isinstance(kind, wasmtime.MemoryType) and not (kind.is_64 or kind.is_shared):
        return SHAPES[MEMORY]
    return "other"


class Instance:
    """An instance of an action in its store."""

    def __init__(self, store: wasmtime.Store, exports: Any):
        """Take what was instantiated."""
        self.store = store
        self._exports = exports

    def put(self, request: bytes) -> None:
        """Have the action make room for a request, and copy it there.

        Raises:
            FAULTS: it trapped, or its buffer lies outside its memory.
        """
        self.call(ALLOCATE, len(request))
        self._exports[MEMORY].write(self.store, request, self.call(POINTER))

    def start(self) -> None:
        """Run the entry point; after an exit code other than 0 there is no answer.

        Raises:
            FAULTS: it trapped.
            UserError: another exit code.
        """
        self.ending(lambda: self.call(ENTRY))

    def ending(self, run: Callable[[], Any]) -> bool:
        """Call `run`; tell whether it returned, and did not end by exit code 0."""
        try:
            run()
        except wasmtime.ExitTrap as end:
            if end.code != 0:
                raise UserError(f"the action failed: exit code {end.code}") from end
            return False
        return True

    def length(self) -> int:
        """Return how many bytes the buffer holds."""
        return self.call(LENGTH)

    def take(self, length: int) -> bytes:
        """Return the `length` bytes in the buffer; who checks the length asks for it only once."""
        start = self.call(POINTER)
        return bytes(self._exports[MEMORY].read(self.store, start, start + length))

    def memory_bytes(self) -> int:
        """Return how large the memory is."""
        return self._exports[MEMORY].data_len(self.store)

    def memory_address(self) -> int:
        """Return where the memory begins in this process."""
        return ctypes.addressof(self._exports[MEMORY].data_ptr(self.store).contents)

    def call(self, name: str, *arguments: int) -> int:
        """Call an export; addresses are unsigned, wasmtime hands out signed numbers."""
        return (self._exports[name](self.store, *arguments) or 0) & 0xFFFFFFFF
