"""Rule script: the frozen graph in the format of one reference runtime.

The weights stay as they are but where the runtime's name says otherwise; each converter folds what
it folds when asked for nothing. The input's batch is fixed at 1.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.model import calibration

OPSET = 15


# What a quantised model is calibrated on, float32 [1, size, size, 3] each, when it is asked for.
Images = Callable[[], list[np.ndarray]]


def litert(graph: Path, model: dict, images: Images) -> bytes:
    """Return the graph as a LiteRT flatbuffer (.tflite)."""
    return _flatbuffer(graph, model).convert()


def litert_int8(graph: Path, model: dict, images: Images) -> bytes:
    """Return the same with weights and activations of 8 bits; the input and output stay floats."""
    from scripts.common.quiet_tensorflow import tf

    converter = _flatbuffer(graph, model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.representative_dataset = lambda: ([image] for image in images())
    return converter.convert()


def onnxruntime(graph: Path, model: dict, images: Images) -> bytes:
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


def tensorflow(graph: Path, model: dict, images: Images) -> bytes:
    """Return the frozen graph as it is, which TensorFlow runs."""
    return graph.read_bytes()


# The runtimes of runners/runtimes.py.
CONVERTERS = {
    "litert": litert,
    "litert_int8": litert_int8,
    "onnxruntime": onnxruntime,
    "tensorflow": tensorflow,
}


def _flatbuffer(graph: Path, model: dict):
    from scripts.common.quiet_tensorflow import tf

    return tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(
        str(graph), [model["input"]], [model["output"]], {model["input"]: _shape(model)}
    )


def _shape(model: dict) -> list[int]:
    return [1, model["size"], model["size"], 3]


def convert(runtime: str, record: Path, request: str, photographs: list[Path]) -> bytes:
    """Return the graph beside a `model.json` in a runtime's format.

    Args:
        runtime: its name.
        record: the model's.
        request: results/input.json, for what is calibrated without photographs.
        photographs: what is calibrated on.

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

    def images() -> list[np.ndarray]:
        return calibration.tensors(calibration.photographs(request, photographs), model)

    try:
        return CONVERTERS[runtime](graph, model, images)
    except UserError:
        raise
    except Exception as error:  # Converters raise whatever they like.
        why = str(error).strip().splitlines()[0]
        raise UserError(
            f"{runtime} cannot take {graph}: {why}; leave it out of `compare.references`"
        ) from error


def main(argv: list[str] | None = None) -> int:
    """Write the converted graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, type=Path, help="model.json, model.pb beside it")
    parser.add_argument("--runtime", required=True, choices=CONVERTERS)
    parser.add_argument("--input", default="", help="results/input.json, for calibration")
    parser.add_argument("--out", required=True)
    parser.add_argument("images", nargs="*", type=Path, help="to calibrate on instead, after `--`")
    args = parser.parse_args(argv)
    converted = convert(args.runtime, args.model, args.input, args.images)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(converted)
    return 0


if __name__ == "__main__":
    errors.run(main)
