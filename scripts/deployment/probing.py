"""Have the probe look at an action, in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from scripts.bench.spawning import RunError
from scripts.deployment.bench import Bench, Contender
from scripts.deployment.cores import kept_to

MODULE = "scripts.deployment.probe"
PATIENCE_SECONDS = 120


def probe(bench: Bench, contender: Contender, *options: str, stdin: bytes = b"") -> dict[str, Any]:
    """Return what the probe prints of a contender's action.

    Raises:
        RunError: it failed.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", MODULE, contender["action"], *options],
            input=stdin,
            capture_output=True,
            timeout=PATIENCE_SECONDS + float(bench.settings.get("seconds", 0)),
            check=False,
            preexec_fn=kept_to(bench.cores.host),
        )
    except subprocess.TimeoutExpired as error:
        raise RunError(f"the probe did not end within {error.timeout:g} s") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").split()
        raise RunError(f"the probe failed: {' '.join(said)[-200:]}")
    return json.loads(done.stdout)
