"""Lowered layers computed in float32 by TensorFlow: what quantisation is calibrated on."""

from collections.abc import Iterator

import numpy as np

from scripts.common.quiet_tensorflow import tf
from scripts.model.lowering import DEPTHWISE, INPUT, POOL, SOFTMAX, Layer


def outputs(layers: list[Layer], images: np.ndarray) -> Iterator[np.ndarray]:
    """Yield every layer's output, float32 [images, rows, columns, channels].

    Args:
        layers: as lowering.py finds them.
        images: float32 [images, size, size, 3] in the model's input range.
    """
    needed = _last_uses(layers)
    maps = {INPUT: tf.constant(images)}
    for index, layer in enumerate(layers):
        added = maps[layer.add] if layer.add is not None else None
        maps[index] = compute(layer, maps[layer.source], added)
        yield maps[index].numpy()
        maps = {known: value for known, value in maps.items() if needed.get(known, -1) > index}


def _last_uses(layers: list[Layer]) -> dict[int, int]:
    """Return the last layer that reads each layer's output."""
    found = {}
    for index, layer in enumerate(layers):
        found[layer.source] = index
        if layer.add is not None:
            found[layer.add] = index
    return found


def compute(layer: Layer, source: tf.Tensor, added: tf.Tensor | None) -> tf.Tensor:
    """Return one layer's output for its source and what is added to it."""
    if layer.kind == POOL:
        return tf.reduce_mean(source, [1, 2], keepdims=True)
    if layer.kind == SOFTMAX:
        return tf.nn.softmax(source)
    padded = tf.pad(source, [[0, 0], *[list(padding(layer))] * 2, [0, 0]])
    strides = [1, layer.stride, layer.stride, 1]
    if layer.kind == DEPTHWISE:
        kernel = layer.weights[..., np.newaxis]
        result = tf.nn.depthwise_conv2d(padded, kernel, strides, "VALID")
    else:
        result = tf.nn.conv2d(padded, layer.weights, strides, "VALID")
    if layer.bias is not None:
        result += layer.bias
    if added is not None:
        result += added
    return tf.clip_by_value(result, *layer.clamp)


def padding(layer: Layer) -> tuple[int, int]:
    """Return the rows that a layer's windows reach beyond its input: before it and behind it."""
    reach = (layer.size_out - 1) * layer.stride + layer.kernel
    return layer.pad, max(reach - layer.pad - layer.size_in, 0)
