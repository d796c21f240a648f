"""Graphs that want other pixels, or give logits: what is added does as the entry says."""

from dataclasses import replace

import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import adapting, manifest

SIZE, CLASSES = 4, 3
WEIGHTS = np.random.default_rng(5).normal(0, 0.01, (SIZE * SIZE * 3, CLASSES)).astype(np.float32)
# With the last three of 1001 labels.
PLAIN = replace(
    manifest.load("mobilenet_v2_0.35_96"),
    size=SIZE,
    input="image",
    output="probabilities",
    label_offset=998,
)
LOGITS = {"output": "logits", "output_is": "logits"}
MEAN, STD = (103.0, 116.0, 123.0), (1.5, 2.0, 4.0)


@pytest.fixture(scope="module")
def graph():
    """A linear classifier and its softmax; the logits tell a channel from another."""
    with tf.Graph().as_default() as built:
        image = tf.compat.v1.placeholder(tf.float32, [None, SIZE, SIZE, 3], name="image")
        flat = tf.reshape(image, [-1, WEIGHTS.shape[0]])
        logits = tf.raw_ops.MatMul(a=flat, b=WEIGHTS, name="logits")
        tf.raw_ops.Softmax(logits=logits, name="probabilities")
    return built.as_graph_def().SerializeToString()


@pytest.fixture
def images():
    return np.random.default_rng(6).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)


def run(serialised, ends, images):
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(tf.compat.v1.GraphDef.FromString(serialised), name="")
        with tf.compat.v1.Session(graph=graph) as session:
            return session.run(f"{ends[1]}:0", {f"{ends[0]}:0": images})


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("change", "before"),
    [
        ({"channels": "BGR"}, lambda image: image[..., ::-1]),
        # In the graph's order of channels: after they are swapped.
        (
            {"channels": "BGR", "mean": MEAN, "std": STD},
            lambda image: (image[..., ::-1] - np.float32(MEAN)) / np.float32(STD),
        ),
        ({"mean": MEAN}, lambda image: image - np.float32(MEAN)),
        (LOGITS, lambda image: image),
    ],
    ids=["BGR", "BGR, mean and std", "mean", "logits"],
)
def test_the_graph_does_what_the_entry_says(graph, images, change, before):
    model = replace(PLAIN, **change)
    wanted = softmax(before(images).reshape(2, -1) @ WEIGHTS)
    adapted, *ends = adapting.adapt(graph, model)
    np.testing.assert_allclose(run(adapted, ends, images), wanted, rtol=1e-4, atol=1e-5)


def test_one_placeholder_is_left(graph):
    """Runtimes would wait for the network's own, which nothing feeds any more."""
    adapted, name, _ = adapting.adapt(graph, replace(PLAIN, mean=MEAN))
    nodes = tf.compat.v1.GraphDef.FromString(adapted).node
    assert [node.name for node in nodes if node.op == "Placeholder"] == [name]


def test_channels_are_swapped_by_what_tract_reads(graph):
    """Not by GatherV2, whose indices it wants in 32 bits and then in 64."""
    adapted, *_ = adapting.adapt(graph, replace(PLAIN, channels="BGR"))
    nodes = tf.compat.v1.GraphDef.FromString(adapted).node
    assert {node.op for node in nodes if node.name == "adapted/channels"} == {"Conv2D"}


def test_what_was_added_is_told():
    model = replace(PLAIN, channels="BGR", std=STD, output_is="logits")
    told = "BGR, mean [0.0, 0.0, 0.0], std [1.5, 2.0, 4.0], softmax"
    assert adapting.told(model) == f"with nodes added for {told}"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"input": "imgae"}, "no node 'imgae'; its placeholders: image; correct `input`"),
        ({"output": "x"}, "no node 'x'; its last one is probabilities; correct `output`"),
        ({"label_offset": 999}, "has 3 classes, but there are 2 labels; correct `labels` or"),
        ({"size": 5}, r"takes \[None, 4, 4, 3\], not \[1, 5, 5, 3\]; correct `size`"),
        ({"output": "logits"}, "gives no probabilities, but .* say `output_is: logits`"),
        ({"output_is": "logits"}, "gives probabilities already; say `output_is: probabilities`"),
    ],
)
def test_what_does_not_fit_the_graph_is_told(graph, change, complaint):
    with pytest.raises(UserError, match=complaint):
        adapting.adapt(graph, replace(PLAIN, **change))


def test_an_input_of_bytes_is_refused():
    with tf.Graph().as_default() as built:
        image = tf.compat.v1.placeholder(tf.uint8, [None, SIZE, SIZE, 3], name="image")
        tf.cast(image, tf.float32, name="probabilities")
    with pytest.raises(UserError, match="cannot be used: .*float.*uint8"):
        adapting.adapt(built.as_graph_def().SerializeToString(), PLAIN)


def test_a_graph_that_needs_nothing_stays_as_it_is(graph):
    assert adapting.adapt(graph, PLAIN) == (graph, "image", "probabilities")


def test_what_is_no_graph():
    with pytest.raises(UserError, match="_frozen.pb is no frozen graph"):
        adapting.adapt(b"\xff" * 40, replace(PLAIN, mean=MEAN))


def built(*, batch=None, of=lambda image: image):
    """A graph of what is made of the image, whatever that is."""
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, [batch, SIZE, SIZE, 3], name="image")
        tf.identity(of(image), name="probabilities")
    return graph.as_graph_def().SerializeToString()


def waiting(image):
    """Needs a second placeholder, such as `training`."""
    return tf.reduce_mean(image, [1, 2]) * tf.compat.v1.placeholder(tf.float32, [], name="more")


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        (built(batch=8), r"takes \[8, 4, 4, 3\], not \[1, 4, 4, 3\]"),
        (built(of=waiting), "does not run on one image: .*must feed a value for placeholder"),
        (built(), r"gives \[1, 4, 4, 3\] for one image, not \[1, 3\]; correct `output`"),
        (built(of=lambda image: tf.argmax(tf.reduce_mean(image, [1, 2]), -1)), "classes|gives"),
    ],
    ids=["batch", "placeholder", "map", "argmax"],
)
def test_what_does_not_classify_one_image_is_told(graph, complaint):
    with pytest.raises(UserError, match=complaint):
        adapting.adapt(graph, PLAIN)


def test_an_operation_that_tensorflow_does_not_have_is_told(graph):
    definition = tf.compat.v1.GraphDef.FromString(graph)
    next(node for node in definition.node if node.op == "Softmax").op = "Hardmax"
    with pytest.raises(UserError, match="cannot be used: .*Hardmax"):
        adapting.adapt(definition.SerializeToString(), PLAIN)
