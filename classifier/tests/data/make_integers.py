"""Make the models in integers that the Rust tests run: every kind of layer in a few kB.

`python classifier/tests/data/make_integers.py` writes beside itself integers-{numbers}-{panel}.bin,
and integers.json: of each form of the numbers inputs, the levels of every layer that is not written
over, and the scores, by numpy.
"""

import base64
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[2]))

import numpy as np  # noqa: E402

from scripts.model import calibrate, integers, numbers, pack_integers, quantise  # noqa: E402
from scripts.model.lowering import (  # noqa: E402
    CONV,
    DEPTHWISE,
    INPUT,
    POINTWISE,
    POOL,
    SOFTMAX,
    UNBOUNDED,
    Layer,
)

SIZE, SEED = 9, 11
RELU6 = (0.0, 6.0)
RANGE = (-1.0, 1.0)
CALIBRATED_ON, QUESTIONS = 2, 3
PANELS = (8, 16)


def network(rng: np.random.Generator) -> list[Layer]:
    """Return layers with channels that fill no panel, two windows, a stride and an addition."""
    layers = [
        Layer(CONV, INPUT, 9, 3, 5, 10, 3, 2, 1, clamp=RELU6),
        Layer(DEPTHWISE, 0, 5, 10, 5, 10, 3, 1, 1, clamp=RELU6),
        Layer(DEPTHWISE, 1, 5, 10, 3, 10, 5, 2, 2, clamp=RELU6),
        Layer(POINTWISE, 2, 3, 10, 3, 21, clamp=UNBOUNDED),
        Layer(POINTWISE, 3, 3, 21, 3, 18, clamp=RELU6),
        Layer(POINTWISE, 4, 3, 18, 3, 21, add=3, clamp=UNBOUNDED),
        Layer(POOL, 5, 3, 21, 1, 21),
        Layer(POINTWISE, 6, 1, 21, 1, 3),
        Layer(SOFTMAX, 7, 1, 3, 1, 3),
    ]
    for layer in layers:
        if layer.kind in (POOL, SOFTMAX):
            continue
        window = [layer.kernel, layer.kernel]
        per_pixel = [] if layer.kind == DEPTHWISE else [layer.channels_in]
        shape = [*window, *per_pixel, layer.channels_out]
        inputs = np.prod(shape[:-1])
        layer.weights = (rng.standard_normal(shape) * 2 / np.sqrt(inputs)).astype(np.float32)
        layer.bias = rng.standard_normal(layer.channels_out).astype(np.float32)
    extremes(layers[0].weights.reshape(-1, layers[0].channels_out))
    return layers


def extremes(weights: np.ndarray) -> None:
    """Make weights [inputs, channels] that with the largest levels come to all that fits 16 bits.

    Added in another way than two neighbouring steps of four inputs at a time, they come to more.
    """
    step = np.arange(len(weights)) // quantise.GROUP
    for channel, steps in enumerate([[0, 1, 2, 3], [0, 2], [1, 3], [1, 2]]):
        weights[:, 2 * channel] = np.where(np.isin(step % 4, steps), 1, 0)
        weights[:, 2 * channel + 1] = -weights[:, 2 * channel]


def places(layers: list[Layer]) -> list[int]:
    """Return a buffer for each layer, but those of additions, which write over what they add."""
    return [index if layer.add is None else layer.add for index, layer in enumerate(layers)]


def rows(layers: list[quantise.Quantised], images: np.ndarray, top: int) -> list[dict]:
    """Return each image with what numpy computes from it."""
    outputs = list(integers.outputs(layers, images, top))
    found = []
    for index, image in enumerate(images):
        maps = [output[index].ravel().tolist() for output in outputs]
        tensor = base64.b64encode(image.astype("<f4").tobytes()).decode()
        scores = np.asarray(maps.pop(), np.float32).view(np.uint32).tolist()
        found.append({"tensor": tensor, "maps": maps, "scores": scores})
    return found


def main() -> int:
    """Write the files."""
    rng = np.random.default_rng(SEED)
    layers = network(rng)
    images = rng.uniform(*RANGE, (QUESTIONS, SIZE, SIZE, 3)).astype(np.float32)
    ranges = calibrate.ranges(layers, [image[np.newaxis] for image in images[:CALIBRATED_ON]])
    images = np.concatenate([images, np.full_like(images[:1], RANGE[1])])
    written = {}
    for form, top in numbers.TOPS.items():
        quantised = quantise.quantise(layers, RANGE, ranges, top)
        written[form] = rows(quantised, images, top)
        for panel in PANELS:
            data = pack_integers.packed(layers, quantised, places(layers), panel, top)
            (FOLDER / f"integers-{form}-{panel}.bin").write_bytes(data)
    channels = [layer.channels_out for layer in layers]
    text = json.dumps({"places": places(layers), "channels": channels, "rows": written})
    (FOLDER / "integers.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
