"""Messages between the host and a worker over a socket: a header, JSON, and a body, bytes."""

import asyncio
import json
import socket
import struct
from typing import Any

_SIZES = struct.Struct(">II")


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """Return a message as it is sent."""
    text = json.dumps(header).encode()
    return _SIZES.pack(len(text), len(body)) + text + body


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for a message; raise `EOFError` where the other end is gone."""
    header, body = _SIZES.unpack(_exactly(channel, _SIZES.size))
    return json.loads(_exactly(channel, header)), _exactly(channel, body)


async def read(stream: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """As `receive`; raises `IncompleteReadError`, an `EOFError`."""
    header, body = _SIZES.unpack(await stream.readexactly(_SIZES.size))
    return json.loads(await stream.readexactly(header)), await stream.readexactly(body)


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view = memoryview(data)
    while view:
        if not (got := channel.recv_into(view)):
            raise EOFError
        view = view[got:]
    return bytes(data)
