"""What contenders in integers are held against: numpy's scores, as probabilities."""

import numpy as np
import pytest

from scripts.model import quantise
from scripts.model.lowering import INPUT, POINTWISE, SOFTMAX, Layer
from scripts.oracle import answer_integers, own_answers

LABELS = ["red", "green", "blue"]


def test_an_answer_names_the_best_two():
    layers = [Layer(POINTWISE, INPUT, 1, 3, 1, 3), Layer(SOFTMAX, 0, 1, 3, 1, 3)]
    layers[0].weights = np.eye(3, dtype=np.float32)[np.newaxis, np.newaxis]
    quantised = quantise.quantise(layers, (-1, 1), [(-1, 1), (0, 1)], 255)
    tensor = np.array([0.2, 1.0, -1.0], np.float32).reshape(1, 1, 1, 3)
    found = answer_integers.probabilities(quantised, tensor, 255)
    expected = np.exp([0.2, 1.0, -1.0]) / np.exp([0.2, 1.0, -1.0]).sum()
    assert np.abs(found - expected).max() < 1e-3
    row = own_answers.row({"name": "random", "kind": "tensor", "label": "red"}, found, LABELS)
    assert (row["label"], row["second"]["label"]) == ("green", "red")
    assert row["confidence"] == float(found[1])
    assert (row["name"], row["kind"]) == ("random", "tensor")


def brightness(tensor):
    """Three classes: one that no pixel moves, one that each pixel moves, one far behind."""
    mean = float(tensor.mean())
    return np.array([0.4, 0.395 + mean, 0.1 + mean], np.float32)


@pytest.mark.parametrize(
    ("bounds", "good", "moved"),
    [((0, 255), LABELS, 0.1), ((-1, 1), ["red"], 0), ((0, 20), ["red", "green"], 0.01)],
)
def test_what_pixels_a_level_away_can_turn_is_as_good(bounds, good, moved):
    tensor = np.zeros((1, 2, 2, 3), np.float32)
    found = brightness(tensor)
    moves = answer_integers.moves(brightness, tensor, found, bounds)
    allowed = own_answers.allowed(found, moves, LABELS)
    assert allowed["as_good"] == good
    # No variant moves the mean of twelve pixels by more than a level.
    step = (bounds[1] - bounds[0]) / 255
    assert moved <= allowed["moved"] <= step
