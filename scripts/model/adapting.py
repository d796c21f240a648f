"""A model's frozen graph as everything here takes it: RGB in one range in, probabilities out.

What a network wants besides becomes nodes of its graph, before its own and after them: whatever
runs the graph does the same, and the oracle checks them with the rest.
"""

import numpy as np
from google.protobuf.message import DecodeError

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import trying
from scripts.model.manifest import Model

SCOPE = "adapted"


def adapt(graph: bytes, model: Model) -> tuple[bytes, str, str]:
    """Return the graph, adapted if need be, and the names of its input and its output.

    Raises:
        UserError: the bytes are no frozen graph, it lacks the model's input or output, takes
            another image, does not run, gives no probabilities, or has another number of
            classes than there are labels.
    """
    try:
        definition = tf.compat.v1.GraphDef.FromString(graph)
    except DecodeError as error:
        raise UserError(f"{model.member} is no frozen graph ({error}); name another") from error
    _check_nodes(definition, model)
    with tf.Graph().as_default() as adapted:
        image = tf.compat.v1.placeholder(
            tf.float32, [None, model.size, model.size, 3], name=f"{SCOPE}/image"
        )
        fed = {f"{model.input}:0": _before(image, model)}
        try:
            (raw,) = tf.import_graph_def(definition, fed, [f"{model.output}:0"], name="")
            _check_classes(raw, model)
            output = raw
            if model.output_is == "logits":
                output = tf.raw_ops.Softmax(logits=raw, name=f"{SCOPE}/probabilities")
        except (TypeError, ValueError, tf.errors.OpError) as error:
            raise UserError(f"{model.member} cannot be used: {error}") from error
        trying.check(image, raw, output, model)
        if not model.is_adapted:
            return graph, model.input, model.output
        name = output.op.name
        # Without the network's own placeholder, which nothing feeds any more.
        needed = tf.compat.v1.graph_util.extract_sub_graph(adapted.as_graph_def(), [name])
    return needed.SerializeToString(deterministic=True), f"{SCOPE}/image", name


def told(model: Model) -> str:
    """Return what was adapted, for a record."""
    parts = [model.channels] if model.channels != "RGB" else []
    if model.scales:
        parts += [f"mean {list(model.mean)}", f"std {list(model.std)}"]
    parts += ["softmax"] if model.output_is == "logits" else []
    return "with nodes added for " + ", ".join(parts)


def _before(net, model: Model):
    if model.channels == "BGR":
        # Exact, too, and tract reads no GatherV2: it wants indices of 32 bits, then of 64.
        order = np.eye(3, dtype=np.float32)[::-1].reshape(1, 1, 3, 3)
        net = tf.raw_ops.Conv2D(
            input=net, filter=order, strides=[1] * 4, padding="VALID", name=f"{SCOPE}/channels"
        )
    if model.scales:
        net = tf.raw_ops.Sub(x=net, y=np.float32(model.mean), name=f"{SCOPE}/mean")
        net = tf.raw_ops.RealDiv(x=net, y=np.float32(model.std), name=f"{SCOPE}/std")
    return net


def _check_nodes(definition, model: Model) -> None:
    nodes = {node.name: node for node in definition.node}
    if model.input not in nodes:
        found = [name for name, node in nodes.items() if node.op == "Placeholder"]
        raise UserError(
            f"{model.member} has no node {model.input!r}; its placeholders: "
            f"{', '.join(found) or 'none'}; correct `input` in the manifest"
        )
    if model.output not in nodes:
        last = [name for name, node in nodes.items() if node.op != "NoOp"][-1]
        raise UserError(
            f"{model.member} has no node {model.output!r}; its last one is {last}; "
            "correct `output` in the manifest"
        )
    # Of other nodes nothing is known, nor of a placeholder of TensorFlow 1 that says nothing.
    shape, wanted = nodes[model.input].attr["shape"].shape, [1, model.size, model.size, 3]
    if shape.dim and not tf.TensorShape(shape).is_compatible_with(wanted):
        raise UserError(
            f"{model.member} takes {tf.TensorShape(shape).as_list()}, not {wanted}; correct `size` "
            "in the manifest, or turn the graph to rows, columns, colours"
        )


def _check_classes(output, model: Model) -> None:
    classes = output.shape[-1] if output.shape.rank else None
    labels = len(model.classes)
    if classes not in (None, labels):
        raise UserError(
            f"{model.member} has {classes} classes, but there are {labels} labels; "
            "correct `labels` or `label_offset` in the manifest"
        )
