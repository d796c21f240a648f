"""Rule script: the frozen graph prepared for inference: batch norm folded, training's nodes gone.

The result is again a frozen graph with the same input and output names, for the same runtimes; the
oracle compares what is built from it with the original graph.
"""

import argparse
from pathlib import Path

from google.protobuf.message import DecodeError

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf


def prepare(graph: bytes, model: dict) -> bytes:
    """Return a prepared graph.

    Args:
        graph: a serialised GraphDef.
        model: the model's record, which names its input and output.

    Raises:
        UserError: the bytes are no graph, or TensorFlow cannot prepare it.
    """
    from tensorflow.python.tools import optimize_for_inference_lib

    definition = tf.compat.v1.GraphDef()
    try:
        definition.ParseFromString(graph)
        prepared = optimize_for_inference_lib.optimize_for_inference(
            definition, [model["input"]], [model["output"]], tf.float32.as_datatype_enum
        )
    except (DecodeError, ValueError, KeyError, AssertionError) as error:
        raise UserError(
            f"the graph of {model['name']} cannot be prepared ({error}); "
            "use builds with `graph: original`"
        ) from error
    return prepared.SerializeToString(deterministic=True)


def main(argv: list[str] | None = None) -> int:
    """Write the prepared graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the frozen graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    prepared = prepare(args.graph.read_bytes(), files.read_json(args.model))
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(prepared)
    return 0


if __name__ == "__main__":
    errors.run(main)
