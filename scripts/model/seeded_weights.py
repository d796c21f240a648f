"""Weights for a network from a seed: meaningless labels, but a network that behaves like one.

With weights drawn blindly every image ends at the same answer, or the softmax is flat or saturated,
and comparing two implementations then proves little. So batch norm gets the statistics of synthetic
images, the kernels are mostly smooth (a rounding in the image's decoder must not change the label),
and the logits get a plain spread.
"""

from math import comb

import numpy as np

from scripts.common.quiet_tensorflow import tf
from scripts.model.layer import EPSILON, Layer, LayerWeights, NetworkWeights

CALIBRATION_IMAGES = 8
SHAPES_PER_IMAGE = 60
# Share of noise in a kernel, the rest being a smooth bump.
KERNEL_DETAIL = 0.1
# Spread of the logits over the synthetic images; photographs spread somewhat more.
LOGIT_SPREAD = 1.0


def draw(
    layers: list[Layer], size: int, classes: int, input_range: tuple, seed: int
) -> NetworkWeights:
    """Draw a network; the same arguments give the same bits.

    Args:
        layers: the convolutions in order, the classifier's own excepted.
        size: side of the input image in pixels.
        classes: number of classes.
        input_range: lowest and highest value of the input.
        seed: any integer from 0 to 2**32 - 1.
    """
    # numpy promises that RandomState's streams never change; newer generators may.
    rng = np.random.RandomState(seed)
    activations = synthetic_images(rng, CALIBRATION_IMAGES, size, input_range)
    drawn, block_input = [], None
    for layer in layers:
        if layer.opens:
            block_input = activations
        convolved = _convolve(layer, weights := _weights(rng, layer), activations)
        seeded = _calibrated(rng, layer, weights, convolved)
        drawn.append(seeded)
        activations = _normalise(seeded, convolved)
        if layer.residual:
            activations = activations + block_input
    return NetworkWeights(drawn, *_classifier(rng, activations.mean(axis=(1, 2)), classes))


def synthetic_images(rng, count: int, size: int, input_range: tuple) -> np.ndarray:
    """Return images of overlapping ellipses, [count, size, size, 3] float64 in `input_range`.

    Ellipses of all sizes that hide one another have edges, flat parts and contrasts like a
    photograph's; plain noise does not.
    """
    images = np.stack([_ellipses(rng, size) for _ in range(count)])
    low, high = input_range
    return low + (np.clip(images, -1, 1) + 1) / 2 * (high - low)


def _ellipses(rng, size: int) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    image = np.tile(rng.uniform(-1, 1, 3), (size, size, 1))
    tone, contrast = rng.uniform(-0.7, 0.7, 3), rng.uniform(0.1, 0.9)
    radii = size / 2 * rng.uniform(0.02, 1, SHAPES_PER_IMAGE) ** 2
    for radius in sorted(radii, reverse=True):
        (row, column), angle = rng.uniform(0, size, 2), rng.uniform(0, np.pi)
        aspect = rng.uniform(0.4, 2.5)
        down, right = rows - row, columns - column
        along = (right * np.cos(angle) + down * np.sin(angle)) / (radius * aspect + 1)
        across = (down * np.cos(angle) - right * np.sin(angle)) / (radius / aspect + 1)
        colour = tone + contrast * (rng.normal() + 0.4 * rng.normal(size=3))
        shading = 0.3 * contrast * rng.normal() * along
        grain = 0.1 * contrast * rng.uniform() * rng.normal(size=(size, size))
        inside = along**2 + across**2 < 1
        image[inside] = colour + (shading + grain)[inside][:, None]
    return image


def _weights(rng, layer: Layer) -> np.ndarray:
    """Draw weights by He's rule; kernels wider than a pixel are a bump plus some detail."""
    weights = rng.standard_normal(layer.weights_shape)
    if layer.kernel > 1:
        bumps = _bump(layer.kernel)[:, :, None, None] * rng.standard_normal(layer.weights_shape[2:])
        weights = (bumps + KERNEL_DETAIL * weights) / np.hypot(1, KERNEL_DETAIL)
    return (weights * np.sqrt(2 / layer.fan_in)).astype(np.float32)


def _bump(side: int) -> np.ndarray:
    """Return a smooth kernel, [side, side], the sum of which is 3."""
    line = [comb(side - 1, place) for place in range(side)]
    return np.outer(line, line) * (3 / 4 ** (side - 1))


def _convolve(layer: Layer, weights: np.ndarray, activations: np.ndarray) -> np.ndarray:
    # In float64, so that the statistics below round to the same value on every machine.
    if layer.depthwise:
        strides = [1, layer.stride, layer.stride, 1]
        result = tf.nn.depthwise_conv2d(activations, weights.astype(np.float64), strides, "SAME")
    else:
        result = tf.nn.conv2d(activations, weights.astype(np.float64), layer.stride, "SAME")
    return result.numpy()


def _calibrated(rng, layer: Layer, weights: np.ndarray, convolved: np.ndarray) -> LayerWeights:
    beta = rng.normal(0.5, 0.7, layer.outputs) if layer.relu6 else np.zeros(layer.outputs)
    return LayerWeights(
        layer=layer,
        weights=weights,
        gamma=rng.uniform(0.5, 1.0, layer.outputs).astype(np.float32),
        beta=beta.astype(np.float32),
        mean=_rounded(convolved.mean(axis=(0, 1, 2))),
        variance=_rounded(convolved.var(axis=(0, 1, 2))),
    )


def _normalise(seeded: LayerWeights, convolved: np.ndarray) -> np.ndarray:
    scale = seeded.gamma / np.sqrt(seeded.variance.astype(np.float64) + EPSILON)
    normalised = (convolved - seeded.mean) * scale + seeded.beta
    return np.clip(normalised, 0, 6) if seeded.layer.relu6 else normalised


def _classifier(rng, features: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw the classifier so that the logits of `features` are centred and spread as wanted."""
    weights = rng.standard_normal((features.shape[1], classes))
    spread = ((features - features.mean(axis=0)) @ weights).std()
    weights = (weights * _rounded(LOGIT_SPREAD / spread)).astype(np.float32)
    biases = -features.mean(axis=0) @ weights.astype(np.float64)
    return weights[None, None], _rounded(biases)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Drop the digits in which one machine's arithmetic differs from another's."""
    return np.asarray(values).astype(np.float16).astype(np.float32)
