"""Networks in ONNX become frozen graphs that answer as ONNX Runtime does, or are refused."""

from dataclasses import replace

import made_up_onnx
import numpy as np
import onnx
import pytest
from conftest import complaint
from made_up_onnx import CLASSES, LAST, NETWORKS, SIZE, channels_last, mobile, written

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import (
    convert,
    fold,
    from_onnx,
    lowering,
    manifest,
    onnx_operations,
    seeded_graph,
)

MODEL = manifest.Model(
    name="net", member="net.onnx", size=SIZE, input_range=(-1.0, 1.0), input="pixels",
    output="scores", labels=None, label_offset=0, channels="RGB", mean=(0.0,) * 3, std=(1.0,) * 3,
    output_is="logits",
)  # fmt: skip


def answers(graph, images):
    graph_of = tf.Graph()
    with graph_of.as_default():
        tf.import_graph_def(tf.compat.v1.GraphDef.FromString(graph), name="")
    ends = f"{from_onnx.OUTPUT}:0", f"{from_onnx.INPUT}:0"
    with tf.compat.v1.Session(graph=graph_of) as session:
        return session.run(ends[0], {ends[1]: images})


@pytest.mark.parametrize("name", NETWORKS)
def test_the_graph_answers_as_onnx_runtime(name):
    data = written(*NETWORKS[name])
    images = np.random.default_rng(1).uniform(-1, 1, (3, SIZE, SIZE, 3)).astype(np.float32)
    given = images if name == "last" else images.transpose(0, 3, 1, 2)
    wanted = made_up_onnx.scores(data, given)
    assert wanted.shape == (3, CLASSES)
    assert np.ptp(wanted, axis=0).max() > 3e-4
    found = answers(from_onnx.convert(data, MODEL), images)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize("name", ["squeezenet", "densenet121"])
def test_published_networks_are_converted(name):
    """Those of the ONNX project's own tests; the conversion itself compares the answers."""
    data, ends = made_up_onnx.published(name)
    graph = from_onnx.convert(data, replace(MODEL, size=224, **ends))
    found = answers(graph, np.zeros((2, 224, 224, 3), np.float32))
    assert found.shape == (2, 1000)
    assert np.isfinite(found).all()


def test_the_same_bytes_each_time():
    data = written(mobile)
    assert from_onnx.convert(data, MODEL) == from_onnx.convert(data, MODEL)


def test_a_mobilenet_comes_back_as_what_the_packed_form_takes(tmp_path):
    """SAME padding is known as such; batch norm is folded as it is in TensorFlow's own graphs."""
    name = "MobilenetV2/Predictions/Reshape_1"
    size = 96
    graph = seeded_graph.frozen_graph(0.35, size, CLASSES, seed=3)
    record = {"name": "net", "size": size, "input": "input", "output": name}
    layers = lowering.lower(fold.prepare(graph, record), record)
    (tmp_path / "model.pb").write_bytes(graph)
    data = convert.onnxruntime(tmp_path / "model.pb", record, None)
    ends = {"input": "input:0", "output": "MobilenetV2/Predictions/Softmax:0"}
    converted = from_onnx.convert(data, replace(MODEL, size=size, **ends))
    record |= {"input": from_onnx.INPUT, "output": from_onnx.OUTPUT}
    found = lowering.lower(fold.prepare(converted, record), record)
    assert [layer.kind for layer in found] == [layer.kind for layer in layers]
    for one, other in zip(found, layers, strict=True):
        assert (one.pad, one.stride, one.clamp, one.add) == (
            other.pad, other.stride, other.clamp, other.add,
        )  # fmt: skip
        if one.weights is not None:
            np.testing.assert_allclose(one.weights, other.weights, rtol=0, atol=1e-4)


def with_a(kind, *more, **attributes):
    def build(net):
        net.add(kind, *more, **attributes)

    return build


def grouped(net):
    net.convolution(3, 8, 3)
    net.add("Conv", net.drawn(8, 4, 3, 3), group=2)


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (with_a("Erf"), "Erf (onnx/body/Erf.0_output_0) is an operation, which is not"),
        (grouped, "Conv (onnx/body/Conv.1_output_0) is of groups of channels, which"),
        (
            with_a("Flatten", axis=1),
            "Flatten (onnx/body/Flatten.0_output_0) changes the shape of",
        ),
        (with_a("MaxPool", kernel_shape=[2, 2], dilations=[2, 2]), "is dilated"),
        (
            lambda net: net.convolution(3, 4, 3, pads=[4000] * 4),
            "is padded by more than its kernel",
        ),
        (with_a("Relu", domain="mine"), "is an operation, which is not converted"),
        (with_a("Transpose", perm=[0, 1, 3, 2]), "turns a map"),
        (with_a("Softmax", axis=1), "Softmax (onnx/body/Softmax.0_output_0) changes the shape of"),
        (with_a("Softmax", axis=2), "is not over the classes"),
        (
            with_a("AveragePool", kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]),
            "is a mean of padded windows",
        ),
        (with_a("ReduceMean", axes=[1]), "is no mean over the whole map"),
    ],
)
def test_what_is_not_converted_is_refused_by_its_name(build, complaint):
    with pytest.raises(UserError) as caught:
        from_onnx.convert(written(build), MODEL)
    assert complaint in str(caught.value)
    assert str(caught.value).endswith("give a frozen TensorFlow graph instead")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"input": "image"}, "net.onnx has no input 'image', but pixels; correct `input` in"),
        ({"output": "logits"}, "net.onnx has no output 'logits', but scores; correct `output`"),
        ({"size": 64}, "net.onnx takes [0, 3, 32, 32], not [1, 3, 64, 64] or [1, 64, 64, 3]"),
    ],
)
def test_a_wrong_entry_is_told_in_a_line(change, complaint):
    with pytest.raises(UserError) as caught:
        from_onnx.convert(written(mobile), replace(MODEL, **change))
    assert str(caught.value).startswith(complaint)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kept", [0, 100, 2000])
def test_a_damaged_file_is_refused(kept):
    with pytest.raises(UserError, match=r"net.onnx is no network in ONNX \(.*\); name another"):
        from_onnx.convert(written(mobile)[:kept] + b"\xff" * 20, MODEL)


def test_a_batch_of_its_own_is_refused():
    with pytest.raises(UserError, match=r"takes FLOAT \[4, 3, 32, 32\]; export it for float32 and"):
        from_onnx.convert(written(mobile, [4, 3, SIZE, SIZE]), MODEL)


def test_weights_in_another_file_are_not_read():
    network = onnx.load_model_from_string(written(mobile))
    tensor = network.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "README.md", 0, 12)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    with pytest.raises(UserError, match="keeps weights in another file; export it with all"):
        from_onnx.convert(network.SerializeToString(), MODEL)


@pytest.mark.parametrize("seed", range(40))
def test_a_bit_that_is_wrong_gives_one_line_or_a_network(seed):
    random, data = np.random.default_rng(seed), bytearray(written(channels_last, LAST))
    data[random.integers(len(data))] ^= 1 << random.integers(8)
    assert "\n" not in complaint(from_onnx.convert, bytes(data), MODEL)


def test_a_network_that_answers_the_same_to_everything_is_refused():
    def dead(net):
        net.add("Clip", net.constant(np.float32(2)), net.constant(np.float32(2)))
        net.add("GlobalAveragePool")

    with pytest.raises(UserError, match="gives the same answer to every image"):
        from_onnx.convert(written(dead), MODEL)


def test_a_name_of_the_converted_graph_s_own_is_any_other():
    def named(net):
        mobile(net)
        net.nodes[0].name = "answer"

    assert from_onnx.convert(written(named), MODEL)


def test_a_conversion_that_answers_otherwise_is_refused(monkeypatch):
    nothing = onnx_operations.OPERATIONS["Identity"]
    monkeypatch.setitem(onnx_operations.OPERATIONS, "Relu", nothing)
    with pytest.raises(UserError, match="converted, answers otherwise than ONNX Runtime does"):
        from_onnx.convert(written(mobile), MODEL)
