"""What a worker process of the host does: one activation after another, as messages tell it."""

import socket
from typing import Any

from scripts.action import contract, frames, logs, policies


def load(path: str, policy: str) -> Any:
    """Return what runs activations of `path` by `policy`; raise `UserError` where nothing can."""
    if policy in policies.NATIVE:
        from scripts.action.native import Native

        return Native(path, policy)
    # Imported where it is needed: a native worker is smaller, and forks faster.
    from scripts.action.sandbox import Sandbox

    return Sandbox(path, policy)


def serve(channel: socket.socket, runs: Any) -> None:
    """Run activations; the first message has what they find in their environment.

    Raises:
        EOFError, ConnectionError: the host is gone.
    """
    first, _ = frames.receive(channel)
    channel.sendall(frames.pack({}))
    while True:
        header, parameters = frames.receive(channel)
        done = runs.run(parameters, first["environment"] | header["environment"])
        end_logs()
        channel.sendall(frames.pack({"status": done.status, "took": done.took}, done.body))


def end_logs() -> None:
    """Mark the end of an activation's logs on both streams."""
    for stream in (1, 2):
        logs.write(f"{contract.END_OF_LOGS}\n".encode(), stream)
