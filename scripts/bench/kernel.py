"""What a run costs the kernel: faults, switches, what it reads from the disk, instructions."""

import numpy as np

from scripts.bench.spawning import Run

# The metrics, as `Run` names them, and their units.
UNITS = {
    "minor_faults": "1",
    "major_faults": "1",
    "disk_read": "MiB",
    "voluntary_switches": "1",
    "involuntary_switches": "1",
    "instructions": "1",
    "cycles": "1",
}


def account(runs: list[Run]) -> list[tuple[str, str, float]]:
    """Return (metric, unit, value) of the mean run; no row for what could not be counted."""
    table = {name: [getattr(run, name) for run in runs] for name in UNITS}
    return [
        (name, UNITS[name], float(np.mean(values)))
        for name, values in table.items()
        if None not in values
    ]
