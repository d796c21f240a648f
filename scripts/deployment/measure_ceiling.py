"""Rule script: how many requests the generator can send here, to an endpoint that does nothing."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.deployment import command, cores, host
from scripts.deployment.answers import OK
from scripts.deployment.attack import MOST_REQUESTS, Generator
from scripts.deployment.cases import Case
from scripts.deployment.judgement import statuses

SECONDS = 3.0
SLOWEST = 50.0
# What an answer takes at the most, in the median, of an endpoint that does nothing.
MOST_MS = 5.0
NOOP = [sys.executable, "-m", "scripts.deployment.noop"]


def climb(generator: Generator, url: str, wanted: list[Case]) -> tuple[float, np.ndarray]:
    """Double the rate until it is not kept; return the last one that was, and its latencies in ms.

    Raises:
        UserError: not even the slowest was kept.
    """
    rate, kept, latency = SLOWEST, 0.0, np.empty(0)
    while rate * SECONDS <= MOST_REQUESTS:
        try:
            answers = generator.attack(url, wanted, rate, SECONDS)
        except UserError as why:
            print(why, file=sys.stderr)
            break
        counted = statuses(answers)
        if set(counted) != {OK}:
            print(f"at {rate:g} requests a second: {dict(counted)}", file=sys.stderr)
            break
        took = (max(a.done for a in answers) - answers[0].sent) / 1e9
        if took > SECONDS * 1.1:
            print(f"{rate:g} requests a second were answered in {took:.1f} s", file=sys.stderr)
            break
        took_ms = np.array([answer.latency for answer in answers]) / 1e6
        if np.median(took_ms) > MOST_MS:
            print(f"at {rate:g} requests a second half of them wait", file=sys.stderr)
            break
        kept, latency = rate, took_ms
        rate *= 2
    if not kept:
        raise UserError(f"the generator does not reach {SLOWEST:g} requests a second; see the log")
    return kept, latency


def main(argv: list[str] | None = None) -> int:
    """Write {requests_per_second, p50_ms, cores}."""
    args = command.parser(__doc__).parse_args(argv)
    wanted, split = command.photographs(args), cores.split()
    with (
        tempfile.TemporaryDirectory() as folder,
        host.serving(NOOP, Path(folder, "log"), split.host) as served,
    ):
        kept, latency = climb(command.generator(args), served.run_url, wanted)
    found = {"requests_per_second": kept, "p50_ms": float(np.median(latency))}
    files.write_json(args.out, found | {"cores": split.told()})
    return 0


if __name__ == "__main__":
    errors.run(main)
