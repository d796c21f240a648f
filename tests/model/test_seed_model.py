"""The seeded network: the published one's shape, the same bytes each time, answers that differ."""

import itertools

import numpy as np
import pytest

from scripts.common.quiet_tensorflow import tf
from scripts.model import mobilenet_v2, seeded_graph

WIDTH, SIZE, CLASSES = 0.35, 96, 1001


@pytest.fixture(scope="module")
def serialised():
    return seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=7)


@pytest.fixture(scope="module")
def nodes(serialised):
    return {node.name: node for node in tf.compat.v1.GraphDef.FromString(serialised).node}


def parameters(width, classes=1001):
    """Count what training would have learnt."""
    layers = mobilenet_v2.layers(width)
    count = sum(np.prod(layer.weights_shape) + 2 * layer.outputs for layer in layers)
    return int(count) + (layers[-1].outputs + 1) * classes


@pytest.mark.parametrize(
    # What keras.applications.MobileNetV2(alpha=width, classes=1001) has to train.
    ("width", "count"),
    [
        (0.35, 1_678_409),
        (0.5, 1_969_961),
        (0.75, 2_637_705),
        (1.0, 3_506_153),
        (1.3, 5_388_457),
        (1.4, 6_110_569),
    ],
)
def test_as_many_parameters_as_published(width, count):
    assert parameters(width) == count


def test_the_layers_fit_one_another():
    for layer, following in itertools.pairwise(mobilenet_v2.layers(1.4)):
        assert layer.outputs == following.inputs


def test_the_same_bytes_from_the_same_seed(serialised):
    assert seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=7) == serialised
    assert seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=8) != serialised


def test_operations_names_and_shapes_of_the_published_graph(nodes):
    expected = {
        "input": "Placeholder",
        "MobilenetV2/Conv/Conv2D": "Conv2D",
        "MobilenetV2/Conv/BatchNorm/FusedBatchNorm": "FusedBatchNorm",
        "MobilenetV2/Conv/Relu6": "Relu6",
        "MobilenetV2/expanded_conv/depthwise/depthwise": "DepthwiseConv2dNative",
        "MobilenetV2/expanded_conv_1/expand/Conv2D": "Conv2D",
        "MobilenetV2/expanded_conv_2/add": "Add",
        "MobilenetV2/expanded_conv_16/project/BatchNorm/FusedBatchNorm": "FusedBatchNorm",
        "MobilenetV2/Conv_1/Relu6": "Relu6",
        "MobilenetV2/Logits/AvgPool": "AvgPool",
        "MobilenetV2/Logits/Conv2d_1c_1x1/BiasAdd": "BiasAdd",
        "MobilenetV2/Logits/Squeeze": "Squeeze",
        "MobilenetV2/Predictions/Softmax": "Softmax",
        "MobilenetV2/Predictions/Reshape_1": "Reshape",
    }
    assert {name: nodes[name].op for name in expected} == expected
    # The widening is by one in the first block, and there is no addition where shapes change.
    for absent in ("expanded_conv/expand/Conv2D", "expanded_conv_1/add", "expanded_conv_16/add"):
        assert f"MobilenetV2/{absent}" not in nodes
    weights = nodes["MobilenetV2/expanded_conv_1/expand/weights"].attr["value"].tensor
    assert [dimension.size for dimension in weights.tensor_shape.dim] == [1, 1, 8, 48]


def test_only_operations_that_tract_reads(nodes):
    assert {node.op for node in nodes.values()} == {
        "Placeholder", "Const", "Identity", "Conv2D", "DepthwiseConv2dNative", "FusedBatchNorm",
        "Relu6", "Add", "AvgPool", "BiasAdd", "Squeeze", "Reshape", "Shape", "Softmax",
    }  # fmt: skip
    normalised = [node for node in nodes.values() if node.op == "FusedBatchNorm"]
    assert len(normalised) == len(mobilenet_v2.layers(WIDTH))
    assert not any(node.attr["is_training"].b for node in normalised)


def test_answers_are_probabilities_that_depend_on_the_image(serialised):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(tf.compat.v1.GraphDef.FromString(serialised), name="")
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE * 2 - 1
    pictures = [rows, columns, np.hypot(rows, columns) - 1, rows * columns, -rows]
    batch = np.stack([np.stack([picture] * 3, axis=-1) for picture in pictures])
    with tf.compat.v1.Session(graph=graph) as session:
        found = session.run("MobilenetV2/Predictions/Reshape_1:0", {"input:0": batch})
    assert found.shape == (len(pictures), CLASSES)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    # Neither flat nor saturated, and not the same for all: a comparison would prove little.
    assert (found.max(axis=1) > 5 / CLASSES).all()
    assert found.max(axis=1).min() < 0.95
    assert len(set(found.argmax(axis=1))) >= 3
