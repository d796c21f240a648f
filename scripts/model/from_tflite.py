"""A quantised network of LiteRT's as a frozen TensorFlow graph, and the scales that it came with.

Its integers become the numbers that they stand for, which every runtime here takes; made integers
again with the scales of the file, they are the same ones (quantise.py), so that builds in integers
are the graph as it is. A sum is rounded once where LiteRT rounds what is added before, too.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import from_onnx
from scripts.model.manifest import Model

INPUT, OUTPUT = from_onnx.INPUT, from_onnx.OUTPUT
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

    def constant(self, index: int) -> np.ndarray:
        """Return the numbers that a constant's integers stand for, or the integers of a shape."""
        tensor = self.graph.Tensors(index)
        data = self.file.Buffers(tensor.Buffer()).DataAsNumpy()
        values = data.view(TYPES[tensor.Type()]).reshape(tensor.ShapeAsNumpy())
        scales = tensor.Quantization()
        if not (scales and scales.ScaleLength()):
            return values
        if np.any(scales.ZeroPointAsNumpy()):
            raise UserError(
                f"{self.model.member}: weights have a zero point ({tensor.Name().decode()[-60:]}); "
                "only symmetric ones are taken as they are"
            )
        shape = [1] * values.ndim
        shape[scales.QuantizedDimension()] = -1
        steps = scales.ScaleAsNumpy().astype(np.float64).reshape(shape)
        return (values * steps).astype(np.float32)

    def bounds(self, index: int) -> tuple[float, float] | None:
        """Return the lowest and the highest value of an activation; None where it has no scale."""
        tensor = self.graph.Tensors(index)
        scales = tensor.Quantization()
        if tensor.Type() not in LEVELS or not (scales and scales.ScaleLength() == 1):
            return None
        step, zero = float(scales.Scale(0)), int(scales.ZeroPoint(0))
        low, high = LEVELS[tensor.Type()]
        return step * (low - zero), step * (high - zero)


def convert(data: bytes, model: Model) -> tuple[bytes, dict[str, tuple[float, float]]]:
    """Return a frozen graph from `INPUT` to `OUTPUT`, and the bounds of its nodes' levels.

    Raises:
        UserError: the bytes are no network of LiteRT's, it lacks the model's input or output, or
            has a part that is not converted.
    """
    if data[4:8] != MAGIC:
        raise UserError(f"{model.member} is no network of LiteRT's; name another")
    file = schema.Model.GetRootAsModel(data, 0)
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, [None, model.size, model.size, 3], name=INPUT)
        network = Network(file, file.Subgraphs(0), model, {})
        given = _end(network, "Inputs", model.input, "input")
        _check_image(network, given)
        network.values[given] = image
        for place in range(network.graph.OperatorsLength()):
            _take(network, network.graph.Operators(place))
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


def _check_image(network: Network, index: int) -> None:
    """Refuse another input range than that of the file's own levels."""
    bounds, wanted = network.bounds(index), network.model.input_range
    if bounds and not np.allclose(bounds, wanted, rtol=0, atol=1e-6):
        raise UserError(
            f"{network.model.member} has levels for an image of {bounds[0]:.9g} to "
            f"{bounds[1]:.9g}; correct `input_range` in the manifest"
        )


def _take(network: Network, operator) -> None:
    """Convert one operator, and keep the bounds of its output."""
    code = network.file.OperatorCodes(operator.OpcodeIndex())
    name = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
    if name not in OPERATIONS:
        raise UserError(
            f"{network.model.member}: {name} is an operator of LiteRT's that is not converted"
        )
    inputs, (output,) = operator.InputsAsNumpy().tolist(), operator.OutputsAsNumpy().tolist()
    options_of, convert_one = OPERATIONS[name]
    options = options_of() if options_of else None
    if options:
        table = operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
    found = convert_one(network, inputs, options)
    network.values[output] = found
    if bounds := network.bounds(output):
        network.ranges[found.op.name] = bounds


def _convolution(network: Network, inputs: list[int], options):
    filters = network.constant(inputs[1]).transpose(1, 2, 3, 0)
    return _windows(network, inputs, options, filters, tf.raw_ops.Conv2D)


def _depthwise(network: Network, inputs: list[int], options):
    net, weights = network.values[inputs[0]], network.constant(inputs[1])
    filters = weights.reshape(*weights.shape[1:3], net.shape[-1], -1)
    return _windows(network, inputs, options, filters, tf.raw_ops.DepthwiseConv2dNative)


def _windows(network: Network, inputs: list[int], options, filters: np.ndarray, operation):
    if (options.DilationHFactor(), options.DilationWFactor()) != (1, 1):
        raise UserError(f"{network.model.member} has a dilated convolution; it is not converted")
    net = operation(
        input=network.values[inputs[0]],
        filter=filters,
        strides=[1, options.StrideH(), options.StrideW(), 1],
        padding=PADDINGS[options.Padding()],
    )
    net = tf.raw_ops.BiasAdd(value=net, bias=network.constant(inputs[2]))
    return _activated(network, net, options)


def _activated(network: Network, net, options):
    activation = ACTIVATIONS.get(options.FusedActivationFunction())
    if activation is None:
        raise UserError(f"{network.model.member} has an activation that is not converted")
    return activation(net)


def _sum(network: Network, inputs: list[int], options):
    one, other = (network.values[index] for index in inputs)
    return _activated(network, tf.raw_ops.AddV2(x=one, y=other), options)


def _mean(network: Network, inputs: list[int], options):
    axes = sorted(network.constant(inputs[1]).ravel().tolist())
    if axes != [1, 2]:
        raise UserError(f"{network.model.member} has a mean over {axes}; it is not converted")
    return tf.raw_ops.Mean(input=network.values[inputs[0]], axis=axes, keep_dims=True)


def _pool(network: Network, inputs: list[int], options):
    return tf.raw_ops.AvgPool(
        value=network.values[inputs[0]],
        ksize=[1, options.FilterHeight(), options.FilterWidth(), 1],
        strides=[1, options.StrideH(), options.StrideW(), 1],
        padding=PADDINGS[options.Padding()],
    )


def _same(network: Network, inputs: list[int], options):
    return network.values[inputs[0]]


def _row(network: Network, inputs: list[int], options):
    net = network.values[inputs[0]]
    return tf.reshape(net, [-1, net.shape[-1]])


def _softmax(network: Network, inputs: list[int], options):
    return tf.raw_ops.Softmax(logits=network.values[inputs[0]])


# The class of an operator's options, and what converts it.
OPERATIONS = {
    "ADD": (schema.AddOptions, _sum),
    "AVERAGE_POOL_2D": (schema.Pool2DOptions, _pool),
    "CONV_2D": (schema.Conv2DOptions, _convolution),
    "DEPTHWISE_CONV_2D": (schema.DepthwiseConv2DOptions, _depthwise),
    "DEQUANTIZE": (None, _same),
    "MEAN": (None, _mean),
    "QUANTIZE": (None, _same),
    "RESHAPE": (None, _row),
    "SOFTMAX": (None, _softmax),
}
