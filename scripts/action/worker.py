"""A worker process of the host: one activation after another, as messages on a socket tell it.

`python -m scripts.action.worker DESCRIPTOR PARENT`; the first message says which action by which
policy, the answer to it whether that is ready.
"""

import contextlib
import os
import socket
import sys
from typing import Any

from scripts.action import contract, frames, lifetime
from scripts.common.errors import UserError

WASM, NATIVE = ("fresh", "snapshot", "warm"), ("process", "loop")


def load(settings: dict[str, Any]) -> Any:
    """Return what runs activations of `path` by `policy`; raise `UserError` where nothing can."""
    if settings["policy"] in NATIVE:
        from scripts.action.native import Native

        return Native(settings["path"], settings["policy"])
    # Imported where it is needed: a native worker is smaller, and forks faster.
    from scripts.action.sandbox import Sandbox

    return Sandbox(settings["path"], settings["policy"])


def serve(channel: socket.socket) -> None:
    """Answer messages until the host is gone."""
    settings, _ = frames.receive(channel)
    try:
        runs = load(settings)
    except UserError as error:
        channel.sendall(frames.pack({"error": str(error)}))
        return
    channel.sendall(frames.pack({}))
    while True:
        header, parameters = frames.receive(channel)
        done = runs.run(parameters, settings["environment"] | header["environment"])
        end_logs()
        channel.sendall(frames.pack({"status": done.status, "took": done.took}, done.body))


def end_logs() -> None:
    """Mark the end of an activation's logs on both streams."""
    for stream in (1, 2):
        os.write(stream, f"{contract.END_OF_LOGS}\n".encode())


def main() -> None:
    """Serve the host on the socket it handed down."""
    lifetime.end_with_parent()
    if os.getppid() != int(sys.argv[2]):
        return  # The host was gone before it could be asked to take this one along.
    with (
        contextlib.suppress(EOFError, ConnectionError),
        socket.socket(fileno=int(sys.argv[1])) as channel,
    ):
        serve(channel)


if __name__ == "__main__":
    main()
