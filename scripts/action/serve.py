"""Serve an action over HTTP on the loopback interface; docs/action-host.md describes it.

`python -m scripts.action.serve --action results/action.json`
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from scripts.action import artifact, contract, front, limits, logs, policies
from scripts.action.host import Host
from scripts.action.store import Store
from scripts.common import errors, paths
from scripts.common.errors import UserError

LOOPBACK = "127.0.0.1"
# Connections that wait to be taken; where no descriptor is left, each is tried and logged at once.
BACKLOG = 128
GREETING = """\
serving with the policy {policy} at {url}/ - drop a picture there, or classify photo.jpg by
echo "{{\\"value\\":{{\\"image\\":\\"$(base64 -w0 photo.jpg)\\"}}}}" | curl -s -d @- {url}/run"""


def main(argv: list[str] | None = None) -> int:
    """Serve until told to end."""
    args = arguments(argv)
    try:
        listening = listen(args.port)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", "a port is a number up to 65535")
        raise UserError(f"cannot listen on port {args.port}: {why}") from error
    # Uvicorn raises it once more when it has ended; there is still something to be done then.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # Ctrl-C is how a person ends it.
    with listening, contextlib.suppress(KeyboardInterrupt), logs.relayed():
        asyncio.run(serve(args, listening))
    return 0


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--action",
        help="initialise with it: a module, its precompile record, a native program",
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="RECORD",
        help="a precompiled action whose artefact /init may take, or use for its module",
    )
    parser.add_argument("--policy", choices=(*policies.WASM, *policies.NATIVE), default="fresh")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--queue", type=int, default=16, help="activations that may wait")
    parser.add_argument("--port", type=int, default=8080, help="0: any that is free")
    parser.add_argument(
        "--store", type=Path, default=Path(paths.ACTION_STORE), help="folder of compiled actions"
    )
    args = parser.parse_args(argv)
    if args.workers < 1 or args.queue < 0:
        raise UserError("there must be one worker at least, and no fewer than 0 may wait")
    if args.policy in policies.NATIVE and not args.action:
        raise UserError(f"the policy {args.policy} needs its program: --action")
    return args


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of the loopback interface; 0: any that is free."""
    listening = socket.create_server((LOOPBACK, port), backlog=BACKLOG)
    # Connections inherit it. An answer is two writes, head and body; on a connection that was used
    # before, the second would wait for the client's delayed acknowledgement of the first, 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # The kernel drops a client that does not read: the host would wait for it before it ends.
    listening.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * limits.READING_SECONDS)
    )
    return listening


async def serve(args: argparse.Namespace, listening: socket.socket) -> None:
    """Open the host and answer requests until a signal ends it."""
    given = artifact.read(args.action) if str(args.action).endswith(".json") else None
    allowed = [artifact.read(path) for path in args.allow] + ([given] if given else [])
    host = Host(Store(args.store, allowed), args.policy, args.workers, args.queue)
    try:
        if args.action:
            await begin(host, given.module if given else args.action)
        config = uvicorn.Config(
            front.application(host),
            log_level="warning",
            access_log=False,
            backlog=BACKLOG,
        )
        port = listening.getsockname()[1]
        print(GREETING.format(policy=args.policy, url=f"http://{LOOPBACK}:{port}"), flush=True)
        await uvicorn.Server(config).serve([listening])
    finally:
        host.close()


async def begin(host: Host, path: str) -> None:
    """Initialise a host with a module or a native program; raise `UserError` where it cannot be."""
    if host.policy in policies.NATIVE:
        return await host.open_program(path)
    try:
        code = Path(path).read_bytes()
        return await host.initialise(contract.Initialisation(code, {}))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except contract.RefusedError as refusal:
        raise UserError(f"cannot serve {path}: {refusal.sentence}") from refusal


if __name__ == "__main__":
    errors.run(main)
