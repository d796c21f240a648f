"""Requests that break HTTP, ask for something else, or are late, too large or unfinished."""

import json
from random import Random

from scripts.action import limits
from scripts.deployment.cases import Case
from scripts.deployment.fuzzing.answers import (
    INITIALISED_BEFORE,
    LATE,
    NO_DICTIONARY,
    NO_HTTP,
    NONE,
    NOT_FOUND,
    OTHER_METHOD,
    OWN_ERROR,
    PAGE,
    REDIRECT,
    REQUEST_TOO_LARGE,
    RIGHT,
    SLOW,
    STATUS,
)
from scripts.deployment.fuzzing.json_values import value, with_key
from scripts.deployment.fuzzing.kind import Kind
from scripts.deployment.fuzzing.wire import head, post

METHODS = [b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT", b"NO"]
PATHS = [b"/", b"/run", b"/init", b"/status"]
OTHER_PATHS = [
    b"/run/", b"//run", b"/RUN", b"/run%00", b"/run%2f", b"/../run", b"/init/x", b"/.env",
    b"/run;x", b"*", b"run", b"http://elsewhere/run", b"/%ff%fe", b"/\xff", b"/ru n",
    b"/" + b"a" * 3000, b"/" + b"a" * 70_000, b"/?" + b"a" * 3000, b"/run?value=1", b"/status#x",
]  # fmt: skip
HEADERS = [
    b"Host: 127.0.0.1", b"Host", b"Host: [", b": x", b"X Y: 1", b"X:\0", b"X:\x7f", b"X: \xff\xfe",
    b" folded: 1", b"Content-Length: -1", b"Content-Length: +5", b"Content-Length: 0x5",
    b"Content-Length: 5, 6", b"Content-Length: 5", b"Content-Length: 99999999999999999999999",
    b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked, gzip", b"Transfer-Encoding: chunked",
    b"Expect: 100-continue", b"Expect: nonsense", b"Content-Encoding: gzip", b"Upgrade: websocket",
    b"Upgrade: h2c\r\nConnection: Upgrade", b"Connection: close, close", b"Range: bytes=0-9",
    b"Content-Type: multipart/form-data; boundary=x", b"Cookie: " + b"a=b;" * 2000,
    b"X: " + b"a" * 70_000, b"\r\n".join(b"X-%d: 1" % number for number in range(500)),
]  # fmt: skip
NO_HEADS = [
    b"\r\n\r\n", b"\0\xff\r\n\r\n", b"GET /\r\n\r\n", b"POST /run HTTP/1.1\r\n\r\n",
    b"POST /run HTTP/9.9\r\nHost: x\r\n\r\n", b"POST /run FTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n",
    b"POST  /run  HTTP/1.1\r\nHost: x\r\n\r\n", b"{\"value\":{}}\r\n\r\n",
]  # fmt: skip
# What a chunk may not begin with.
NO_SIZES = [b"x", b"-1", b"", b"0x5", b"fffffffffffffffffffffffff", b"5 5", b"\xff"]


def chunked(random: Random, body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a request in good order whose body comes in chunks."""
    told, place = [head(b"POST", b"/run", b"Transfer-Encoding: chunked")], 0
    while place < len(body):
        part = body[place : place + random.choice([1, 1000, 65_536])]
        told.append(b"%x\r\n%s\r\n" % (len(part), part))
        place += len(part)
    return b"".join(told) + end


def in_chunks(random: Random, case: Case) -> bytes:
    """A right request in chunks."""
    return chunked(random, case.body())


def in_wrong_chunks(random: Random, case: Case) -> bytes:
    """A chunk without a size."""
    return chunked(random, case.body()[:2000], random.choice(NO_SIZES) + b"\r\nabc\r\n0\r\n\r\n")


def oversize(random: Random, case: Case) -> bytes:
    """More parameters than are allowed; with a length, in chunks, or with more to come."""
    size = random.choice([limits.PARAMETER_BYTES, limits.PARAMETER_BYTES + 2**17, 2**21, 2**22])
    body = json.dumps({"value": {"image": "A" * size}}).encode()
    match random.randrange(3):
        case 0:
            return chunked(random, body)
        case 1 if size > limits.PARAMETER_BYTES + limits.ENVELOPE_BYTES:
            return head(b"POST", b"/run", b"Content-Length: 9999999999") + body
    return post(body)


def unfinished(random: Random, case: Case) -> bytes:
    """A right request that stops before its end."""
    whole = post(case.body())
    first = whole.index(b"\r\n\r\n") + 4
    return whole[: random.choice([first, random.randrange(first, len(whole))])]


def abandoned(random: Random, case: Case) -> bytes:
    """Any part of a right request but all of it."""
    whole = random.choice([post(case.body()), in_chunks(random, case)])
    return whole[: random.choice([random.randrange(200), random.randrange(len(whole))])]


def other_method(random: Random, case: Case) -> bytes:
    """Another method, with a body or without."""
    method, path = random.choice(METHODS), random.choice(PATHS)
    return random.choice([head(method, path), head(method, path, b"Content-Length: 2") + b"{}"])


def other_path(random: Random, case: Case) -> bytes:
    """Another path."""
    return post(b'{"value":{}}', random.choice(OTHER_PATHS))


def odd_headers(random: Random, case: Case) -> bytes:
    """A right request with further headers."""
    return post(case.body(), b"/run", *random.sample(HEADERS, random.randint(1, 3)))


def no_head(random: Random, case: Case) -> bytes:
    """What does not begin as a request does."""
    return random.choice(NO_HEADS)


def again(random: Random, case: Case) -> bytes:
    """A further initialisation."""
    told = {"code": random.choice(["AGFzbQEAAAA=", "%", ""]), "binary": random.random() < 0.8}
    bodies = [json.dumps({"value": told}), json.dumps(value(random)), "nonsense", ""]
    return post(random.choice(bodies).encode(), b"/init")


def past(random: Random, case: Case) -> bytes:
    """A deadline that has passed, as a number or a text."""
    deadline = random.choice([0, 1, -1, 10**12, -(10**300), 1e3])
    return post(with_key(case, b"deadline", random.choice([b"%d", b'"%d"']) % int(deadline)))


def no_deadline(random: Random, case: Case) -> bytes:
    """A deadline that is none, or far away."""
    told = [b'"soon"', b'"NaN"', b"null", b"[]", b"{}", b'""', b"1e300", b'"1e3"', b"9" * 300]
    return post(with_key(case, b"deadline", random.choice([*told, b'"%s"' % (b"9" * 5000)])))


# Answered only when the host's patience ends: some at the same time, not one after another.
UNFINISHED = Kind("unfinished", unfinished, {SLOW})
KINDS = [
    Kind("chunked", in_chunks, {RIGHT}, weight=0.5),
    Kind("chunks-broken", in_wrong_chunks, {NO_HTTP}),
    Kind("oversize", oversize, {REQUEST_TOO_LARGE}),
    Kind("abandoned", abandoned, {NONE}, hangs_up=True),
    Kind("other-method", other_method, {OTHER_METHOD, PAGE, STATUS, NO_HTTP}),
    Kind("other-path", other_path, {NOT_FOUND, OTHER_METHOD, OWN_ERROR, REDIRECT, NO_HTTP}),
    Kind("odd-headers", odd_headers, {RIGHT, NO_HTTP}, weight=2),
    Kind("no-head", no_head, {NO_HTTP, NOT_FOUND, NO_DICTIONARY}),
    Kind("init-again", again, {INITIALISED_BEFORE}),
    Kind("deadline-past", past, {LATE}),
    Kind("deadline-none", no_deadline, {RIGHT}),
]
