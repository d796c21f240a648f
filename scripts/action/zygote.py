"""The process that workers are forked from: it has loaded the action, and shares what it has.

`python -m scripts.action.zygote DESCRIPTOR PARENT PATH POLICY`; on the socket it first tells
whether the action is ready, and then does what it is asked: to fork a worker that answers on the
descriptor that came along, or to reap one that ended. It never runs an activation itself.
"""

import contextlib
import gc
import json
import os
import socket
import sys

from scripts.action import lifetime, worker
from scripts.common.errors import UserError

MESSAGE_BYTES = 1 << 16


def forked(control: socket.socket) -> socket.socket | None:
    """Fork and reap workers until the host is gone.

    Returns:
        In a worker the socket that it is to answer on; in this process None, at the end.
    """
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
        if not message:
            return None
        if not descriptors:
            os.waitpid(json.loads(message)["reap"], 0)
            continue
        channel = socket.socket(fileno=descriptors[0])
        this = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            # There is no room for another; those that are there go on.
            channel.close()
            control.send(json.dumps({"error": f"no worker can be forked: {error}"}).encode())
            continue
        if not pid:
            lifetime.end_with(this)
            return channel
        channel.close()
        # Before anybody knows of it: what a worker starts is killed with it.
        os.setpgid(pid, pid)
        control.send(json.dumps({"pid": pid}).encode())


def main() -> None:
    """Load the action, and fork workers for the host on the socket it handed down."""
    descriptor, parent, path, policy = sys.argv[1:]
    lifetime.end_with(int(parent))
    control = socket.socket(fileno=int(descriptor))
    with contextlib.suppress(EOFError, ConnectionError):
        with control:
            try:
                runs = worker.load(path, policy)
            except UserError as error:
                control.send(json.dumps({"error": str(error)}).encode())
                return
            # The collector would write to every object, and so copy what is shared.
            gc.collect()
            gc.freeze()
            control.send(b"{}")
            channel = forked(control)
        if channel:
            with channel:
                worker.serve(channel, runs)


if __name__ == "__main__":
    main()
