"""Rule script: the frozen graph in the format of one reference runtime, the weights untouched.

Nothing is quantised; each converter folds what it folds when asked for nothing. The input's batch
is fixed at 1.
"""

import argparse
from pathlib import Path

from scripts.common import errors, files
from scripts.common.errors import UserError

OPSET = 15


def litert(graph: Path, model: dict) -> bytes:
    """Return the graph as a LiteRT flatbuffer (.tflite)."""
    from scripts.common.quiet_tensorflow import tf

    converter = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(
        str(graph), [model["input"]], [model["output"]], {model["input"]: _shape(model)}
    )
    return converter.convert()


def onnxruntime(graph: Path, model: dict) -> bytes:
    """Return the graph as an ONNX model; its input stays NHWC.

    Node names, not the computation, differ from run to run.
    """
    from tf2onnx.convert import from_graph_def

    from scripts.common.quiet_tensorflow import tf  # before tf2onnx, which imports it loudly

    converted, _ = from_graph_def(
        tf.compat.v1.GraphDef.FromString(graph.read_bytes()),
        input_names=[f"{model['input']}:0"],
        output_names=[f"{model['output']}:0"],
        shape_override={f"{model['input']}:0": _shape(model)},
        opset=OPSET,
    )
    return converted.SerializeToString(deterministic=True)


def tensorflow(graph: Path, model: dict) -> bytes:
    """Return the frozen graph as it is, which TensorFlow runs."""
    return graph.read_bytes()


# The runtimes of runners/runtimes.py. Each takes the frozen graph's path and the model's record.
CONVERTERS = {"litert": litert, "onnxruntime": onnxruntime, "tensorflow": tensorflow}


def _shape(model: dict) -> list[int]:
    return [1, model["size"], model["size"], 3]


def convert(runtime: str, record: Path) -> bytes:
    """Return the graph beside a `model.json` in a runtime's format.

    Raises:
        UserError: the record or the graph is missing, or the graph is not the record's.
    """
    model, graph = files.read_json(record), record.with_name("model.pb")
    try:
        digest = files.sha256(graph)
    except OSError as error:
        raise UserError(f"cannot read {graph}: {error.strerror}") from error
    if digest != model["sha256"]:
        raise UserError(f"{graph} is not the graph that {record} describes; delete it, run again")
    return CONVERTERS[runtime](graph, model)


def main(argv: list[str] | None = None) -> int:
    """Write the converted graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, type=Path, help="model.json, model.pb beside it")
    parser.add_argument("--runtime", required=True, choices=CONVERTERS)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    converted = convert(args.runtime, args.model)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(converted)
    return 0


if __name__ == "__main__":
    errors.run(main)
