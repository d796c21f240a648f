"""Make the model that the Rust tests embed: MobileNet's operations in a few kB, no training.

`python classifier/tests/data/make_tiny.py` writes beside itself tiny.pb, its packed forms
tiny-8.bin and tiny-16.bin, labels.txt, and expected.json: TensorFlow's answers to seeded inputs.
The model tells an image's strongest colour.
"""

import base64
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[2]))

import numpy as np  # noqa: E402

from scripts.common.quiet_tensorflow import tf  # noqa: E402
from scripts.model import fold, lowering, pack  # noqa: E402

SIZE, CHANNELS = 8, 4
LABELS = ("red", "green", "blue")
INPUT, OUTPUT = "input", "MobilenetV2/Predictions/Reshape_1"
SEED = 7
QUESTIONS = 4
# Channels that the kernels compute at once: in WebAssembly, natively.
PANELS = (8, 16)


def noisy(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Return `values` with noise added, so that no two weights are the same; float32."""
    return (values + 0.05 * rng.standard_normal(values.shape)).astype(np.float32)


def batch_norm(rng: np.random.Generator, net: tf.Tensor, scale: float, offset: float) -> tf.Tensor:
    """Add a batch norm of about `scale` and `offset` for `CHANNELS` channels."""
    ones = np.ones(CHANNELS)
    return tf.raw_ops.FusedBatchNorm(
        x=net,
        scale=noisy(rng, scale * ones),
        offset=noisy(rng, offset * ones),
        mean=noisy(rng, 0 * ones),
        variance=noisy(rng, ones),
        is_training=False,
    ).y


def network(rng: np.random.Generator, image: tf.Tensor) -> tf.Tensor:
    """Add the layers: means of each colour, clipped by Relu6, compared by a softmax."""
    channels = np.eye(3, CHANNELS)
    weights = noisy(rng, np.broadcast_to(channels / 9, (3, 3, 3, CHANNELS)))
    net = tf.raw_ops.Conv2D(input=image, filter=weights, strides=[1, 2, 2, 1], padding="SAME")
    net = tf.nn.relu6(batch_norm(rng, net, 2, 3))
    weights = noisy(rng, np.full((3, 3, CHANNELS, 1), 1 / 9))
    net = tf.raw_ops.DepthwiseConv2dNative(
        input=net, filter=weights, strides=[1, 1, 1, 1], padding="SAME"
    )
    net = tf.nn.relu6(batch_norm(rng, net, 1, 0))
    side = SIZE // 2
    window = [1, side, side, 1]
    net = tf.raw_ops.AvgPool(value=net, ksize=window, strides=window, padding="VALID")
    weights = noisy(rng, 2 * np.eye(CHANNELS, len(LABELS)).reshape(1, 1, CHANNELS, -1))
    net = tf.raw_ops.Conv2D(input=net, filter=weights, strides=[1, 1, 1, 1], padding="SAME")
    net = tf.nn.bias_add(net, noisy(rng, np.zeros(len(LABELS))))
    net = tf.squeeze(net, [1, 2])
    return tf.reshape(tf.nn.softmax(net), [-1, len(LABELS)], name=OUTPUT)


def main() -> int:
    """Write the files."""
    rng = np.random.default_rng(SEED)
    graph = tf.Graph()
    with graph.as_default():
        image = tf.compat.v1.placeholder(tf.float32, [None, SIZE, SIZE, 3], name=INPUT)
        output = network(rng, image)
    definition = graph.as_graph_def().SerializeToString(deterministic=True)
    (FOLDER / "tiny.pb").write_bytes(definition)
    model = {"name": "tiny", "size": SIZE, "input": INPUT, "output": OUTPUT}
    layers = lowering.lower(fold.prepare(definition, model), model)
    for panel in PANELS:
        (FOLDER / f"tiny-{panel}.bin").write_bytes(pack.pack(layers, SIZE, panel))
    (FOLDER / "labels.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    tensors = rng.uniform(-1, 1, (QUESTIONS, 1, SIZE, SIZE, 3)).astype("<f4")
    with tf.compat.v1.Session(graph=graph) as session:
        answers = [session.run(output, {image: tensor})[0].tolist() for tensor in tensors]
    rows = [
        {"tensor": base64.b64encode(tensor.tobytes()).decode(), "probabilities": answer}
        for tensor, answer in zip(tensors, answers, strict=True)
    ]
    (FOLDER / "expected.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
