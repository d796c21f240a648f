"""An action's instances by themselves, without a host: how fast they come, which pages one dirties.

`python -m scripts.deployment.probe RECORD --seconds 2 < body` prints JSON. It instantiates as the
host does (scripts/action/ready.py), in a process of its own, so that nothing else is counted.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from scripts.action import artifact
from scripts.action.ready import Ready, wasi
from scripts.common import errors

SMAPS = Path("/proc/self/smaps")


def instances(action: Ready, seconds: float) -> dict[str, float]:
    """Return how many instances a second come and go, and the ns that instantiating one takes."""
    alone = []
    began = time.monotonic_ns()
    while (now := time.monotonic_ns()) < began + seconds * 1e9:
        store = action.store(wasi(0))
        before = time.monotonic_ns()
        action.instantiate(store)
        alone.append(time.monotonic_ns() - before)
        store.close()
    return {
        "instances_per_second": len(alone) / ((now - began) / 1e9),
        "instantiate_ns": sorted(alone)[len(alone) // 2],
    }


def pages(action: Ready, parameters: bytes) -> dict[str, int]:
    """Return the pages that one instance has of its own before and after one activation."""
    instance = action.instantiate(action.store(wasi(len(parameters))))
    start = instance.memory_address()
    before = own(SMAPS.read_text().splitlines(), start, start + instance.memory_bytes())
    instance.put(parameters)
    instance.start()
    answer = json.loads(instance.take(instance.length()))
    end = start + instance.memory_bytes()
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
    action = Ready(artifact.read(args.record).artifact)
    if args.seconds:
        found: dict[str, float] = instances(action, args.seconds)
    else:
        found = pages(action, sys.stdin.buffer.read())
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    errors.run(main)
