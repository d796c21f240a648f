"""The layers of EfficientNet-Lite0, and its trained weights as PyTorch's users have them."""

import numpy as np

from scripts.common.errors import UserError
from scripts.model.layer import Layer, LayerWeights, NetworkWeights, inverted_residual
from scripts.model.mobilenet_v2 import divisible

# Expansion factor, output channels, repeats, first stride and kernel of each group of blocks: table
# 1 of "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (Tan and Le,
# 2019). The Lite variants have ReLU6 for swish and no squeeze-and-excitation.
GROUPS = [
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
]
# Which no width multiplier changes in the Lite variants.
FIRST_CHANNELS, LAST_CHANNELS = 32, 1280
STEM, HEAD = "stem", "head"
# What a checkpoint calls a layer and its batch norm, by the last part of a layer's scope.
CALLED = {
    STEM: ("_conv_stem", "_bn0"),
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
    HEAD: ("_conv_head", "_bn1"),
}


def layers(width: float) -> list[Layer]:
    """Return the convolutions in order, the classifier's own excepted; 1 is the published width."""
    depth = FIRST_CHANNELS
    found = [Layer(STEM, 3, 2, 3, depth)]
    number = 0
    for factor, channels, repeats, first_stride, kernel in GROUPS:
        for repeat in range(repeats):
            outputs = divisible(channels * width)
            stride = first_stride if repeat == 0 else 1
            found += inverted_residual(f"blocks_{number}", depth, outputs, factor, stride, kernel)
            depth, number = outputs, number + 1
    return [*found, Layer(HEAD, 1, 1, depth, LAST_CHANNELS)]


def trained(checkpoint: dict[str, np.ndarray]) -> NetworkWeights:
    """Return the weights of a checkpoint, of arrays laid out as PyTorch does.

    Raises:
        UserError: it is of another network.
    """
    try:
        found = [_trained(layer, checkpoint) for layer in layers(1.0)]
        weights, biases = checkpoint["_fc.weight"], checkpoint["_fc.bias"]
    except KeyError as error:
        raise UserError(f"the checkpoint is not EfficientNet-Lite0's: it has no {error}") from error
    return NetworkWeights(found, weights.T[None, None], biases)


def _trained(layer: Layer, checkpoint: dict[str, np.ndarray]) -> LayerWeights:
    prefix = layer.block.replace("blocks_", "_blocks.") + "." if "/" in layer.scope else ""
    convolution, norm = (prefix + name for name in CALLED[layer.scope.split("/")[-1]])
    # From [out, in, k, k], of a depthwise one [channels, 1, k, k].
    weights = checkpoint[f"{convolution}.weight"].transpose(2, 3, 1, 0)
    if layer.depthwise:
        weights = weights.transpose(0, 1, 3, 2)
    if weights.shape != layer.weights_shape:
        raise UserError(f"the checkpoint's {convolution}.weight is not EfficientNet-Lite0's")
    names = ("weight", "bias", "running_mean", "running_var")
    return LayerWeights(layer, weights, *(checkpoint[f"{norm}.{name}"] for name in names))
