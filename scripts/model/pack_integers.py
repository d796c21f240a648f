"""Rule script: the quantised model as the packed executor takes it, weights of 8 bits.

As pack.py's file, all little-endian: the magic, then uint32 panel, size, classes, number of
buffers, number of layers, offset of the data in bytes, largest activation, and two float32, the
image's factor and zero; the buffers' sizes; the layers' records: pack.py's, the levels' bounds as
floats, then where the factors lie, the level outside the map, and two float32, the factor and the
zero of what is added; at a multiple of 64 bytes the data, every part of it at such a multiple too.
classifier/src/packed/integers/format.rs reads it in place.
"""

import argparse
import struct
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.model import numbers, packing, quantise
from scripts.model.lowering import DEPTHWISE, Layer
from scripts.model.packing import ALIGNMENT, padded
from scripts.model.quantise import GROUP, Quantised

MAGIC = b"MOBINTS2"
HEAD = struct.Struct("<7I2f")
MORE = struct.Struct("<2I2f")


def grouped(weights: np.ndarray, panel: int) -> np.ndarray:
    """Return weights [inputs, outputs] as [panels, inputs / 4, panel, 4], filled up with zeros."""
    inputs, outputs = weights.shape
    filled = np.zeros((padded(inputs, GROUP), padded(outputs, panel)), np.int8)
    filled[:inputs, :outputs] = weights
    return filled.reshape(-1, GROUP, filled.shape[1] // panel, panel).transpose(2, 0, 3, 1)


def weights_of(quantised: Quantised, panel: int) -> np.ndarray:
    """Return a layer's weights in the order in which its kernel reads them."""
    weights = quantised.weights.reshape(-1, quantised.layer.channels_out)
    if quantised.layer.kind == DEPTHWISE:
        return grouped(weights, padded(weights.shape[1], panel))
    return grouped(weights, panel)


def parts(quantised: Quantised, panel: int) -> list[np.ndarray]:
    """Return a layer's weights, bias and factors, the channels filled up with zeros."""

    def filled(values: np.ndarray) -> np.ndarray:
        return np.pad(values, (0, padded(len(values), panel) - len(values)))

    weights = np.empty(0, np.int8)
    if quantised.weights is not None:
        weights = weights_of(quantised, panel)
    return [weights, filled(quantised.bias), filled(quantised.factors)]


def levels_record(quantised: Quantised, factors: int) -> bytes:
    """Return what a record has behind that of floats."""
    added, factor, zero = quantised.added, 0.0, 0.0
    if added is not None:
        factor, zero = added.step / quantised.target.step, added.zero
    return MORE.pack(factors, int(np.rint(quantised.source.zero)), factor, zero)


def packed(
    layers: list[Layer], quantised: list[Quantised], places: list[int], panel: int, top: int
) -> bytes:
    """Return the packed model for kernels of a panel's channels.

    Args:
        layers: as lowering.py finds them, the softmax the last.
        quantised: those before the softmax, as quantise.py makes them.
        places: the buffer that each layer writes to.
        panel: channels that the kernels compute at once.
        top: the largest activation.
    """
    room = [0] * (max(places) + 1)
    for layer, place in zip(layers, places, strict=True):
        levels = layer.size_out**2 * padded(layer.channels_out, panel)
        room[place] = max(room[place], levels)
    records, data = [], b""
    for layer, place in zip(quantised, places, strict=False):
        offsets = []
        for part in parts(layer, panel):
            offsets.append(len(data))
            data += part.tobytes().ljust(padded(part.nbytes, ALIGNMENT), b"\0")
        weights, bias, factors = offsets
        clamp = quantise.bounds_of(layer, top)
        shape = packing.record(layer.layer, place, places, clamp, [weights, bias])
        records.append(shape + levels_record(layer, factors))
    softmax = packing.record(layers[-1], places[-1], places, (0.0, 0.0), [0, 0])
    records.append(softmax + MORE.pack(0, 0, 0.0, 0.0))
    body = struct.pack(f"<{len(room)}I", *room) + b"".join(records)
    start = padded(len(MAGIC) + HEAD.size + len(body), ALIGNMENT)
    size, classes, image = layers[0].size_in, layers[-1].channels_out, quantised[0].source
    head = HEAD.pack(
        panel, size, classes, len(room), len(records), start, top, 1 / image.step, image.zero
    )
    return (MAGIC + head + body).ljust(start, b"\0") + data


def main(argv: list[str] | None = None) -> int:
    """Write the packed model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the prepared graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--ranges", required=True, help="as calibrate.py writes them")
    parser.add_argument("--numbers", required=True, choices=numbers.TOPS)
    parser.add_argument("--panel", required=True, type=int, help="channels computed at once")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    model, ranges = files.read_json(args.model), files.read_json(args.ranges)
    top = numbers.TOPS[args.numbers]
    layers, quantised = quantise.of_graph(args.graph.read_bytes(), model, ranges, top)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(packed(layers, quantised, packing.buffers(layers), args.panel, top))
    return 0


if __name__ == "__main__":
    errors.run(main)
