"""Whatever bytes a client sends, the contract reads them or refuses them with a sentence."""

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from scripts.action import contract, limits, outcome

# JSON as Python writes it: NaN, infinities and halves of surrogate pairs too.
TEXTS = st.text(st.characters())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)
KEYS = st.sampled_from(["value", "deadline", "env", "code", "binary"]) | TEXTS
MESSAGES = st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES) | VALUES)
BODIES = st.binary() | MESSAGES.map(lambda message: json.dumps(message).encode())


@given(BODIES)
def test_run(body):
    with contextlib.suppress(contract.RefusedError):
        found = contract.activation(body)
        assert isinstance(json.loads(found.parameters), dict)
        assert b"\n" not in found.parameters
        for key, text in found.environment.items():
            assert key.startswith("__OW_")
            assert "\0" not in key + text
            text.encode()


@given(BODIES)
def test_init(body):
    with contextlib.suppress(contract.RefusedError):
        assert isinstance(contract.initialisation(body).code, bytes)


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_answers(answer):
    for read in (outcome.of_buffer, outcome.of_line):
        found = read(answer)
        assert found.status in (200, 502)
        assert isinstance(json.loads(found.body), dict | list)


def test_what_is_nested_as_deeply_as_can_be_read_may_be_too_deep_to_be_written():
    for depth in range(800, 1001):
        nested = b'{"a":' * depth + b"1" + b"}" * depth
        for body in (b'{"value":%s}' % nested, b'{"value":{},"more":%s}' % nested):
            with contextlib.suppress(contract.RefusedError):
                contract.activation(body)
        assert outcome.of_buffer(b'{"Ok":%s}' % nested).status in (200, 502)
        assert outcome.of_line(nested).status in (200, 502)


def test_a_result_is_measured_by_its_bytes():
    """Not by the escapes that another writer of JSON would need."""
    text = "é" * ((limits.RESULT_BYTES - len('{"x":""}')) // 2)
    fits, over = (json.dumps({"x": text + more}).encode() for more in ("", "é"))
    assert len(outcome.of_line(fits).body) == limits.RESULT_BYTES
    assert outcome.of_line(over).status == 502


def test_halves_of_surrogate_pairs_stay_what_they_are():
    told = rb'{"x":"\ud800","y":"\ud83d\ude00"}'
    assert json.loads(outcome.of_line(told).body) == json.loads(told)


def test_an_answer_with_a_number_that_json_does_not_know_is_none():
    for number in (b"NaN", b"Infinity", b"1e999"):
        assert outcome.of_line(b'{"x":%s}' % number).status == 502
        assert outcome.of_buffer(b'{"Ok":{"x":%s}}' % number).status == 502
