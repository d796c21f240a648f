"""The oracle itself: preprocessing, answers, damaged models, and photographs with known answers."""

import base64
import hashlib
import io
import json
import shutil

import numpy as np
import pytest
from conftest import fetch_trained
from PIL import Image

from scripts.common.errors import UserError
from scripts.common.preprocessing import preprocess
from scripts.model import encode_request, seeded_graph
from scripts.oracle import answer_cases, reference
from scripts.oracle.reference import Reference

LABELS = [f"class {number}" for number in range(21)]


def png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A small seeded model as model/fetch.py leaves it."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "model.pb").write_bytes(seeded_graph.frozen_graph(0.35, 96, len(LABELS), seed=3))
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    record = {
        "name": "small",
        "sha256": hashlib.sha256((folder / "model.pb").read_bytes()).hexdigest(),
        "size": 96,
        "input_range": [-1, 1],
        "input": "input",
        "output": "MobilenetV2/Predictions/Reshape_1",
    }
    (folder / "model.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="module")
def oracle(model):
    return Reference(model / "model.json")


@pytest.mark.parametrize("bounds", [(-1, 1), (0, 1), (-2, 6)])
def test_pixels_are_scaled_to_the_input_range(bounds):
    image = Image.new("RGB", (7, 5))
    image.paste((255, 0, 51), (0, 0, 7, 5))
    tensor = preprocess(png(image), 4, bounds)
    assert tensor.shape == (1, 4, 4, 3)
    assert tensor.dtype == np.float32
    low, high = bounds
    expected = [high, low, low + 0.2 * (high - low)]
    np.testing.assert_allclose(tensor[0, 2, 1], expected, atol=1e-6)


def test_resizing_averages_over_all_pixels():
    # A chequerboard: without antialiasing some pixels would come out black or white.
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    tensor = preprocess(png(Image.fromarray(board)), 8, (-1, 1))
    assert np.abs(tensor).max() < 0.02


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "I;16"])
def test_other_kinds_of_image_are_taken_as_rgb(mode):
    grey = np.full((6, 6), 65535 if mode == "I;16" else 255, dtype="u2" if mode == "I;16" else "u1")
    image = Image.fromarray(grey)
    tensor = preprocess(png(image if mode == "I;16" else image.convert(mode)), 4, (-1, 1))
    np.testing.assert_allclose(tensor, 1)


def test_the_answer_is_the_most_probable_class(oracle):
    probabilities = np.array([0.1, 0.5, 0.4] + [0.0] * 18, dtype=np.float32)
    answer = oracle.answer(probabilities, top=2)
    assert answer["label"] == "class 1"
    assert answer["confidence"] == pytest.approx(0.5)
    assert [row["index"] for row in answer["top"]] == [1, 2]


def test_an_image_and_its_tensor_give_the_same_answer(oracle):
    image = encode_request.sample_image().read_bytes()
    tensor = base64.b64encode(oracle.tensor(image).tobytes()).decode()
    by_image = reference.reply(oracle, {"image": base64.b64encode(image).decode(), "top": 3})
    by_tensor = reference.reply(oracle, {"tensor": tensor, "top": 3})
    assert by_image == by_tensor
    assert by_image["label"] == by_image["top"][0]["label"] in LABELS


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({}, "exactly one"),
        ({"image": "", "tensor": ""}, "exactly one"),
        ({"image": "", "colour": 1}, "'colour'"),
        ({"image": "?"}, "base64"),
        ({"image": 7}, "base64"),
        ({"tensor": "AAAA"}, "`tensor` is not"),
        ({"image": "AAAA"}, "no JPEG"),
        ({"image": "AAAA", "top": 0}, "`top`"),
    ],
)
def test_wrong_requests(oracle, request_, complaint):
    with pytest.raises(UserError, match=complaint):
        reference.reply(oracle, request_)


@pytest.mark.parametrize("keep", [0, 1000, -1000])
def test_a_truncated_model_is_one_clear_line(model, tmp_path, keep):
    shutil.copytree(model, tmp_path / "model")
    graph = (model / "model.pb").read_bytes()
    (tmp_path / "model" / "model.pb").write_bytes(graph[:keep])
    with pytest.raises(UserError, match=r"model\.pb is no whole frozen graph of small"):
        Reference(tmp_path / "model" / "model.json")


def test_labels_of_another_model(model, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model" / "labels.txt").write_text("one\n")
    with pytest.raises(UserError, match="21 classes, but there are 1 labels"):
        Reference(tmp_path / "model" / "model.json")


def test_the_answers_hold_all_that_a_check_needs(model, oracle, tmp_path):
    request, photograph = tmp_path / "input.json", tmp_path / "red.png"
    encode_request.main(["--out", str(request)])
    photograph.write_bytes(png(Image.new("RGB", (50, 40), (250, 10, 10))))
    arguments = ["--model", str(model / "model.json"), "--input", str(request), "--seed", "1"]
    arguments += ["--out", str(tmp_path / "a.npz"), "--json-out", str(tmp_path / "a.json")]
    assert answer_cases.main([*arguments, "--", str(photograph)]) == 0
    arrays = np.load(tmp_path / "a.npz")
    cases = json.loads((tmp_path / "a.json").read_text())["cases"]
    kinds = {case["name"]: case["kind"] for case in cases}
    assert kinds == {"random": "tensor", "input": "photograph", "red.png": "photograph"}
    assert arrays["image/red.png"].tobytes() == photograph.read_bytes()
    for case in cases:
        tensor = arrays[f"tensor/{case['name']}"]
        assert -1 <= tensor.min() < tensor.max() <= 1
        found = arrays[f"probabilities/{case['name']}"]
        np.testing.assert_allclose(oracle.probabilities(tensor), found, atol=1e-6)
        assert LABELS[found.argmax()] == case["label"]


def test_two_images_of_one_name_are_refused(model, tmp_path):
    request, photograph = tmp_path / "input.json", tmp_path / "red.png"
    encode_request.main(["--out", str(request)])
    photograph.write_bytes(png(Image.new("RGB", (5, 4))))
    with pytest.raises(UserError, match=r"called red\.png"):
        answer_cases.photographs(request, [photograph, photograph])


def test_photographs_with_known_answers(shared, tmp_path):
    fetch_trained(shared, tmp_path)
    oracle = Reference(tmp_path / "model.json")
    expected = json.loads((shared / "images" / "expected.json").read_text())
    for name, row in expected.items():
        tensor = oracle.tensor((shared / "images" / name).read_bytes())
        best = oracle.answer(oracle.probabilities(tensor), top=1)["top"][0]
        assert (best["index"], best["label"]) == (row["index"], row["label"])
        # Those were computed from bytes that Pillow rounded twice.
        assert best["confidence"] == pytest.approx(row["confidence"], abs=0.02)
    sample = oracle.tensor(encode_request.sample_image().read_bytes())
    assert oracle.answer(oracle.probabilities(sample))["label"] == "military uniform"
