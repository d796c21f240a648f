"""The reference runtimes: each loads the graph that model/convert.py made for it.

Each imports its runtime only when it is the one that runs.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scripts.common.errors import UserError

# From the input, float32 [1, size, size, 3], to the probabilities, float32 [1, classes].
Classifier = Callable[[np.ndarray], np.ndarray]


def litert(graph: Path, model: dict, plain: bool = False) -> Classifier:
    """Load a .tflite file; XNNPACK runs it, as LiteRT chooses by itself.

    `plain` takes the slow kernels that define what the operations are.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kernels = OpResolverType.BUILTIN_REF if plain else OpResolverType.AUTO
    interpreter = Interpreter(str(graph), num_threads=1, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]

    def classify(tensor: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(source, tensor)
        interpreter.invoke()
        return interpreter.get_tensor(target)

    return classify


def onnxruntime(graph: Path, model: dict) -> Classifier:
    """Load a .onnx file for the CPU."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0].name
    return lambda tensor: session.run(None, {source: tensor})[0]


def tensorflow(graph: Path, model: dict) -> Classifier:
    """Load a frozen graph; with oneDNN's kernels, as TensorFlow is unless it is the oracle."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    from scripts.common.quiet_tensorflow import tf

    definition = tf.compat.v1.GraphDef.FromString(graph.read_bytes())
    with tf.Graph().as_default() as loaded:
        tf.import_graph_def(definition, name="")
    threads = tf.compat.v1.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=1
    )
    session = tf.compat.v1.Session(graph=loaded, config=threads)
    source, target = (loaded.get_tensor_by_name(f"{model[end]}:0") for end in ("input", "output"))
    return session.make_callable(target, feed_list=[source])


RUNTIMES = {
    "litert": litert,
    "litert_int8": litert,
    "onnxruntime": onnxruntime,
    "tensorflow": tensorflow,
}


def load(runtime: str, graph: Path, model: dict) -> Classifier:
    """Return a runtime with a graph loaded.

    Raises:
        UserError: the graph is missing, damaged or not the runtime's.
    """
    if not graph.is_file():
        raise UserError(f"cannot read {graph}: there is no such file")
    try:
        return RUNTIMES[runtime](graph, model)
    except ImportError as error:
        raise UserError(f"{runtime} is not installed ({error}); type `make setup`") from error
    except Exception as error:  # the runtimes agree on no class
        raise UserError(f"{runtime} cannot load {graph} ({error}); make it again") from error
