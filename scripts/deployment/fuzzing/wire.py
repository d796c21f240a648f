"""A request as bytes on a connection, and what comes back."""

import contextlib
import http.client
import socket

from scripts.deployment.fuzzing.answers import Answer

# More than any activation may take.
PATIENCE_SECONDS = 330.0


def post(body: bytes, path: bytes = b"/run", *more: bytes) -> bytes:
    """Return a request in good order, with further header lines."""
    return head(b"POST", path, b"Content-Length: %d" % len(body), *more) + body


def head(method: bytes, path: bytes, *more: bytes) -> bytes:
    """Return the head of a request in good order, with further header lines."""
    lines = [b"%s %s HTTP/1.1" % (method, path), b"Host: 127.0.0.1"]
    return b"\r\n".join([*lines, b"Content-Type: application/json", *more, b"", b""])


def exchange(port: int, data: bytes, hangs_up: bool = False) -> Answer:
    """Send bytes on a connection of their own and return the first answer; without one, none.

    Args:
        port: of the host, on the loopback interface.
        data: what is sent; nothing follows it, and the connection stays open.
        hangs_up: go away as soon as all is sent.
    """
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as client:
        # Who is refused before all was sent finds the connection closed, and the answer there.
        with contextlib.suppress(ConnectionError):
            client.sendall(data)
        if hangs_up:
            return Answer(0, b"")
        method = data.partition(b" ")[0].decode("latin-1")
        with contextlib.closing(http.client.HTTPResponse(client, method=method)) as response:
            try:
                response.begin()
                return Answer(response.status, _body(response))
            except (http.client.HTTPException, OSError):
                return Answer(0, b"")


def _body(response: http.client.HTTPResponse) -> bytes:
    """Return what comes until the end, or until the host drops what it did not want to read."""
    body = bytearray()
    with contextlib.suppress(ConnectionError):
        while part := response.read1():
            body += part
    return bytes(body)
