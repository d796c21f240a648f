"""Rule script: malformed requests to every host; each is answered as the contract says, or fail.

A request that is not is kept in a file beside the results; with `--replay FILE` it is sent again.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts.bench.spawning import RunError
from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.deployment import command, host
from scripts.deployment.cases import Case
from scripts.deployment.fuzzing import campaign, kinds, leftovers, wire
from scripts.deployment.fuzzing.campaign import Campaign, FoundError, Plan

Contender = dict[str, Any]
TRACEBACK = "Traceback (most recent call last)"
SUFFIX = ".http"


def fuzz(row: Contender, plan: Plan, folder: Path) -> dict[str, Any]:
    """Send all requests of a plan to a host; return what came of them.

    Raises:
        FoundError: an answer, or what the host is left with, is not as it must be.
        RunError: the host ended, or did not start.
    """
    store, log, began = folder / "store", folder / "host.log", time.monotonic()
    try:
        with host.serving(start(row, store), log) as served:
            served.activate(plan.cases[0].body())
            before = leftovers.state(served, store)
            done = Campaign(served, row["contender"], row["policy"], plan)
            done.run()
            grown = leftovers.growth(done.sent, done.pss)
            if why := leftovers.difference(served, store, before) or leftovers.leak(grown):
                raise FoundError(why)
        if TRACEBACK in log.read_text(encoding="utf-8", errors="replace"):
            raise FoundError("something failed in Python on the way; see the log")
    except (FoundError, RunError):
        print(log.read_text(encoding="utf-8", errors="replace")[-5000:], file=sys.stderr)
        raise
    return {
        "requests": done.sent[-1],
        "unfinished": plan.slow,
        "right_between": done.right,
        "seconds": round(time.monotonic() - began, 1),
        "pss_mib": [round(mib, 2) for mib in done.pss],
        "growth_kib_per_request": vars(grown) if grown else None,
        "answers": {name: dict(done.answered[name]) for name in sorted(done.answered)},
    }


def start(row: Contender, store: Path) -> list[str]:
    """Return the words that start a host."""
    return host.command(row["action"], row["policy"], campaign.WORKERS, campaign.QUEUE, store)


def every(hosts: list[Contender], plan: Plan, out: Path) -> dict[str, Any]:
    """Return what came of the requests to each host; raise `UserError` for the first fault."""
    found = {}
    for row in hosts:
        name = row["contender"]
        try:
            with tempfile.TemporaryDirectory() as folder:
                found[name] = fuzz(row, plan, Path(folder))
        except FoundError as error:
            raise UserError(f"{name}: {kept(error, name, out)}") from error
        except RunError as error:
            raise UserError(f"{name}: {error}") from error
        print(f"{name}: {found[name]['requests']} requests", file=sys.stderr, flush=True)
    return found


def kept(error: FoundError, contender: str, out: Path) -> str:
    """Write the request that showed a fault beside the results; return the line that tells both."""
    if error.request is None:
        return str(error)
    kind = error.request.kind.name
    path = out.with_suffix("") / f"{contender}.{error.number}.{kind}{SUFFIX}"
    with files.atomic_write(path, "wb") as stream:
        stream.write(error.request.data)
    return f"request {error.number} ({kind}) {error}; to send it again: --replay {path}"


def replay(path: Path, hosts: list[Contender], case: Case) -> None:
    """Send a request that was kept to a new host of the same kind, and print the answer.

    Raises:
        UserError: the answer is not as it must be, or the file is none that was kept.
    """
    contender, _, name = (path.name.removesuffix(SUFFIX).rsplit(".", 2) + ["", ""])[:3]
    rows = [row for row in hosts if row["contender"] == contender]
    if not rows or name not in kinds.BY_NAME or not path.is_file():
        raise UserError(f"{path} is no request that was kept of these hosts")
    kind, (row,) = kinds.BY_NAME[name], rows
    with tempfile.TemporaryDirectory() as folder:
        store, log = Path(folder, "store"), Path(folder, "host.log")
        with host.serving(start(row, store), log) as served:
            port = urlsplit(served.url).port
            answer = wire.exchange(port, path.read_bytes(), kind.hangs_up)
    print(answer)
    if why := kinds.fault(kind, answer, case, row["policy"]):
        raise UserError(f"{path} {why}")


def main(argv: list[str] | None = None) -> int:
    """Write what came of all requests, by host; or send one again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", required=True, type=json.loads, help="JSON, see hosts.py")
    parser.add_argument("--cases", required=True, help="readable answers of the oracle")
    parser.add_argument("--answers", required=True, help="its arrays (.npz)")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--requests", type=int, default=0, help="malformed ones, at the least")
    parser.add_argument("--seconds", type=float, default=0, help="to go on for, at the least")
    parser.add_argument("--slow", type=int, default=0, help="senders that stop in the middle")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="send that one alone")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    cases = command.photographs(args)
    if args.replay:
        replay(args.replay, args.hosts, cases[0])
        return 0
    plan = Plan(str(args.seed), args.requests, args.seconds, args.slow, cases)
    files.write_json(args.out, {"seed": args.seed, "hosts": every(args.hosts, plan, args.out)})
    return 0


if __name__ == "__main__":
    errors.run(main)
