"""An action's instances by themselves, without a host: how fast they come, which pages one dirties.

`python -m scripts.deployment.probe RECORD --seconds 2 < body` prints JSON. It instantiates as the
host does (scripts/action/sandbox.py), in a process of its own, so that nothing else is counted.
"""

import argparse
import ctypes
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import wasmtime

from scripts.action import artifact, limits
from scripts.common import errors
from scripts.runners import abi

SMAPS = Path("/proc/self/smaps")


class Action:
    """A precompiled action that is ready to be instantiated."""

    def __init__(self, path: str):
        """Map what was compiled before."""
        self._engine = abi.engine()
        linker = wasmtime.Linker(self._engine)
        linker.define_wasi()
        module = wasmtime.Module.deserialize_file(self._engine, path)
        self._ready = linker.instantiate_pre(module)

    def store(self, request_bytes: int) -> wasmtime.Store:
        """Return a store for one instance."""
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["action", str(request_bytes)]
        store = wasmtime.Store(self._engine)
        store.set_limits(**limits.STORE)
        store.set_wasi(wasi)
        return store

    def exports(self, store: wasmtime.Store) -> Any:
        """Instantiate; return what the instance exports."""
        return self._ready.instantiate(store).exports(store)


def instances(action: Action, seconds: float) -> dict[str, float]:
    """Return how many instances a second come and go, and the ns that instantiating one takes."""
    alone = []
    began = time.monotonic_ns()
    while (now := time.monotonic_ns()) < began + seconds * 1e9:
        store = action.store(0)
        before = time.monotonic_ns()
        action.exports(store)
        alone.append(time.monotonic_ns() - before)
        store.close()
    return {
        "instances_per_second": len(alone) / ((now - began) / 1e9),
        "instantiate_ns": sorted(alone)[len(alone) // 2],
    }


def pages(action: Action, parameters: bytes) -> dict[str, int]:
    """Return the pages that one instance has of its own before and after one activation."""
    store = action.store(len(parameters))
    exports = action.exports(store)
    memory = exports[abi.MEMORY]
    start = ctypes.addressof(memory.data_ptr(store).contents)
    instance = abi.Instance(store, exports)
    before = own(SMAPS.read_text().splitlines(), start, start + memory.data_len(store))
    instance.put(parameters)
    instance.start()
    answer = json.loads(instance.take())
    end = start + memory.data_len(store)
    after = own(SMAPS.read_text().splitlines(), start, end)
    if "Ok" not in answer:
        raise errors.UserError(f"the action answered {json.dumps(answer)[:200]}")
    return {"before": before, "after": after, "bytes": end - start}


def own(lines: Iterable[str], start: int, end: int) -> int:
    """Return the bytes between two addresses that are private copies, from the lines of a smaps."""
    found, within = 0, False
    for line in lines:
        first, _, rest = line.partition(" ")
        if first.endswith(":"):
            if within and first == "Anonymous:":
                found += int(rest.split()[0]) * 1024
        else:
            low, high = (int(text, 16) for text in first.split("-"))
            within = low < end and high > start
    return found


def main(argv: list[str] | None = None) -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", help="of the precompiled action")
    parser.add_argument("--seconds", type=float, help="count instances for so long")
    args = parser.parse_args(argv)
    action = Action(artifact.read(args.record).artifact)
    if args.seconds:
        found: dict[str, float] = instances(action, args.seconds)
    else:
        found = pages(action, sys.stdin.buffer.read())
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    errors.run(main)
