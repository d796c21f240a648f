"""Quantised networks of LiteRT's keep their integers: weights, scales and zero points."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import yaml
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from conftest import complaint, fetch_model

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import (
    calibrate,
    convert,
    fold,
    from_tflite,
    integers,
    lowering,
    manifest,
    quantise,
    seeded_graph,
)
from scripts.model.lowering import DEPTHWISE
from scripts.oracle.reference import Reference

SIZE, CLASSES, TOP = 96, 21, 255
NAME = "MobilenetV2/Predictions/Reshape_1"
# LiteRT's own file of the shared folder, and what its levels make of a byte of 0 and of 255.
PUBLISHED = "tf2_mobilenet_v2_1.0_224_ptq.tflite"
PUBLISHED_RANGE = [-0.99607849, 1.00392163]


def photographs(count):
    return np.random.default_rng(2).uniform(-1, 1, (count, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A network that LiteRT's converter quantised."""
    path = tmp_path_factory.mktemp("quantised") / "model.pb"
    path.write_bytes(seeded_graph.frozen_graph(0.35, SIZE, CLASSES, seed=3))
    record = {"size": SIZE, "input": "input", "output": NAME}
    return convert.litert_int8(path, record, lambda: [image[None] for image in photographs(8)])


@pytest.fixture(scope="module")
def model(file):
    ends = Interpreter(model_content=file)
    names = [getattr(ends, f"get_{side}_details")()[0]["name"] for side in ("input", "output")]
    return manifest.Model(
        name="net", member="net.tflite", size=SIZE, input_range=(-1.0, 1.0), input=names[0],
        output=names[1], labels=None, label_offset=0, channels="RGB", mean=(0.0,) * 3,
        std=(1.0,) * 3, output_is="probabilities",
    )  # fmt: skip


@pytest.fixture(scope="module")
def quantised(file, model):
    """Its layers in integers again, as the workflow makes them."""
    graph, bounds = from_tflite.convert(file, model)
    record = {"name": "net", "size": SIZE, "input": from_tflite.INPUT}
    record |= {"output": from_tflite.OUTPUT, "input_range": [-1.0, 1.0]}
    found = lowering.lowered(fold.prepare(graph, record), record)
    ranges = calibrate.given(found, bounds)
    return quantise.quantise(found.layers, bounds[from_tflite.INPUT], ranges, TOP)


def convolutions(file):
    """Yield the integers of each convolution in a file, and the scale of its output."""
    network = schema.Model.GetRootAsModel(file, 0)
    graph = network.Subgraphs(0)
    for place in range(graph.OperatorsLength()):
        operator = graph.Operators(place)
        code = network.OperatorCodes(operator.OpcodeIndex())
        if code.BuiltinCode() in (
            schema.BuiltinOperator.CONV_2D,
            schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        ):
            weights, bias = (graph.Tensors(operator.Inputs(at)) for at in (1, 2))
            scales = graph.Tensors(operator.Outputs(0)).Quantization()
            yield (
                network.Buffers(weights.Buffer()).DataAsNumpy().view(np.int8)
                .reshape(weights.ShapeAsNumpy()),
                network.Buffers(bias.Buffer()).DataAsNumpy().view(np.int32),
                scales.Scale(0), scales.ZeroPoint(0) + 128,
            )  # fmt: skip


def test_integers_are_those_of_the_file(file, quantised):
    layers = [layer for layer in quantised if layer.weights is not None]
    rows = list(convolutions(file))
    assert len(layers) == len(rows) == 53
    for layer, (weights, bias, step, zero) in zip(layers, rows, strict=True):
        depthwise = layer.layer.kind == DEPTHWISE
        wanted = weights[0] if depthwise else weights.transpose(1, 2, 3, 0)
        np.testing.assert_array_equal(layer.weights.reshape(wanted.shape), wanted)
        sums = layer.weights.sum(tuple(range(layer.weights.ndim - 1)), dtype=np.int64)
        np.testing.assert_array_equal(layer.bias + np.rint(layer.source.zero * sums), bias)
        # What is added to has the scale of the sum.
        if layer.target and layer.added is None:
            assert (layer.target.step, layer.target.zero) == (pytest.approx(step, rel=1e-6), zero)


def test_the_answers_are_as_near_to_the_floats_as_litert_s(file, model, quantised):
    """LiteRT rounds what a sum is made of, too, so that neither has the other's levels."""
    images = photographs(24)[8:]
    *_, scores = integers.outputs(quantised, images, TOP)
    found = tf.nn.softmax(scores.reshape(len(images), -1)).numpy()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        converted, _ = from_tflite.convert(file, model)
        tf.import_graph_def(tf.compat.v1.GraphDef.FromString(converted), name="")
        floats = session.run("answer:0", {"image:0": images})
    runtime = Interpreter(model_content=file)
    runtime.allocate_tensors()
    given, taken = runtime.get_input_details()[0], runtime.get_output_details()[0]
    of_litert = []
    for image in images:
        runtime.set_tensor(given["index"], image[None])
        runtime.invoke()
        of_litert.append(runtime.get_tensor(taken["index"]).ravel())
    wanted = np.abs(np.array(of_litert) - floats).mean()
    assert 0 < np.abs(found - floats).mean() < 1.3 * wanted


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"input": "image"}, "net.tflite has no input 'image', but "),
        ({"output": "scores"}, "net.tflite has no output 'scores', but "),
    ],
)
def test_a_wrong_entry_is_told_in_a_line(file, model, change, complaint):
    with pytest.raises(UserError) as caught:
        from_tflite.convert(file, replace(model, **change))
    assert str(caught.value).startswith(complaint)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", range(60))
def test_a_byte_that_is_wrong_gives_one_line_or_a_network(file, model, seed):
    random, data = np.random.default_rng(seed), bytearray(file)
    # Most of a file are weights: what says where they are is at its end.
    place = len(data) - 1 - random.integers(60_000) if seed % 2 else random.integers(8, 2000)
    data[place] ^= 1 << random.integers(8)
    assert "\n" not in complaint(from_tflite.convert, bytes(data), model)


def test_what_is_no_such_file_is_refused(model):
    with pytest.raises(UserError, match="is no network of LiteRT's; name another"):
        from_tflite.convert(b"\0" * 40, model)


def test_a_layer_without_a_scale_is_refused(file, model):
    graph, bounds = from_tflite.convert(file, model)
    record = {"name": "net", "size": SIZE, "input": "image", "output": "answer"}
    found = lowering.lowered(fold.prepare(graph, record), record)
    less = {name: pair for name, pair in bounds.items() if name != "Relu6_3"}
    with pytest.raises(UserError, match="came quantised, but layer 4 has no scale"):
        calibrate.given(found, less)


def fetched(shared, folder, name, **entry):
    """Take a file of the shared folder into a folder, as the workflow does."""
    path = shared / "models" / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    labels = (shared / "models/imagenet_labels.txt").read_text()
    (folder / "labels.txt").write_text(labels)
    row = {"member": name, "member_digest": f"sha256:{digest}", "size": 224, "labels": "labels.txt"}
    row |= {"input": "input", "output": "Identity", "input_range": PUBLISHED_RANGE, **entry}
    (folder / "manifest.yaml").write_text(yaml.safe_dump({"net": row}))
    mirror, listed = shared / "models", f"--manifest={folder / 'manifest.yaml'}"
    return fetch_model("net", mirror, folder, listed, f"--labels-out={folder / 'labels.out'}")


def test_a_published_network_names_photographs(shared, tmp_path):
    """In floats by TensorFlow, and in its own integers, by numpy."""
    record = json.loads(fetched(shared, tmp_path, PUBLISHED).read_text())
    found = lowering.lowered((tmp_path / "model.pb").read_bytes(), record)
    ranges = calibrate.given(found, record["ranges"])
    layers = quantise.quantise(found.layers, tuple(record["input_range"]), ranges, TOP)
    reference = Reference(tmp_path / "model.json")
    expected = json.loads((shared / "images/expected.json").read_text())
    for name, answer in expected.items():
        tensor = reference.tensor((shared / "images" / name).read_bytes())
        label = reference.answer(reference.probabilities(tensor))["label"]
        *_, scores = integers.outputs(layers, tensor.reshape(1, 224, 224, 3), TOP)
        known = answer["label"].split(",")[0]
        assert (label, reference.labels[scores.argmax()]) == (label, label)
        assert known in label


def test_unsigned_weights_are_refused(shared, tmp_path):
    older = {"output": "output", "input_range": [-1, 0.9921875]}
    with pytest.raises(UserError, match="has no signed integers of 8 bits"):
        fetched(shared, tmp_path, "mobilenet_v2_1.0_224_quant.tflite", **older)


def test_another_range_than_the_file_s_is_refused(shared, tmp_path):
    with pytest.raises(UserError, match=r"of -0.9960784.* to 1.0039216.*; correct `input_range`"):
        fetched(shared, tmp_path, PUBLISHED, input_range=[-1, 1])
