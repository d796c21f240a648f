"""Rule script: how many multiply-adds one inference of a model takes, counted from its graph."""

import argparse
from pathlib import Path

from google.protobuf.message import DecodeError

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf


def multiply_adds(graph: bytes, model: dict) -> int:
    """Return the multiply-adds of convolutions and matrix products; the rest is small beside them.

    Products with the zeros around a map count: kernels differ in whether they make them.

    Args:
        graph: a serialised frozen GraphDef.
        model: the model's record: name, size, input, output.

    Raises:
        UserError: the bytes are no graph with such an input and output.
    """
    try:
        definition = tf.compat.v1.GraphDef.FromString(graph)
        with tf.Graph().as_default() as imported:
            image = tf.compat.v1.placeholder(tf.float32, [1, model["size"], model["size"], 3])
            tf.import_graph_def(definition, input_map={f"{model['input']}:0": image}, name="")
        output = imported.get_operation_by_name(model["output"])
    except (DecodeError, ValueError, KeyError) as error:
        raise UserError(f"the graph of {model['name']} cannot be read: {error}") from error
    return sum(map(of_operation, needed_for(output)))


def needed_for(output) -> set:
    """Return an operation and all that it needs."""
    found, open_ = set(), [output]
    while open_:
        operation = open_.pop()
        if operation not in found:
            found.add(operation)
            open_ += [tensor.op for tensor in operation.inputs]
    return found


def of_operation(operation) -> int:
    """Return the multiply-adds of one operation: for one value of its output, times all."""
    if operation.type not in PER_VALUE:
        return 0
    weights = operation.inputs[1].shape.as_list()
    return operation.outputs[0].shape.num_elements() * PER_VALUE[operation.type](weights)


# From the weights' shape.
PER_VALUE = {
    "Conv2D": lambda shape: shape[0] * shape[1] * shape[2],
    "DepthwiseConv2dNative": lambda shape: shape[0] * shape[1],
    "MatMul": lambda shape: shape[0],
}


def main(argv: list[str] | None = None) -> int:
    """Write the number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the frozen graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    model = files.read_json(args.model)
    count = multiply_adds(args.graph.read_bytes(), model)
    files.write_json(args.out, {"model": model["name"], "multiply_adds": count})
    return 0


if __name__ == "__main__":
    errors.run(main)
