"""Lowered layers with weights of 8 bits and activations of 8 or 7: docs/int8.md says how.

Activations are unsigned, a scale and a zero point for each map; weights are signed, a scale for
each output channel; sums have 32 bits. All that is rounded here is rounded once, from float64.
"""

from dataclasses import dataclass

import numpy as np

from scripts.common.errors import UserError
from scripts.model import lowering
from scripts.model.lowering import DEPTHWISE, INPUT, POINTWISE, POOL, SOFTMAX, Layer

WEIGHT_TOP = 127
# A bias may take half of a sum's range; products take at most the other half (`check_depth`).
BIAS_TOP = 2**30
# Inputs that a kernel multiplies and adds up at once.
GROUP = 4
# The largest activation with which two products fit 16 bits. There kernels add up four: of two
# neighbours of a group and of those of the next.
PAIRED_TOP = 127
SHORT_TOP = 2**15 - 1


@dataclass(frozen=True)
class Scale:
    """What an activation's level stands for: `step * (level - zero)`."""

    step: float
    zero: float


@dataclass(frozen=True)
class Quantised:
    """A layer in integers.

    Attributes:
        layer: the layer that it is made of; its weights are not used.
        source: the scale of its input.
        target: the scale of its output; None where its output is scores, float32.
        added: the scale of what is added; None for nothing.
        weights: int8, shaped as the layer's; None where it has none.
        bias: int32 [channels_out], the source's zero point accounted for.
        factors: float32 [channels_out], from sums to the target's levels or to scores.
    """

    layer: Layer
    source: Scale
    target: Scale | None
    added: Scale | None = None
    weights: np.ndarray | None = None
    bias: np.ndarray | None = None
    factors: np.ndarray | None = None


def bounds_of(quantised: Quantised, top: int) -> tuple[float, float]:
    """Return the bounds of a layer's output in steps from its zero: those of levels and clamp.

    A clamp that is narrower than the levels is one of a model that came quantised.
    """
    zero, low, high = 0.0, -np.inf, np.inf
    if quantised.target is not None:
        zero = quantised.target.zero
        low, high = np.rint(np.array(quantised.layer.clamp) / quantised.target.step)
    return max(-zero, low), min(top - zero, high)


def scale_of(low: float, high: float, top: int) -> Scale:
    """Return the scale of a map whose values lie between two bounds; its zero is a level."""
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / top or 1.0
    return Scale(step, float(np.rint(-low / step)))


def scale_of_image(low: float, high: float, top: int) -> Scale:
    """Return the scale of the image, of which every byte is a level where there are 256.

    Its zero need be no level: a bias accounts for it.
    """
    step = (high - low) / top
    return Scale(step, -low / step)


def quantise(
    layers: list[Layer], image: tuple[float, float], ranges: list[tuple[float, float]], top: int
) -> list[Quantised]:
    """Return the layers in integers.

    Args:
        layers: as lowering.py finds them.
        image: the bounds of the image's levels.
        ranges: the bounds of each layer's output, as calibrated.
        top: the largest activation.

    Raises:
        UserError: the layers do not end with classes and their softmax, or a sum could overflow.
    """
    check_end(layers)
    scales = {INPUT: scale_of_image(*image, top)}
    for index, bounds in enumerate(ranges[:-2]):
        scales[index] = scale_of(*bounds, top)
    return [
        integers(layer, top, scales[layer.source], scales.get(index), scales.get(layer.add))
        for index, layer in enumerate(layers[:-1])
    ]


def check_end(layers: list[Layer]) -> None:
    """Refuse layers whose last two are not the classes' scores and their softmax."""
    ends = [layer.kind for layer in layers[-2:]] == [POINTWISE, SOFTMAX]
    scores = layers[-2] if ends else None
    if not ends or scores.add is not None or scores.clamp != (-np.inf, np.inf):
        raise UserError("the graph does not end with a 1x1 convolution and a softmax; use `f32`")


def integers(
    layer: Layer, top: int, source: Scale, target: Scale | None, added: Scale | None
) -> Quantised:
    """Return one layer in integers."""
    if layer.kind == POOL:
        pixels = layer.size_in**2
        weights, steps, sums = None, np.full(layer.channels_out, source.step / pixels), pixels
        bias = np.zeros(layer.channels_out)
    else:
        bias = np.zeros(layer.channels_out) if layer.bias is None else layer.bias.astype(np.float64)
        weights, steps = integer_weights(layer, source, bias, top)
        inputs = tuple(range(weights.ndim - 1))
        sums = weights.sum(inputs, dtype=np.int64)
        check_depth(np.abs(weights.astype(np.int64)).sum(inputs), top)
    shifted = np.rint(bias / steps - source.zero * sums)
    factors = steps / (target.step if target else 1.0)
    return Quantised(
        layer, source, target, added, weights, shifted.astype(np.int32), factors.astype(np.float32)
    )


def integer_weights(
    layer: Layer, source: Scale, bias: np.ndarray, top: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return a layer's weights as int8, and what one step of each channel's sums stands for.

    A channel with weights so small that its bias would not fit a sum gets larger steps, and so does
    one whose products would not fit the sums of 16 bits.
    """
    inputs = tuple(range(layer.weights.ndim - 1))
    largest = np.abs(layer.weights.astype(np.float64)).max(inputs) / WEIGHT_TOP
    needed = np.abs(bias) / BIAS_TOP / source.step
    steps = np.maximum(largest, needed)
    if top <= PAIRED_TOP and layer.kind != DEPTHWISE:
        steps = np.maximum(steps, steps_of_pairs(layer.weights, top))
    steps[steps == 0] = 1.0
    return np.rint(layer.weights / steps).astype(np.int8), steps * source.step


def steps_of_pairs(weights: np.ndarray, top: int) -> np.ndarray:
    """Return each channel's least step of weights with which four products fit 16 bits.

    Levels are not negative, so what fits is what weights of one sign add up to, each of which
    rounding makes larger by half at the most.
    """
    inputs = weights.reshape(-1, weights.shape[-1]).astype(np.float64)
    inputs = np.pad(inputs, ((0, -len(inputs) % (2 * GROUP)), (0, 0)))
    fours = inputs.reshape(-1, 2, GROUP // 2, 2, inputs.shape[1])
    sums = [np.maximum(sign * fours, 0).sum((1, 3)) for sign in (1, -1)]
    return np.max(sums, (0, 1, 2)) / (SHORT_TOP // top - 4 * 0.5)


def check_depth(sums: np.ndarray, top: int) -> None:
    """Refuse a layer whose products, by its weights' absolute sums, could leave half the range."""
    if sums.max() * top >= BIAS_TOP:
        raise UserError("a layer has too many inputs for sums of 32 bits; use `numbers: f32`")


def of_graph(
    graph: bytes, model: dict, ranges: dict, top: int
) -> tuple[list[Layer], list[Quantised]]:
    """Return a prepared graph's layers as lowered and in integers.

    Args:
        graph: a serialised GraphDef.
        model: the model's record.
        ranges: as calibrate.py writes them.
        top: the largest activation.
    """
    layers = lowering.lower(graph, model)
    return layers, quantise(layers, tuple(ranges["image"]), ranges["ranges"], top)
