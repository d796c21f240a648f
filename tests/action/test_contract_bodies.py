"""Whatever bytes a client sends, the contract reads them or refuses them with a sentence."""

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from scripts.action import contract, outcome

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
