"""A quantised network of LiteRT's as a frozen TensorFlow graph, and the scales that it came with.

Its integers become the numbers that they stand for, which every runtime here takes; made integers
again with the scales of the file (quantise.py, `w8a8`), they are the same ones: a file of which
they would not be is refused. Of a channel whose weights are all zero the bias alone is kept, in
steps of ours. A sum is rounded once where LiteRT rounds what is added before, too.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model.importing import INPUT, INSTEAD, OUTPUT, told
from scripts.model.manifest import Model

OPERATORS = {
    value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)
}
ACTIVATIONS = {
    schema.ActivationFunctionType.NONE: lambda net: net,
    schema.ActivationFunctionType.RELU: tf.nn.relu,
    schema.ActivationFunctionType.RELU6: tf.nn.relu6,
}
PADDINGS = {schema.Padding.SAME: "SAME", schema.Padding.VALID: "VALID"}
TYPES = {
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.INT32: np.int32,
    schema.TensorType.INT8: np.int8,
    schema.TensorType.UINT8: np.uint8,
}
# The lowest and the highest level of what activations are.
LEVELS = {schema.TensorType.INT8: (-128, 127), schema.TensorType.UINT8: (0, 255)}
# Identifies the format, after four bytes.
MAGIC = b"TFL3"
# The largest weight, and what float32 tells apart of biases.
TOP, EXACT = 127, 2**24


@dataclass
class Network:
    """A file's one network, as it is walked through.

    Attributes:
        file: the file.
        graph: its network.
        model: its entry in the manifest.
        values: what stands for each tensor that was computed, by its index.
        ranges: the lowest and the highest value of each node's levels, by the node's name.
    """

    file: Any
    graph: Any
    model: Model
    values: dict[int, Any]
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    def require(self, holds: bool, what: str) -> None:
        """Raise `UserError` that says what is not known of the network."""
        if not holds:
            raise UserError(f"{self.model.member}: {what}, which is not converted; {INSTEAD}")

    def integers(self, index: int) -> np.ndarray:
        """Return the values of a constant as the file has them."""
        tensor = self.graph.Tensors(index)
        data = self.file.Buffers(tensor.Buffer())
        known = tensor.Type() in TYPES and data.DataLength() > 0
        self.require(known, f"{_name(tensor)} is no constant of a known type, where one is needed")
        return data.DataAsNumpy().view(TYPES[tensor.Type()]).reshape(tensor.ShapeAsNumpy())

    def steps(self, index: int) -> np.ndarray:
        """Return what a step of a tensor's levels stands for, of a constant by channel."""
        tensor = self.graph.Tensors(index)
        scales = tensor.Quantization()
        has_scales = scales is not None and scales.ScaleLength() > 0
        self.require(has_scales, f"{_name(tensor)} has no scale")
        return scales.ScaleAsNumpy().astype(np.float64)

    def filters(self, inputs: list[int], channels: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a convolution's weights and biases, float32; `channels` is the weights' axis.

        Refused are those that would be other integers when the scales are found anew.
        """
        name, weights = _name(self.graph.Tensors(inputs[1])), self.integers(inputs[1])
        steps, zeros = self.steps(inputs[1]), self.graph.Tensors(inputs[1]).Quantization()
        self.require(weights.dtype == np.int8, f"{name} has no signed integers of 8 bits")
        self.require(not np.any(zeros.ZeroPointAsNumpy()), f"weights have a zero point ({name})")
        others = tuple(axis for axis in range(weights.ndim) if axis != channels)
        largest = np.abs(weights.astype(np.int32)).max(others)
        whole = len(steps) == len(largest) and np.isin(largest, (0, TOP)).all()
        self.require(whole, f"weights are not scaled channel by channel to {TOP} ({name})")
        shape = [1] * weights.ndim
        shape[channels] = -1
        floats = (weights * steps.reshape(shape)).astype(np.float32)
        if len(inputs) < 3 or inputs[2] < 0:
            return floats, np.zeros(len(steps), np.float32)
        biases, units = self.integers(inputs[2]).astype(np.int64), self.steps(inputs[2])
        same = np.allclose(units, steps * self.steps(inputs[0]), rtol=1e-4, atol=0)
        self.require(same, f"biases have another scale than their products ({name})")
        exact = np.all((np.abs(biases) < EXACT) | (largest == 0))
        self.require(exact, f"biases are larger than float32 tells apart ({name})")
        return floats, (biases * units).astype(np.float32)

    def bounds(self, index: int) -> tuple[float, float] | None:
        """Return the lowest and the highest value of an activation; None where it has no scale."""
        tensor = self.graph.Tensors(index)
        scales = tensor.Quantization()
        if tensor.Type() not in LEVELS or not (scales and scales.ScaleLength() == 1):
            return None
        step, zero = float(scales.Scale(0)), int(scales.ZeroPoint(0))
        low, high = LEVELS[tensor.Type()]
        self.require(step > 0 and low <= zero <= high, f"{_name(tensor)} has an impossible scale")
        return step * (low - zero), step * (high - zero)

    def keep(self, node: Any, bounds: tuple[float, float] | None) -> None:
        """Keep the bounds of a node's levels; one node has but one."""
        if bounds is not None:
            known = self.ranges.setdefault(node.op.name, bounds)
            self.require(np.allclose(known, bounds), "levels are changed on the way")


def _name(tensor: Any) -> str:
    return (tensor.Name() or b"a tensor").decode(errors="replace")[-60:]


def convert(data: bytes, model: Model) -> tuple[bytes, dict[str, tuple[float, float]]]:
    """Return a frozen graph from `INPUT` to `OUTPUT`, and the bounds of its nodes' levels.

    Raises:
        UserError: the bytes are no network of LiteRT's, it lacks the model's input or output, or
            has a part that is not converted.
    """
    if data[4:8] != MAGIC:
        raise UserError(f"{model.member} is no network of LiteRT's; name another")
    with told(model):
        return _converted(data, model)


def _converted(data: bytes, model: Model) -> tuple[bytes, dict[str, tuple[float, float]]]:
    file = schema.Model.GetRootAsModel(data, 0)
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, [None, model.size, model.size, 3], name=INPUT)
        network = Network(file, file.Subgraphs(0), model, {})
        given = _end(network, "Inputs", model.input, "input")
        shape = network.graph.Tensors(given).ShapeAsNumpy().tolist()
        wanted = [1, model.size, model.size, 3]
        if shape != wanted:
            raise UserError(
                f"{model.member} takes {shape}, not {wanted}; correct `size` in the manifest"
            )
        network.values[given] = image
        _check_image(network, network.bounds(given), 1e-6)
        for place in range(network.graph.OperatorsLength()):
            _take(network, network.graph.Operators(place))
        # Of an image of floats the levels span what photographs had of it.
        low, high = model.input_range
        _check_image(network, network.ranges.get(INPUT), (high - low) / 4)
        answer = network.values[_end(network, "Outputs", model.output, "output")]
        tf.identity(answer, name=OUTPUT)
        needed = tf.compat.v1.graph_util.extract_sub_graph(graph.as_graph_def(), [OUTPUT])
    return needed.SerializeToString(deterministic=True), network.ranges


def _end(network: Network, side: str, wanted: str, key: str) -> int:
    """Return the tensor that is the network's input or output by its name."""
    indices = getattr(network.graph, f"{side}AsNumpy")().tolist()
    names = [network.graph.Tensors(index).Name().decode() for index in indices]
    if wanted not in names:
        raise UserError(
            f"{network.model.member} has no {key} {wanted!r}, but {', '.join(names)}; correct "
            f"`{key}` in the manifest"
        )
    return indices[names.index(wanted)]


def _check_image(network: Network, bounds: tuple[float, float] | None, most: float) -> None:
    """Refuse another input range than that of the file's own levels."""
    if bounds and not np.allclose(bounds, network.model.input_range, rtol=0, atol=most):
        raise UserError(
            f"{network.model.member} has levels for an image of {bounds[0]:.9g} to "
            f"{bounds[1]:.9g}; correct `input_range` in the manifest"
        )


def _take(network: Network, operator) -> None:
    """Convert one operator, and keep the bounds of its output."""
    code = network.file.OperatorCodes(operator.OpcodeIndex())
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = OPERATORS.get(number, f"operator {number}")
    network.require(name in OPERATIONS, f"{name} is an operator")
    inputs, (output,) = operator.InputsAsNumpy().tolist(), operator.OutputsAsNumpy().tolist()
    options_of, convert_one = OPERATIONS[name]
    options = options_of() if options_of else None
    if options and (table := operator.BuiltinOptions()):
        options.Init(table.Bytes, table.Pos)
    found = convert_one(network, inputs, options)
    network.values[output] = found
    network.keep(found, network.bounds(output))


def _convolution(network: Network, inputs: list[int], options):
    weights, biases = network.filters(inputs, channels=0)
    return _windows(network, inputs, options, weights.transpose(1, 2, 3, 0), biases)


def _depthwise(network: Network, inputs: list[int], options):
    weights, biases = network.filters(inputs, channels=3)
    filters = weights.reshape(*weights.shape[1:3], network.values[inputs[0]].shape[-1], -1)
    return _windows(network, inputs, options, filters, biases, tf.raw_ops.DepthwiseConv2dNative)


def _windows(
    network: Network,
    inputs: list[int],
    options,
    filters: np.ndarray,
    biases: np.ndarray,
    operation=tf.raw_ops.Conv2D,
):
    plain = (options.DilationHFactor(), options.DilationWFactor()) == (1, 1)
    network.require(plain, "a convolution is dilated")
    net = operation(
        input=network.values[inputs[0]],
        filter=filters,
        strides=[1, options.StrideH(), options.StrideW(), 1],
        padding=PADDINGS[options.Padding()],
    )
    return _activated(network, tf.raw_ops.BiasAdd(value=net, bias=biases), options)


def _matrix(network: Network, inputs: list[int], options):
    """Convert a product with a matrix: a convolution of one pixel, as the packed form has it."""
    weights, biases = network.filters(inputs, channels=0)
    net = network.values[inputs[0]]
    network.require(net.shape[-1] == weights.shape[1], "a matrix is of a whole map")
    pixel = tf.reshape(net, [-1, 1, 1, net.shape[-1]])
    filters = weights.T[None, None]
    net = tf.raw_ops.Conv2D(input=pixel, filter=filters, strides=[1] * 4, padding="VALID")
    return _activated(network, tf.raw_ops.BiasAdd(value=net, bias=biases), options)


def _activated(network: Network, net, options):
    activation = ACTIVATIONS.get(options.FusedActivationFunction())
    network.require(activation is not None, "an activation is another than ReLU and ReLU6")
    return activation(net)


def _sum(network: Network, inputs: list[int], options):
    maps = all(index in network.values for index in inputs)
    network.require(maps, "a constant is added")
    one, other = (network.values[index] for index in inputs)
    return _activated(network, tf.raw_ops.AddV2(x=one, y=other), options)


def _pad(network: Network, inputs: list[int], options):
    around = network.integers(inputs[1])
    return tf.raw_ops.Pad(input=network.values[inputs[0]], paddings=around)


def _mean(network: Network, inputs: list[int], options):
    axes = sorted(network.integers(inputs[1]).ravel().tolist())
    network.require(axes == [1, 2], f"a mean is over {axes}")
    return tf.raw_ops.Mean(input=network.values[inputs[0]], axis=axes, keep_dims=True)


def _pool(network: Network, inputs: list[int], options):
    net = tf.raw_ops.AvgPool(
        value=network.values[inputs[0]],
        ksize=[1, options.FilterHeight(), options.FilterWidth(), 1],
        strides=[1, options.StrideH(), options.StrideW(), 1],
        padding=PADDINGS[options.Padding()],
    )
    return _activated(network, net, options)


def _same(network: Network, inputs: list[int], options):
    network.require(inputs[0] in network.values, "a constant is dequantised, as of float16")
    return network.values[inputs[0]]


def _row(network: Network, inputs: list[int], options):
    net = network.values[inputs[0]]
    target = network.integers(inputs[1]).ravel().tolist() if len(inputs) > 1 else [1, -1]
    is_pixel = net.shape.rank == 2 or net.shape[1:3].as_list() == [1, 1]
    is_row = target[-1] in (-1, net.shape[-1]) and all(side in (1, -1) for side in target[:-1])
    network.require(is_pixel and is_row, "the shape of a map is changed")
    return tf.reshape(net, [-1, net.shape[-1]])


def _softmax(network: Network, inputs: list[int], options):
    network.require(options.Beta() == 1, "a softmax is scaled")
    net = network.values[inputs[0]]
    return tf.raw_ops.Softmax(logits=tf.reshape(net, [-1, net.shape[-1]]))


# The class of an operator's options, and what converts it.
OPERATIONS = {
    "ADD": (schema.AddOptions, _sum),
    "AVERAGE_POOL_2D": (schema.Pool2DOptions, _pool),
    "CONV_2D": (schema.Conv2DOptions, _convolution),
    "DEPTHWISE_CONV_2D": (schema.DepthwiseConv2DOptions, _depthwise),
    "DEQUANTIZE": (None, _same),
    "FULLY_CONNECTED": (schema.FullyConnectedOptions, _matrix),
    "MEAN": (None, _mean),
    "PAD": (None, _pad),
    "QUANTIZE": (None, _same),
    "RESHAPE": (None, _row),
    "SOFTMAX": (schema.SoftmaxOptions, _softmax),
}
