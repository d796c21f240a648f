"""MobileNet V2 with seeded weights as a frozen graph: the nodes of TF-slim's, no download.

The graph has the operations, names and shapes of the published `mobilenet_v2_*_frozen.pb`, with
batch norm unfolded, so that it costs the same to load and to run. Its labels mean nothing.
"""

import numpy as np

from scripts.common.quiet_tensorflow import tf
from scripts.model import seeded_weights
from scripts.model.mobilenet_v2 import TOTAL_STRIDE
from scripts.model.seeded_weights import EPSILON, SeededLayer, SeededNetwork

ROOT = "MobilenetV2"
NHWC = "NHWC"


def frozen_graph(
    width: float, size: int, classes: int, input_range: tuple = (-1.0, 1.0), seed: int = 0
) -> bytes:
    """Return a serialised GraphDef; the same arguments give the same bytes.

    Its input is `input`, float32 [batch, size, size, 3] in `input_range`; its output is
    `MobilenetV2/Predictions/Reshape_1`, float32 [batch, classes], which sums to 1.
    """
    network = seeded_weights.draw(width, size, classes, input_range, seed)
    graph = tf.Graph()
    with graph.as_default():
        image = tf.compat.v1.placeholder(tf.float32, [None, size, size, 3], name="input")
        features = _features(tf.identity(image, name=f"{ROOT}/input"), network)
        _predictions(_logits(features, network, -(-size // TOTAL_STRIDE)), classes)
    return graph.as_graph_def().SerializeToString(deterministic=True)


def _variable(name: str, value: np.ndarray):
    """Add a frozen variable: a constant and the identity that reads it."""
    return tf.identity(tf.constant(value, name=name), name=f"{name}/read")


def _features(net, network: SeededNetwork):
    block_input = None
    for seeded in network.layers:
        layer, block = seeded.layer, f"{ROOT}/{seeded.layer.block}"
        if layer.opens:
            net = block_input = tf.identity(net, name=f"{block}/input")
        net = _convolution(net, seeded)
        if layer.scope.endswith("/expand"):
            net = tf.identity(net, name=f"{block}/expansion_output")
        if layer.depthwise:
            net = tf.identity(net, name=f"{block}/depthwise_output")
        if layer.residual:
            net = tf.raw_ops.Add(x=net, y=block_input, name=f"{block}/add")
        if layer.closes:
            net = tf.identity(net, name=f"{block}/output")
    return tf.identity(net, name=f"{ROOT}/embedding")


def _convolution(net, seeded: SeededLayer):
    layer, scope = seeded.layer, f"{ROOT}/{seeded.layer.scope}"
    strides = [1, layer.stride, layer.stride, 1]
    common = {"input": net, "strides": strides, "padding": "SAME", "data_format": NHWC}
    if layer.depthwise:
        weights = _variable(f"{scope}/depthwise_weights", seeded.weights)
        net = tf.raw_ops.DepthwiseConv2dNative(filter=weights, name=f"{scope}/depthwise", **common)
    else:
        weights = _variable(f"{scope}/weights", seeded.weights)
        net = tf.raw_ops.Conv2D(filter=weights, name=f"{scope}/Conv2D", **common)
    # Not FusedBatchNormV3, which tract-tensorflow does not know.
    net = tf.raw_ops.FusedBatchNorm(
        x=net,
        scale=_variable(f"{scope}/BatchNorm/gamma", seeded.gamma),
        offset=_variable(f"{scope}/BatchNorm/beta", seeded.beta),
        mean=_variable(f"{scope}/BatchNorm/moving_mean", seeded.mean),
        variance=_variable(f"{scope}/BatchNorm/moving_variance", seeded.variance),
        epsilon=EPSILON,
        data_format=NHWC,
        is_training=False,
        name=f"{scope}/BatchNorm/FusedBatchNorm",
    ).y
    if layer.relu6:
        return tf.raw_ops.Relu6(features=net, name=f"{scope}/Relu6")
    return tf.identity(net, name=f"{scope}/Identity")


def _logits(net, network: SeededNetwork, side: int):
    scope, ones = f"{ROOT}/Logits", [1, 1, 1, 1]
    net = tf.raw_ops.AvgPool(
        value=net, ksize=[1, side, side, 1], strides=ones, padding="VALID", name=f"{scope}/AvgPool"
    )
    net = tf.identity(net, name=f"{scope}/Dropout/Identity")
    convolution = f"{scope}/Conv2d_1c_1x1"
    net = tf.raw_ops.Conv2D(
        input=net,
        filter=_variable(f"{convolution}/weights", network.weights),
        strides=ones,
        padding="SAME",
        name=f"{convolution}/Conv2D",
    )
    net = tf.raw_ops.BiasAdd(
        value=net,
        bias=_variable(f"{convolution}/biases", network.biases),
        name=f"{convolution}/BiasAdd",
    )
    net = tf.raw_ops.Squeeze(input=net, axis=[1, 2], name=f"{scope}/Squeeze")
    return tf.identity(net, name=f"{scope}/output")


def _predictions(logits, classes: int):
    scope = f"{ROOT}/Predictions"
    flat = tf.constant([-1, classes], name=f"{scope}/Reshape/shape")
    net = tf.raw_ops.Reshape(tensor=logits, shape=flat, name=f"{scope}/Reshape")
    net = tf.raw_ops.Softmax(logits=net, name=f"{scope}/Softmax")
    shape = tf.raw_ops.Shape(input=logits, name=f"{scope}/Shape")
    return tf.raw_ops.Reshape(tensor=net, shape=shape, name=f"{scope}/Reshape_1")
