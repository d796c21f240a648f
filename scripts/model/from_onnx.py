"""A network in ONNX as a frozen TensorFlow graph, so that all that is compared here takes it.

ONNX Runtime runs the original beside it: a conversion that gives other answers is refused.
"""

import re
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnx.external_data_helper import uses_external_data

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model.importing import INPUT, INSTEAD, OUTPUT, line, told
from scripts.model.manifest import Model
from scripts.model.onnx_operations import OPERATIONS, Map, Node, flat

# Where the network's own nodes lie.
SCOPE = "onnx"
IMAGES = 4
# How far an answer may lie from ONNX Runtime's: a share of it, or of what answers usually are.
ROUNDING = 1e-4
# What a name may not have in TensorFlow, and the names of ONNX's own operations.
FOREIGN = re.compile(r"[^A-Za-z0-9_.\\/-]")
OWN = ("", "ai.onnx")


def convert(data: bytes, model: Model) -> bytes:
    """Return a frozen graph from `INPUT`, float32 [batch, size, size, 3], to `OUTPUT`.

    Raises:
        UserError: the bytes are no network in ONNX, it lacks the model's input or output, has an
            operation that is not converted, or answers otherwise than ONNX Runtime.
    """
    with told(model, " from ONNX"):
        return _converted(_read(data, model), model)


def _converted(network: onnx.ModelProto, model: Model) -> bytes:
    turned = _takes_channels_first(network, model)
    with tf.Graph().as_default() as graph:
        shape = [None, model.size, model.size, 3]
        image = tf.compat.v1.placeholder(tf.float32, shape, name=INPUT)
        before, output = _ends(network, model)
        values = _walk(network.graph, {model.input: Map(image) if turned else image}, output)
        for name in (before, output):
            # A map of one pixel is a row of classes, too.
            row = flat(Node("output", name, {}, [values[name]]))
            _compare(_until(network, model.input, name), image, row, turned, model)
        tf.identity(row, name=OUTPUT)
        needed = tf.compat.v1.graph_util.extract_sub_graph(graph.as_graph_def(), [OUTPUT])
    return needed.SerializeToString(deterministic=True)


def _read(data: bytes, model: Model) -> onnx.ModelProto:
    try:
        network = onnx.load_model_from_string(data)
    except Exception as error:
        raise UserError(
            f"{model.member} is no network in ONNX ({line(error)}); name another"
        ) from error
    constants = [*network.graph.initializer, *_attributes(network.graph)]
    if any(map(uses_external_data, constants)):
        raise UserError(
            f"{model.member} keeps weights in another file; export it with all of them inside"
        )
    try:
        onnx.checker.check_model(network)
    except Exception as error:
        raise UserError(
            f"{model.member} is no network in ONNX ({line(error)}); name another"
        ) from error
    return network


def _attributes(graph: onnx.GraphProto) -> list[onnx.TensorProto]:
    return [row.t for node in graph.node for row in node.attribute if row.HasField("t")]


def _takes_channels_first(network: onnx.ModelProto, model: Model) -> bool:
    """Tell whether its input has the channels before rows and columns."""
    constants = {tensor.name for tensor in network.graph.initializer}
    inputs = {value.name: value for value in network.graph.input if value.name not in constants}
    if model.input not in inputs:
        raise UserError(
            f"{model.member} has no input {model.input!r}, but {', '.join(inputs) or 'none'}; "
            "correct `input` in the manifest"
        )
    tensor, side = inputs[model.input].type.tensor_type, model.size
    found = [dim.dim_value for dim in tensor.shape.dim]
    if tensor.elem_type != onnx.TensorProto.FLOAT or found[:1] not in ([0], [1]):
        kind = onnx.TensorProto.DataType.Name(tensor.elem_type)
        raise UserError(
            f"{model.member} takes {kind} {found}; export it for float32 and batches of any size"
        )
    for wanted, is_first in (([3, side, side], True), ([side, side, 3], False)):
        if len(found) == 4 and all(a in (0, b) for a, b in zip(found[1:], wanted, strict=True)):
            return is_first
    raise UserError(
        f"{model.member} takes {found}, not [1, 3, {side}, {side}] or [1, {side}, {side}, 3]; "
        "correct `size` in the manifest"
    )


def _ends(network: onnx.ModelProto, model: Model) -> tuple[str, str]:
    """Return the model's output, and before it what a softmax is of, where it ends with one.

    A saturated softmax would hide what is wrong with that.
    """
    made = {name: node for node in network.graph.node for name in node.output[:1]}
    if model.output not in made:
        raise UserError(
            f"{model.member} has no output {model.output!r}, but "
            f"{', '.join(value.name for value in network.graph.output)}; correct `output` in the "
            "manifest"
        )
    last = made[model.output]
    return (last.input[0] if last.op_type == "Softmax" else model.output), model.output


def _until(network: onnx.ModelProto, given: str, output: str) -> onnx.ModelProto:
    """Return the part of a network between its input and a tensor."""
    part = onnx.ModelProto()
    part.CopyFrom(network)
    # The extractor wants to be told of it; that its shape is not known does not matter.
    if output not in {value.name for value in part.graph.output}:
        part.graph.output.append(helper.make_empty_tensor_value_info(output))
    return onnx.utils.Extractor(part).extract_model([given], [output])


def _walk(graph: onnx.GraphProto, given: dict[str, Any], output: str) -> dict[str, Any]:
    """Return what stands for each tensor that the output is made of."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values |= {"": None} | given
    needed = {output}
    for row in reversed(graph.node):
        if needed & set(row.output):
            needed |= set(row.input)
    for row in graph.node:
        if not needed & set(row.output):
            continue
        attributes = {item.name: helper.get_attribute_value(item) for item in row.attribute}
        if row.op_type == "Constant":
            ((kind, value),) = attributes.items()
            values[row.output[0]] = (
                numpy_helper.to_array(value) if kind == "value" else np.array(value)
            )
            continue
        name = f"{SCOPE}/{FOREIGN.sub('_', row.name or row.output[0]).strip('/')}"
        node = Node(row.op_type, name, attributes, [values.get(name) for name in row.input])
        node.require(row.op_type in OPERATIONS and row.domain in OWN, "is an operation")
        values[row.output[0]] = OPERATIONS[row.op_type](node)
    return values


def _compare(network: onnx.ModelProto, image, output, turned: bool, model: Model) -> None:
    """Refuse a graph that answers to images otherwise than ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    by_onnx = onnxruntime.InferenceSession(
        network.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    (name,) = (value.name for value in network.graph.output)
    answers = []
    with tf.compat.v1.Session(graph=image.graph) as session:
        for pixels in _images(model):
            found = session.run(output, {image: pixels})
            given = pixels.transpose(0, 3, 1, 2) if turned else pixels
            (wanted,) = by_onnx.run([name], {model.input: given})
            answers.append(wanted.ravel())
            size = np.abs(answers[-1])
            most = ROUNDING * np.maximum(size, np.median(size))
            alike = found.size == wanted.size and np.isfinite(wanted).all()
            if not (alike and np.all(np.abs(found.ravel() - answers[-1]) <= most)):
                raise UserError(
                    f"{model.member}, converted, answers otherwise than ONNX Runtime does, or not "
                    f"with numbers; {INSTEAD}"
                )
    if not np.ptp(answers, axis=0).any():
        raise UserError(f"{model.member} gives the same answer to every image")


def _images(model: Model):
    """Yield images, [1, size, size, 3]: noise, one colour, and from dark to bright."""
    shape, (low, high) = (1, model.size, model.size, 3), model.input_range
    random = np.random.default_rng(0)
    for _ in range(IMAGES):
        yield random.uniform(low, high, shape).astype(np.float32)
    yield np.full(shape, low, np.float32)
    yield np.full(shape, high, np.float32)
    rows = np.linspace(low, high, model.size, dtype=np.float32)
    yield np.broadcast_to(rows[None, :, None, None], shape)
