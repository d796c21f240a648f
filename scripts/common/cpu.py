"""The processor: what it is, and a name for it under which code made for it can be kept."""

import functools
import hashlib
import os
import platform
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


def describe() -> dict[str, Any]:
    """Return the processor's model, flags and cores, and whether it is a virtual machine's."""
    pairs = [line.split(":", 1) for line in CPUINFO.read_text().splitlines() if ":" in line]
    first = {key.strip(): value.strip() for key, value in reversed(pairs)}
    flags = sorted((first.get("flags") or first.get("Features") or "").split())
    return {
        "model": first.get("model name") or platform.machine(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "flags": flags,
        "virtual": "hypervisor" in flags,
        "governor": GOVERNOR.read_text().strip() if GOVERNOR.exists() else None,
    }


@functools.cache
def key() -> str:
    """Return a short name of the processor's model and features.

    Code compiled for the host's own instructions runs only where this is the same.
    """
    cpu = describe()
    named = "\n".join([cpu["architecture"], cpu["model"], *cpu["flags"]])
    return hashlib.sha256(named.encode()).hexdigest()[:12]
