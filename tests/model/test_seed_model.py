"""The seeded network: the published one's shape, the same bytes each time, answers that differ."""

import itertools

import numpy as np
import pytest

from scripts.common.quiet_tensorflow import tf
from scripts.model import mobilenet_v1, mobilenet_v2, seeded_graph

WIDTH, SIZE, CLASSES = 0.35, 96, 1001
OPERATIONS = {
    "Placeholder", "Const", "Identity", "Conv2D", "DepthwiseConv2dNative", "FusedBatchNorm",
    "Relu6", "Add", "AvgPool", "BiasAdd", "Squeeze", "Reshape", "Shape", "Softmax",
}  # fmt: skip


@pytest.fixture(scope="module")
def serialised():
    return seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=7)


@pytest.fixture(scope="module")
def nodes(serialised):
    return {node.name: node for node in tf.compat.v1.GraphDef.FromString(serialised).node}


def parameters(layers, classes=1001):
    """Count what training would have learnt."""
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
    assert parameters(mobilenet_v2.layers(width)) == count


@pytest.mark.parametrize(
    # The same of keras.applications.MobileNet(alpha=width, classes=1001).
    ("width", "count"),
    [(0.25, 470_329), (0.5, 1_332_105), (0.75, 2_586_329), (1.0, 4_233_001)],
)
def test_v1_has_as_many_parameters_as_published(width, count):
    assert parameters(mobilenet_v1.layers(width)) == count


@pytest.mark.parametrize("network", [mobilenet_v1, mobilenet_v2])
def test_the_layers_fit_one_another(network):
    for layer, following in itertools.pairwise(network.layers(1.4)):
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


@pytest.fixture(scope="module")
def v1():
    return seeded_graph.frozen_graph(0.25, SIZE, CLASSES, seed=7, architecture="mobilenet_v1")


def test_operations_names_and_shapes_of_the_published_graph_of_v1(v1):
    nodes = {node.name: node for node in tf.compat.v1.GraphDef.FromString(v1).node}
    expected = {
        "input": "Placeholder",
        "MobilenetV1/Conv2d_0/weights": "Const",
        "MobilenetV1/MobilenetV1/Conv2d_0/Conv2D": "Conv2D",
        "MobilenetV1/MobilenetV1/Conv2d_0/BatchNorm/FusedBatchNorm": "FusedBatchNorm",
        "MobilenetV1/MobilenetV1/Conv2d_1_depthwise/depthwise": "DepthwiseConv2dNative",
        "MobilenetV1/MobilenetV1/Conv2d_13_pointwise/Relu6": "Relu6",
        "MobilenetV1/Logits/AvgPool_1a/AvgPool": "AvgPool",
        "MobilenetV1/Logits/Conv2d_1c_1x1/BiasAdd": "BiasAdd",
        "MobilenetV1/Logits/SpatialSqueeze": "Squeeze",
        "MobilenetV1/Predictions/Reshape_1": "Reshape",
    }
    assert {name: nodes[name].op for name in expected} == expected
    assert {node.op for node in nodes.values()} == OPERATIONS - {"Add"}
    weights = nodes["MobilenetV1/Conv2d_13_pointwise/weights"].attr["value"].tensor
    assert [dimension.size for dimension in weights.tensor_shape.dim] == [1, 1, 256, 256]


def test_only_operations_that_tract_reads(nodes):
    assert {node.op for node in nodes.values()} == OPERATIONS
    normalised = [node for node in nodes.values() if node.op == "FusedBatchNorm"]
    assert len(normalised) == len(mobilenet_v2.layers(WIDTH))
    assert not any(node.attr["is_training"].b for node in normalised)


@pytest.mark.parametrize(
    ("made", "root"), [("serialised", "MobilenetV2"), ("v1", "MobilenetV1")], ids=["v2", "v1"]
)
def test_answers_are_probabilities_that_depend_on_the_image(made, root, request):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(
            tf.compat.v1.GraphDef.FromString(request.getfixturevalue(made)), name=""
        )
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE * 2 - 1
    pictures = [rows, columns, np.hypot(rows, columns) - 1, rows * columns, -rows]
    batch = np.stack([np.stack([picture] * 3, axis=-1) for picture in pictures])
    with tf.compat.v1.Session(graph=graph) as session:
        found = session.run(f"{root}/Predictions/Reshape_1:0", {"input:0": batch})
    assert found.shape == (len(pictures), CLASSES)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    # Neither flat nor saturated, and not the same for all: a comparison would prove little.
    assert (found.max(axis=1) > 5 / CLASSES).all()
    assert found.max(axis=1).min() < 0.95
    assert len(set(found.argmax(axis=1))) >= 3
