"""The host's HTTP front: the platform's /init and /run, a page for people at /, and /status."""

import asyncio
import json
import os
import time
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scripts.action import contract, limits
from scripts.action.host import Host

# Where the host's own page is from.
OWN = ("127.0.0.1", "localhost")
PAGE = Path(__file__).with_name("page.html")
# Base64 has four characters for three bytes.
INIT_BYTES = limits.CODE_BYTES * 4 // 3 + limits.ENVELOPE_BYTES
RUN_BYTES = limits.PARAMETER_BYTES + limits.ENVELOPE_BYTES


def application(host: Host) -> Starlette:
    """Return the ASGI application in front of a host."""
    page = PAGE.read_bytes()

    async def init(request: Request) -> Response:
        try:
            unwanted = host.another_refused()
            body = await _body(request, INIT_BYTES, "Code", limits.CODE_BYTES, unwanted)
            # Decoding 48 MB takes a while, in which others wait for their answers.
            await host.initialise(await asyncio.to_thread(contract.initialisation, body))
        except contract.RefusedError as refusal:
            return _refused(refusal)
        return JSONResponse({"ok": True})

    async def run(request: Request) -> Response:
        arrived = time.monotonic_ns()
        try:
            body = await _body(request, RUN_BYTES, "Request", limits.PARAMETER_BYTES)
            done = await host.run(contract.activation(body))
        except contract.RefusedError as refusal:
            return _refused(refusal)
        rest = time.monotonic_ns() - arrived - sum(done.took.values())
        headers = {"Server-Timing": _timing(done.took | {"reply": rest})}
        return _answer(done.status, done.body, headers)

    async def status(request: Request) -> Response:
        pids = {"host": os.getpid(), "workers": host.pids()}
        return JSONResponse({"policy": host.policy, "pids": pids})

    async def show(request: Request) -> Response:
        return Response(page, media_type="text/html")

    return Starlette(
        routes=[
            Route("/", show),
            Route("/status", status),
            Route("/init", init, methods=["POST"]),
            Route("/run", run, methods=["POST"]),
        ]
    )


async def _body(
    request: Request,
    most: int,
    what: str,
    allowed: int,
    unwanted: contract.RefusedError | None = None,
) -> bytes:
    """Read a request's body, of which so many bytes are allowed to be something.

    One that is unwanted, from another site's page or too large is read to its end and thrown away
    as it comes, since a client is deaf while it sends; unless that is so much, said or sent, that
    nobody waits for it.

    Raises:
        contract.RefusedError: it is such a one, comes too slowly, or breaks off.
    """
    if _is_of_another_page(request):
        unwanted = contract.RefusedError(403, contract.ANOTHER_PAGE)
    body, size = bytearray(), 0
    announced = int(request.headers.get("content-length", 0))
    try:
        async with asyncio.timeout(limits.SENDING_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size <= most and not unwanted:
                    body += part
                elif max(size, announced) > limits.DRAINED_BYTES:
                    break
    except (TimeoutError, ClientDisconnect) as error:
        raise contract.RefusedError(408, contract.SENT_TOO_SLOWLY) from error
    if unwanted:
        raise unwanted
    if size > most:
        raise contract.too_large(what, size, allowed)
    return bytes(body)


def _is_of_another_page(request: Request) -> bool:
    """Tell whether a browser sends it for a page from elsewhere; other clients name no origin."""
    origin = request.headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).hostname not in OWN
    except ValueError:
        return True


def _refused(refusal: contract.RefusedError) -> Response:
    # A body that was not read to its end would be taken for the next request.
    headers = {"Connection": "close"} if refusal.status in (403, 408, 413) else {}
    return _answer(refusal.status, json.dumps({"error": refusal.sentence}).encode(), headers)


def _answer(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, media_type="application/json")


def _timing(took: dict[str, int]) -> str:
    """Return nanoseconds as the header has them, milliseconds."""
    return ", ".join(f"{name};dur={taken / 1e6:.3f}" for name, taken in took.items())
