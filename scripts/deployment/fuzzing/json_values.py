"""JSON that may say anything, in and beside a right request."""

import json
from random import Random

from scripts.deployment.cases import Case

# None of them is a count of iterations that an activation would be busy with.
NUMBERS = [0, -1, -0.0, 0.5, 1e308, 5e-324, 2**31, 2**32 - 1, 2**53 + 1, 2**63, 2**64, -(10**400)]
TEXTS = ["", "\0", "x", "é", "\U0001f600", "null", "0", "a" * 300, "=", "\u202e", "__ow_x"]
KEYS = ["image", "tensor", "top", "iterations", "phases", "probabilities", "__ow_method", "", "é"]


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
