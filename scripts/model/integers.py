"""The oracle of the integer kernels: quantised layers in numpy, bit for bit (docs/int8.md)."""

from collections.abc import Iterator

import numpy as np

from scripts.model.floating import padding
from scripts.model.lowering import DEPTHWISE, INPUT, POOL
from scripts.model.quantise import Quantised, Scale, bounds_of


def levels_of(image: np.ndarray, scale: Scale, top: int) -> np.ndarray:
    """Return images, float32, as levels, uint8."""
    factor, zero = np.float32(1 / scale.step), np.float32(scale.zero)
    return np.rint(np.clip(image * factor + zero, 0, np.float32(top))).astype(np.uint8)


def outputs(layers: list[Quantised], images: np.ndarray, top: int) -> Iterator[np.ndarray]:
    """Yield every layer's output: uint8 [images, rows, columns, channels], the last's float32.

    Args:
        layers: as quantise.py makes them.
        images: float32 [images, size, size, 3] in the model's input range.
        top: the largest activation.
    """
    maps = {INPUT: levels_of(images, layers[0].source, top)}
    for index, quantised in enumerate(layers):
        layer = quantised.layer
        sums = sums_of(quantised, maps[layer.source])
        maps[index] = rounded(quantised, sums, maps.get(layer.add), top)
        yield maps[index]


def sums_of(quantised: Quantised, source: np.ndarray) -> np.ndarray:
    """Return a layer's sums, int32: the bias and all products.

    Outside the map is the level that is nearest to zero.
    """
    layer = quantised.layer
    if layer.kind == POOL:
        sums = source.sum((1, 2), keepdims=True, dtype=np.int64)
    else:
        around = [(0, 0), padding(layer), padding(layer), (0, 0)]
        level = np.uint8(np.rint(quantised.source.zero))
        sums = products(quantised, np.pad(source, around, constant_values=level))
    sums = sums + quantised.bias.astype(np.int64)
    assert np.abs(sums).max() < 2**31, "the sums have 32 bits"
    return sums.astype(np.int32)


def products(quantised: Quantised, padded: np.ndarray) -> np.ndarray:
    """Return the sums of a convolution's products, int64; float64 holds all of them exactly."""
    layer, total = quantised.layer, 0
    reach = (layer.size_out - 1) * layer.stride + 1
    for y in range(layer.kernel):
        for x in range(layer.kernel):
            rows, columns = (slice(at, at + reach, layer.stride) for at in (y, x))
            values = padded[:, rows, columns].astype(np.float64)
            weights = quantised.weights[y, x].astype(np.float64)
            total = total + (values * weights if layer.kind == DEPTHWISE else values @ weights)
    return total.astype(np.int64)


def rounded(
    quantised: Quantised, sums: np.ndarray, added: np.ndarray | None, top: int
) -> np.ndarray:
    """Return sums as levels of the target, uint8, or as scores; each operation in float32."""
    values = sums.astype(np.float32) * quantised.factors
    if quantised.target is None:
        return values
    if added is not None:
        factor = np.float32(quantised.added.step / quantised.target.step)
        values = values + (added.astype(np.float32) - np.float32(quantised.added.zero)) * factor
    zero = np.float32(quantised.target.zero)
    return (np.rint(np.clip(values, *bounds_of(quantised, top))) + zero).astype(np.uint8)
