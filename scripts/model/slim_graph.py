"""A network with its weights as a frozen graph: the nodes of TF-slim's.

That of a MobileNet has the operations, names and shapes of the published `mobilenet_v*_frozen.pb`,
with batch norm unfolded, so that it costs the same to load and to run.
"""

import numpy as np

from scripts.common.quiet_tensorflow import tf
from scripts.model.architectures import Architecture
from scripts.model.layer import EPSILON, LayerWeights, NetworkWeights

NHWC = "NHWC"


def frozen_graph(network: NetworkWeights, kind: Architecture, size: int) -> bytes:
    """Return a serialised GraphDef; the same arguments give the same bytes.

    Its input is `input`, float32 [batch, size, size, 3]; its output is `Predictions/Reshape_1` in
    the architecture's root, float32 [batch, classes], which sums to 1.
    """
    classes = len(network.biases)
    graph = tf.Graph()
    with graph.as_default():
        image = tf.compat.v1.placeholder(tf.float32, [None, size, size, 3], name="input")
        features = _features(image, network, kind)
        _predictions(_logits(features, network, kind), classes, kind)
    return graph.as_graph_def().SerializeToString(deterministic=True)


def _variable(name: str, value: np.ndarray):
    """Add a frozen variable: a constant and the identity that reads it."""
    return tf.identity(tf.constant(value, name=name), name=f"{name}/read")


def _features(net, network: NetworkWeights, kind: Architecture):
    def mark(name: str, net):
        return tf.identity(net, name=name) if kind.is_marked else net

    net = block_input = mark(f"{kind.root}/input", net)
    for given in network.layers:
        layer, block = given.layer, f"{kind.root}/{given.layer.block}"
        if layer.opens:
            net = block_input = mark(f"{block}/input", net)
        net = _convolution(net, given, kind)
        if layer.scope.endswith("/expand"):
            net = mark(f"{block}/expansion_output", net)
        if layer.depthwise:
            net = mark(f"{block}/depthwise_output", net)
        if layer.residual:
            net = tf.raw_ops.Add(x=net, y=block_input, name=f"{block}/add")
        if layer.closes:
            net = mark(f"{block}/output", net)
    return mark(f"{kind.root}/embedding", net)


def _convolution(net, given: LayerWeights, kind: Architecture):
    layer = given.layer
    scope, variables = f"{kind.features}/{layer.scope}", f"{kind.root}/{layer.scope}"
    strides = [1, layer.stride, layer.stride, 1]
    common = {"input": net, "strides": strides, "padding": "SAME", "data_format": NHWC}
    if layer.depthwise:
        weights = _variable(f"{variables}/depthwise_weights", given.weights)
        net = tf.raw_ops.DepthwiseConv2dNative(filter=weights, name=f"{scope}/depthwise", **common)
    else:
        weights = _variable(f"{variables}/weights", given.weights)
        net = tf.raw_ops.Conv2D(filter=weights, name=f"{scope}/Conv2D", **common)
    # Not FusedBatchNormV3, which tract-tensorflow does not know.
    net = tf.raw_ops.FusedBatchNorm(
        x=net,
        scale=_variable(f"{variables}/BatchNorm/gamma", given.gamma),
        offset=_variable(f"{variables}/BatchNorm/beta", given.beta),
        mean=_variable(f"{variables}/BatchNorm/moving_mean", given.mean),
        variance=_variable(f"{variables}/BatchNorm/moving_variance", given.variance),
        epsilon=EPSILON,
        data_format=NHWC,
        is_training=False,
        name=f"{scope}/BatchNorm/FusedBatchNorm",
    ).y
    if layer.relu6:
        return tf.raw_ops.Relu6(features=net, name=f"{scope}/Relu6")
    return tf.identity(net, name=f"{scope}/Identity")


def _logits(net, network: NetworkWeights, kind: Architecture):
    scope, ones, side = f"{kind.root}/Logits", [1, 1, 1, 1], net.shape[1]
    pool = f"{scope}/{kind.pool}"
    net = tf.raw_ops.AvgPool(
        value=net, ksize=[1, side, side, 1], strides=ones, padding="VALID", name=pool
    )
    net = tf.identity(net, name=f"{scope}/{kind.dropout}")
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
    net = tf.raw_ops.Squeeze(input=net, axis=[1, 2], name=f"{scope}/{kind.squeeze}")
    return tf.identity(net, name=f"{scope}/output") if kind.is_marked else net


def _predictions(logits, classes: int, kind: Architecture):
    scope = f"{kind.root}/Predictions"
    flat = tf.constant([-1, classes], name=f"{scope}/Reshape/shape")
    net = tf.raw_ops.Reshape(tensor=logits, shape=flat, name=f"{scope}/Reshape")
    net = tf.raw_ops.Softmax(logits=net, name=f"{scope}/Softmax")
    shape = tf.raw_ops.Shape(input=logits, name=f"{scope}/Shape")
    return tf.raw_ops.Reshape(tensor=net, shape=shape, name=f"{scope}/Reshape_1")
