"""A network in ONNX as a frozen TensorFlow graph, so that all that is compared here takes it.

ONNX Runtime runs the original beside it: a conversion that gives other answers is refused.
"""

import re

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnx import helper, numpy_helper

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model.manifest import Model
from scripts.model.onnx_operations import OPERATIONS, Map, Node, flat

# Nodes of the converted graph.
INPUT, OUTPUT = "image", "answer"
IMAGES = 4
# Of the largest value, how far an answer may lie from ONNX Runtime's.
ROUNDING = 1e-4
# What a name may not have in TensorFlow.
FOREIGN = re.compile(r"[^A-Za-z0-9_.\\/-]")


def convert(data: bytes, model: Model) -> bytes:
    """Return a frozen graph from `INPUT`, float32 [batch, size, size, 3], to `OUTPUT`.

    Raises:
        UserError: the bytes are no network in ONNX, it lacks the model's input or output, has an
            operation that is not converted, or answers otherwise than ONNX Runtime.
    """
    network = _read(data, model)
    turned = _takes_channels_first(network, model)
    network = _between_its_ends(network, model)
    with tf.Graph().as_default() as graph:
        shape = [None, model.size, model.size, 3]
        image = tf.compat.v1.placeholder(tf.float32, shape, name=INPUT)
        try:
            output = _walk(network.graph, Map(image) if turned else image, model)
        except (TypeError, ValueError, tf.errors.OpError) as error:
            raise UserError(f"{model.member} cannot be converted: {error}") from error
        output = tf.identity(output, name=OUTPUT)
        _compare(network, image, output, turned, model)
        needed = tf.compat.v1.graph_util.extract_sub_graph(graph.as_graph_def(), [OUTPUT])
    return needed.SerializeToString(deterministic=True)


def _read(data: bytes, model: Model) -> onnx.ModelProto:
    try:
        network = onnx.load_model_from_string(data)
        onnx.checker.check_model(network)
    except (DecodeError, onnx.checker.ValidationError) as error:
        first, *_ = str(error).strip().splitlines() or ["damaged"]
        raise UserError(f"{model.member} is no network in ONNX ({first}); name another") from error
    return network


def _takes_channels_first(network: onnx.ModelProto, model: Model) -> bool:
    """Tell whether its input has the channels before rows and columns."""
    constants = {tensor.name for tensor in network.graph.initializer}
    inputs = {value.name: value for value in network.graph.input if value.name not in constants}
    if model.input not in inputs:
        raise UserError(
            f"{model.member} has no input {model.input!r}, but {', '.join(inputs) or 'none'}; "
            "correct `input` in the manifest"
        )
    dims = inputs[model.input].type.tensor_type.shape.dim
    shape, side = [dim.dim_value for dim in dims][1:], model.size
    for wanted, is_first in (([3, side, side], True), ([side, side, 3], False)):
        if len(shape) == 3 and all(a in (0, b) for a, b in zip(shape, wanted, strict=True)):
            return is_first
    raise UserError(
        f"{model.member} takes {[dim.dim_value for dim in dims]}, not [1, 3, {side}, {side}] or "
        f"[1, {side}, {side}, 3]; correct `size` in the manifest"
    )


def _between_its_ends(network: onnx.ModelProto, model: Model) -> onnx.ModelProto:
    """Return the part of the network that makes the model's output of its input."""
    made = {name for node in network.graph.node for name in node.output}
    if model.output not in made:
        raise UserError(
            f"{model.member} has no output {model.output!r}, but "
            f"{', '.join(value.name for value in network.graph.output)}; correct `output` in the "
            "manifest"
        )
    # The extractor wants to be told of it; that its shape is not known does not matter.
    if model.output not in {value.name for value in network.graph.output}:
        network.graph.output.append(helper.make_empty_tensor_value_info(model.output))
    return onnx.utils.Extractor(network).extract_model([model.input], [model.output])


def _walk(graph: onnx.GraphProto, image, model: Model):
    """Return the tensor of the model's output."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values |= {"": None, model.input: image}
    for row in graph.node:
        attributes = {item.name: helper.get_attribute_value(item) for item in row.attribute}
        if row.op_type == "Constant":
            values[row.output[0]] = numpy_helper.to_array(attributes["value"])
            continue
        name = FOREIGN.sub("_", row.name or row.output[0]).strip("/")
        node = Node(row.op_type, name, attributes, [values.get(name) for name in row.input])
        node.require(row.op_type in OPERATIONS, "is an operation")
        values[row.output[0]] = OPERATIONS[row.op_type](node)
    # A map of one pixel is a row of classes, too.
    return flat(Node("output", model.output, {}, [values[model.output]]))


def _compare(network: onnx.ModelProto, image, output, turned: bool, model: Model) -> None:
    """Refuse a graph that answers to images of noise otherwise than ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    by_onnx = onnxruntime.InferenceSession(
        network.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    random = np.random.default_rng(0)
    shape = (1, model.size, model.size, 3)
    with tf.compat.v1.Session(graph=image.graph) as session:
        for _ in range(IMAGES):
            pixels = random.uniform(*model.input_range, shape).astype(np.float32)
            found = session.run(output, {image: pixels})
            given = pixels.transpose(0, 3, 1, 2) if turned else pixels
            (wanted,) = by_onnx.run([model.output], {model.input: given})
            most = ROUNDING * max(np.abs(wanted).max(), 1e-30)
            if found.size != wanted.size or np.abs(found.ravel() - wanted.ravel()).max() > most:
                raise UserError(
                    f"{model.member}, converted, answers otherwise than ONNX Runtime does; give a "
                    "frozen TensorFlow graph instead"
                )
