"""Requests whose body is no JSON, or JSON that says something else."""

import json
from random import Random

from scripts.deployment.cases import Case
from scripts.deployment.fuzzing.answers import (
    ABNORMAL,
    LABEL,
    NO_DICTIONARY,
    OWN_ERROR,
    RIGHT,
)
from scripts.deployment.fuzzing.kind import Kind
from scripts.deployment.fuzzing.wire import post

# None of them is a count of iterations that an activation would be busy with.
NUMBERS = [0, -1, -0.0, 0.5, 1e308, 5e-324, 2**31, 2**32 - 1, 2**53 + 1, 2**63, 2**64, -(10**400)]
TEXTS = ["", "\0", "x", "é", "\U0001f600", "null", "0", "a" * 300, "=", "\u202e", "__ow_x"]
KEYS = ["image", "tensor", "top", "iterations", "phases", "probabilities", "__ow_method", "", "é"]
# Not JSON, though some readers take it; and numbers that no double can hold.
NO_NUMBERS = [b"NaN", b"Infinity", b"-Infinity", b"01", b"+1", b".5", b"1.", b"1e", b"-", b"0x1"]
BEYOND = [b"1e999", b"-1e999", b"1e400", b"9" * 400 + b".0", b"1" * 5000]
# Around the depth at which Python gives up, and around serde's 128.
DEPTHS = [10, 127, 128, 129, 1500, 5000, 100_000]
NOT_UTF8 = [
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf5\x80\x80\x80",
    b"\xe2\x82",
    b"\x80",
    b"\xfe",
]


def value(random: Random, depth: int = 3) -> object:
    """Return anything that JSON can say."""
    kinds = ["null", "truth", "number", "text", "list", "object"]
    match random.choice(kinds if depth else kinds[:4]):
        case "null":
            return None
        case "truth":
            return random.random() < 0.5
        case "number":
            return random.choice(NUMBERS)
        case "text":
            return random.choice(TEXTS)
        case "list":
            return [value(random, depth - 1) for _ in range(random.randrange(4))]
    return {random.choice(KEYS): value(random, depth - 1) for _ in range(random.randrange(4))}


def no_object(random: Random) -> bytes:
    """Return JSON that is no object."""
    while isinstance(found := value(random), dict):
        pass
    return json.dumps(found).encode()


def with_key(case: Case, key: bytes, told: bytes) -> bytes:
    """Return a right body with one more key beside `value`."""
    return case.body()[:-1] + b',"%s":%s}' % (key, told)


def inside(case: Case, key: bytes, told: bytes) -> bytes:
    """Return a right body with one more key within `value`."""
    return case.body()[:-2] + b',"%s":%s}}' % (key, told)


def somewhere(random: Random, case: Case, told: bytes) -> bytes:
    """Return a body that holds some JSON: all of it, as the value, within it, or beside it."""
    key = random.choice(KEYS).encode()
    bodies = [told, b'{"value":%s}' % told, inside(case, key, told), with_key(case, key, told)]
    return random.choice(bodies)


def cut(random: Random, case: Case) -> bytes:
    """A body that ends early."""
    body = case.body()
    return post(body[: random.randrange(len(body))])


def noise(random: Random, case: Case) -> bytes:
    """Bytes."""
    return post(random.randbytes(random.randrange(2000)))


def edited(random: Random, case: Case) -> bytes:
    """A right body with some bytes changed, left out or doubled, most of them near its ends."""
    body = bytearray(case.body())
    for _ in range(random.randint(1, 8)):
        near = random.choice([20, len(body)])
        place = random.choice([random.randrange(near), len(body) - 1 - random.randrange(near)])
        length = random.choice([1, 1, 2, 8, 64])
        part = bytes(body[place : place + length])
        body[place : place + length] = random.choice(
            [random.randbytes(len(part)), b"", part * 2, random.choice(b'"{}[]:,\\0e-').to_bytes()]
        )
    return post(bytes(body))


def wrong_types(random: Random, case: Case) -> bytes:
    """Parameters of other types, more or fewer than there should be."""
    told: dict[str, object] = dict(case.value)
    for _ in range(random.randint(1, 3)):
        told[random.choice(KEYS)] = value(random)
    return post(json.dumps({"value": told}).encode())


def nested(random: Random, case: Case) -> bytes:
    """Lists or objects in each other, closed or not."""
    depth = random.choice([*DEPTHS, random.randint(900, 1010), random.randint(900, 1010)])
    opened, closed = random.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return post(somewhere(random, case, opened * depth + b"0" + closed * random.choice([depth, 9])))


def unreadable_number(random: Random, case: Case) -> bytes:
    """A number that JSON, or a computer, does not know."""
    return post(somewhere(random, case, random.choice(NO_NUMBERS + BEYOND)))


def doubled(random: Random, case: Case) -> bytes:
    """Keys that are there twice."""
    other = json.dumps(value(random)).encode()
    key = random.choice([b"value", b"image", b"deadline_", b"activation_id"])
    pair = random.choice([with_key, inside])(case, key, other)
    return post(pair[:-1] + b',"%s":%s}' % (key, json.dumps(value(random)).encode()))


def not_utf8(random: Random, case: Case) -> bytes:
    """A body in another encoding, or in none."""
    if random.random() < 0.2:
        encoding = random.choice(["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
        return post(case.body().decode().encode(encoding))
    text = b'"%s"' % random.choice(NOT_UTF8)
    return post(somewhere(random, case, text))


def surrogate(random: Random, case: Case) -> bytes:
    """Halves of surrogate pairs, as escapes."""
    text = random.choice(
        [rb'"\ud800"', rb'"\udfff\ud800"', rb'"\ud83d\ude00\ud83d"', rb'"a\udc00"']
    )
    return post(somewhere(random, case, random.choice([text, b"{%s:1}" % text])))


def variables(random: Random, case: Case) -> bytes:
    """Many variables, long ones, and such as cannot be one."""
    match random.randrange(3):
        case 0:
            more = {f"k{number}": value(random, 1) for number in range(random.choice([10, 5000]))}
        case 1:
            more = {"activation_id": "a" * random.choice([1000, 131_072, 400_000])}
        case _:
            more = {random.choice(["a=b", "", "\0", "é", "ß", "a b"]): value(random)}
    return post(json.dumps({"value": case.value} | more).encode())


ANY = {NO_DICTIONARY, OWN_ERROR, RIGHT, LABEL}
# What does not fit into a native program's environment keeps it from starting.
UNSTARTED = {ABNORMAL}
KINDS = [
    Kind("json-cut", cut, {NO_DICTIONARY}),
    Kind("noise", noise, {NO_DICTIONARY}),
    Kind("json-edited", edited, ANY, weight=3, native=UNSTARTED),
    Kind("no-object", lambda random, case: post(no_object(random)), {NO_DICTIONARY}),
    Kind(
        "value-no-object",
        lambda random, case: post(b'{"value":%s}' % no_object(random)),
        {NO_DICTIONARY},
    ),
    Kind("wrong-types", wrong_types, {OWN_ERROR, RIGHT}, weight=2),
    Kind("nested", nested, {NO_DICTIONARY, OWN_ERROR, RIGHT}, native=UNSTARTED),
    Kind("unreadable-number", unreadable_number, {NO_DICTIONARY}),
    Kind("keys-twice", doubled, {NO_DICTIONARY, OWN_ERROR, RIGHT}),
    Kind("not-utf8", not_utf8, {NO_DICTIONARY, RIGHT}),
    Kind("half-surrogates", surrogate, {NO_DICTIONARY, OWN_ERROR, RIGHT}),
    Kind("variables", variables, {RIGHT}, weight=0.5, native=UNSTARTED),
]
