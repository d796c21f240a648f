"""ONNX's operations as TensorFlow's, for networks of images.

ONNX lays maps out as channels, rows, columns. Here a `Map` is a tensor with the channels last, of
what ONNX has with the channels second; everything else is as ONNX has it.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model.importing import INSTEAD

ONES = [1, 1, 1, 1]
FIRST, LAST = (0, 3, 1, 2), (0, 2, 3, 1)


@dataclass(frozen=True)
class Map:
    """A tensor [batch, rows, columns, channels] in the place of ONNX's with the channels second."""

    tensor: Any


@dataclass(frozen=True)
class Node:
    """One of ONNX's nodes: its kind, its name, its attributes, and what it reads."""

    kind: str
    name: str
    attributes: dict[str, Any]
    inputs: list[Any]

    def require(self, holds: bool, what: str) -> None:
        """Raise `UserError` that says what is not known of this node."""
        if not holds:
            raise UserError(
                f"{self.kind} ({self.name}) {what}, which is not converted from ONNX; {INSTEAD}"
            )

    def constant(self, place: int, default: Any = None) -> Any:
        """Return an input that is a constant; the default where there is none."""
        if place >= len(self.inputs) or self.inputs[place] is None:
            return default
        self.require(isinstance(self.inputs[place], np.ndarray), "reads what is no constant")
        return self.inputs[place]

    def map(self) -> Any:
        """Return the tensor of its first input, which must be a map."""
        self.require(isinstance(self.inputs[0], Map), "is not of a map")
        return self.inputs[0].tensor


def convolution(node: Node) -> Map:
    """Convert a convolution of all channels, or of each by itself."""
    image, weights = node.map(), node.constant(1).astype(np.float32)
    channels, group = image.shape[-1], node.attributes.get("group", 1)
    node.require(weights.ndim == 4, "is not over rows and columns")
    image, padding = padded(node, image, weights.shape[2:])
    common = {"strides": [1, *strides(node), 1], "padding": padding, "name": node.name}
    if group == 1:
        filters = weights.transpose(2, 3, 1, 0)
        found = tf.raw_ops.Conv2D(input=image, filter=filters, **common)
    else:
        node.require(group == channels and weights.shape[1] == 1, "is of groups of channels")
        filters = weights.reshape(channels, -1, *weights.shape[2:]).transpose(2, 3, 0, 1)
        found = tf.raw_ops.DepthwiseConv2dNative(input=image, filter=filters, **common)
    bias = node.constant(2)
    return Map(found if bias is None else tf.raw_ops.BiasAdd(value=found, bias=bias))


def strides(node: Node) -> list[int]:
    """Return the steps of a window over rows and columns."""
    return list(node.attributes.get("strides", [1, 1]))


def padded(node: Node, image: Any, kernel: tuple[int, ...], filling: float = 0.0) -> tuple:
    """Return what a window slides over, and what TensorFlow calls that padding."""
    node.require(set(node.attributes.get("dilations", [1])) == {1}, "is dilated")
    automatic = node.attributes.get("auto_pad", b"NOTSET").decode()
    if automatic in ("SAME_UPPER", "VALID"):
        return image, automatic.removesuffix("_UPPER")
    node.require(automatic == "NOTSET", f"is padded {automatic}")
    pads = list(node.attributes.get("pads", [0] * 4))
    node.require(not node.attributes.get("ceil_mode"), "rounds sizes up")
    if pads == same(image.shape[1:3], kernel, strides(node)):
        return image, "SAME"
    if not any(pads):
        return image, "VALID"
    within = all(0 <= pad < side for pad, side in zip(pads, [*kernel, *kernel], strict=True))
    node.require(within, "is padded by more than its kernel")
    top, left, bottom, right = pads
    around = [[0, 0], [top, bottom], [left, right], [0, 0]]
    if filling:
        return tf.raw_ops.PadV2(input=image, paddings=around, constant_values=filling), "VALID"
    return tf.raw_ops.Pad(input=image, paddings=around), "VALID"


def same(sizes: tuple, kernel: tuple[int, ...], steps: list[int]) -> list[int]:
    """Return what TensorFlow pads with as SAME, as ONNX's `pads`."""
    before, after = [], []
    for size, side, step in zip(sizes, kernel, steps, strict=True):
        total = max((-(-size // step) - 1) * step + side - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before + after


def batch_norm(node: Node) -> Map:
    """Convert a batch norm with its averages."""
    scale, offset, mean, variance = (node.constant(place) for place in range(1, 5))
    epsilon = node.attributes.get("epsilon", 1e-5)
    # Not FusedBatchNormV3, which tract-tensorflow does not know.
    found = tf.raw_ops.FusedBatchNorm(
        x=node.map(), scale=scale, offset=offset, mean=mean, variance=variance, epsilon=epsilon,
        is_training=False,
    )  # fmt: skip
    return Map(found.y)


def activation(operation: str):
    """Return the conversion of what is computed of each value by itself."""

    def convert(node: Node):
        return like(node.inputs[0], getattr(tf.nn, operation)(bare(node.inputs[0])))

    return convert


def clip(node: Node):
    """Convert bounds: as the activation that they are, where they are one."""
    low = np.float32(node.constant(1, node.attributes.get("min", -np.inf))).item()
    high = np.float32(node.constant(2, node.attributes.get("max", np.inf))).item()
    value = bare(node.inputs[0])
    if low == 0 and high in (6, np.inf):
        return like(node.inputs[0], tf.nn.relu6(value) if high == 6 else tf.nn.relu(value))
    bounded = tf.minimum(tf.maximum(value, np.float32(low)), np.float32(high))
    return like(node.inputs[0], bounded)


def arithmetic(operation: str):
    """Return the conversion of an operation on two values, one of which may be a constant."""

    def convert(node: Node):
        one, other = node.inputs
        if not isinstance(one, Map) and not isinstance(other, Map):
            return getattr(tf.raw_ops, operation)(x=one, y=other)
        both = [channels_last(node, value) for value in (one, other)]
        return Map(getattr(tf.raw_ops, operation)(x=both[0], y=both[1]))

    return convert


def total(node: Node):
    """Convert a sum of any number of values."""
    found, add = node.inputs[0], arithmetic("AddV2")
    for value in node.inputs[1:]:
        found = add(replace(node, inputs=[found, value]))
    return found


def unsqueeze(node: Node) -> np.ndarray:
    """Convert further dimensions of a constant, as of what scales channels."""
    axes = node.attributes.get("axes") or node.constant(1).tolist()
    return np.expand_dims(node.constant(0), tuple(axes))


def channels_last(node: Node, value: Any) -> Any:
    """Return a value that is computed with a map, its channels last."""
    if isinstance(value, Map):
        return value.tensor
    node.require(isinstance(value, np.ndarray), "is of a map and of something else")
    wide = value.reshape((1,) * (4 - value.ndim) + value.shape)
    return wide.transpose(LAST).astype(np.float32)


def pool(operation: str):
    """Return the conversion of a window's mean or most."""

    def convert(node: Node) -> Map:
        kernel, filling = list(node.attributes["kernel_shape"]), 0.0
        if operation == "MaxPool":
            filling = float(np.finfo(np.float32).min)
        image, padding = padded(node, node.map(), tuple(kernel), filling)
        counted = node.attributes.get("count_include_pad", 0)
        outside = padding == "SAME" and counted, image is not node.map() and not counted
        node.require(operation == "MaxPool" or not any(outside), "is a mean of padded windows")
        sizes = {"ksize": [1, *kernel, 1], "strides": [1, *strides(node), 1]}
        tensor = {"input" if operation == "MaxPool" else "value": image}
        return Map(getattr(tf.raw_ops, operation)(**tensor, **sizes, padding=padding))

    return convert


def pad(node: Node) -> Map:
    """Convert zeros around a map."""
    mode, value = node.attributes.get("mode", b"constant"), node.constant(2, np.float32(0))
    pads = node.attributes.get("pads") or node.constant(1).tolist()
    rows_and_columns = len(pads) == 8 and not any(pads[:2] + pads[4:6]) and len(node.inputs) < 4
    zeros = mode == b"constant" and not value.any() and min(pads) >= 0
    node.require(rows_and_columns and zeros, "pads otherwise than rows and columns with zeros")
    sizes = node.map().shape[1:3]
    node.require(max(pads) <= max(sizes), "is padded by more than a map")
    around = [[0, 0], [pads[2], pads[6]], [pads[3], pads[7]], [0, 0]]
    return Map(tf.raw_ops.Pad(input=node.map(), paddings=around))


def mean(node: Node):
    """Convert a mean over the whole map."""
    whole = node.kind == "GlobalAveragePool"
    axes = node.attributes.get("axes") or node.constant(1, [])
    whole = whole or sorted(int(axis) % 4 for axis in axes) == [2, 3]
    node.require(whole, "is no mean over the whole map")
    kept = node.kind == "GlobalAveragePool" or bool(node.attributes.get("keepdims", 1))
    found = tf.raw_ops.Mean(input=node.map(), axis=[1, 2], keep_dims=kept)
    return Map(found) if kept else found


def flat(node: Node):
    """Convert what makes one row of a map of one pixel."""
    value = node.inputs[0]
    if not isinstance(value, Map):
        return value if len(value.shape) == 2 else tf.reshape(value, [-1, value.shape[-1]])
    _, rows, columns, channels = value.tensor.shape
    node.require((rows, columns) == (1, 1), "changes the shape of a map")
    return tf.reshape(value.tensor, [-1, channels])


def reshape(node: Node):
    """Convert another shape of what has one pixel: a row, or a map of one pixel."""
    target, row = list(node.constant(1)), flat(node)
    if len(target) != 4:
        return row
    wide = tf.reshape(row, [-1, 1, 1, row.shape[-1]])
    node.require([1, 1] in (target[1:3], target[2:]), "changes the shape of a map")
    return Map(wide) if target[2:] == [1, 1] else wide


def product(node: Node):
    """Convert a product with a matrix, and what is added to it."""
    attributes = node.attributes
    plain = (attributes.get("alpha", 1), attributes.get("beta", 1), attributes.get("transA", 0))
    node.require(plain == (1, 1, 0), "is scaled or turned")
    matrix = node.constant(1).astype(np.float32)
    matrix = matrix.T if attributes.get("transB", 0) else matrix
    found = tf.raw_ops.MatMul(a=bare(node.inputs[0]), b=matrix)
    bias = node.constant(2)
    if bias is None:
        return found
    return tf.raw_ops.BiasAdd(value=found, bias=np.broadcast_to(bias.ravel(), matrix.shape[1:]))


def softmax(node: Node):
    """Convert the softmax over the classes, of a row or of a map of one pixel."""
    node.require(node.attributes.get("axis", -1) in (-1, 1), "is not over the classes")
    return tf.raw_ops.Softmax(logits=flat(node))


def concatenation(node: Node) -> Map:
    """Convert maps side by side, channel after channel."""
    node.require(node.attributes["axis"] in (1, -3), "is not of channels")
    node.require(all(isinstance(value, Map) for value in node.inputs), "is not of maps alone")
    return Map(tf.concat([value.tensor for value in node.inputs], 3))


def transpose(node: Node):
    """Convert a change of layout: nothing is moved."""
    order = tuple(node.attributes.get("perm", ()))
    if isinstance(node.inputs[0], Map):
        node.require(order == LAST, "turns a map")
        return node.inputs[0].tensor
    node.require(order == FIRST, "turns what is no image")
    return Map(node.inputs[0])


def bare(value: Any) -> Any:
    """Return the tensor of a value."""
    return value.tensor if isinstance(value, Map) else value


def like(value: Any, tensor: Any) -> Any:
    """Return a tensor as the kind of value that it was made of."""
    return Map(tensor) if isinstance(value, Map) else tensor


OPERATIONS = {
    "Add": arithmetic("AddV2"),
    "AveragePool": pool("AvgPool"),
    "BatchNormalization": batch_norm,
    "Clip": clip,
    "Concat": concatenation,
    "Conv": convolution,
    "Div": arithmetic("RealDiv"),
    "Dropout": lambda node: node.inputs[0],
    "Flatten": flat,
    "Gemm": product,
    "GlobalAveragePool": mean,
    "Identity": lambda node: node.inputs[0],
    "MatMul": product,
    "MaxPool": pool("MaxPool"),
    "Mul": arithmetic("Mul"),
    "Pad": pad,
    "ReduceMean": mean,
    "Relu": activation("relu"),
    "Reshape": reshape,
    "Sigmoid": activation("sigmoid"),
    "Softmax": softmax,
    "Squeeze": flat,
    "Sub": arithmetic("Sub"),
    "Sum": total,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
