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
from scripts.deployment.fuzzing.json_values import (
    KEYS,
    inside,
    no_object,
    somewhere,
    value,
    with_key,
)
from scripts.deployment.fuzzing.kind import Kind
from scripts.deployment.fuzzing.wire import post

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
    Kind("not-utf8", not_utf8, {NO_DICTIONARY}),
    Kind("half-surrogates", surrogate, {NO_DICTIONARY, OWN_ERROR, RIGHT}),
    Kind("variables", variables, {RIGHT}, weight=0.5, native=UNSTARTED),
]
