"""An HTTP endpoint that does nothing: what the generator and the loopback can do at the most.

`python -m scripts.deployment.noop` says where it listens, in the words of the action's host.
"""

import asyncio

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Endpoint(asyncio.Protocol):
    """Reads requests of a stated length on a connection; answers each with an empty object."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing read."""
        self._transport = transport
        self._head = b""
        self._missing = 0

    def data_received(self, data: bytes) -> None:
        """Take what came of heads and bodies."""
        while data:
            if self._missing:
                taken = min(self._missing, len(data))
                self._missing -= taken
                data = data[taken:]
                if not self._missing:
                    self._transport.write(REPLY)
                continue
            head, end, data = (self._head + data).partition(HEAD_END)
            self._head = b"" if end else head
            if end:
                self._missing = length(head)
                if not self._missing:
                    self._transport.write(REPLY)


def length(head: bytes) -> int:
    """Return how many bytes of body a request's head announces."""
    for line in head.lower().splitlines():
        if line.startswith(LENGTH):
            return int(line.removeprefix(LENGTH))
    return 0


async def serve() -> None:
    """Answer until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Endpoint, "127.0.0.1", 0, backlog=1024)
    print(f"serving nothing on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
