"""Rule script: the model as the packed executor takes it: fused layers, weights in kernel order.

The file, all little-endian: the magic, then uint32 panel, size, classes, number of buffers, number
of layers, offset of the weights in bytes; the buffers' sizes (in floats); the layers' records; at a
multiple of 64 bytes the float32 weights. classifier/src/packed/format.rs reads it in place.
"""

import argparse
import struct
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.model import lowering
from scripts.model.lowering import CONV, DEPTHWISE, POINTWISE, Layer
from scripts.model.packing import ALIGNMENT, buffers, padded, record

MAGIC = b"MOBPACK1"


def panels(weights: np.ndarray, panel: int) -> np.ndarray:
    """Return weights [inputs, outputs] as [panels, inputs, panel], outputs filled up with zeros."""
    inputs, outputs = weights.shape
    filled = np.zeros((inputs, padded(outputs, panel)), np.float32)
    filled[:, :outputs] = weights
    return filled.reshape(inputs, -1, panel).transpose(1, 0, 2)


def weights_of(layer: Layer, panel: int) -> np.ndarray:
    """Return a layer's weights in the order in which its kernel reads them."""
    if layer.kind == DEPTHWISE:
        wide = np.zeros((layer.kernel**2, padded(layer.channels_out, panel)), np.float32)
        wide[:, : layer.channels_out] = layer.weights.reshape(layer.kernel**2, -1)
        return wide
    return panels(layer.weights.reshape(-1, layer.channels_out), panel)


def pack(layers: list[Layer], size: int, panel: int) -> bytes:
    """Return the packed model for kernels that compute `panel` channels at once."""
    places = buffers(layers)
    room = [0] * (max(places) + 1)
    records, data, offset = [], [], 0
    for layer, place in zip(layers, places, strict=True):
        floats = layer.size_out**2 * padded(layer.channels_out, panel)
        room[place] = max(room[place], floats)
        starts = []
        if layer.kind in (CONV, DEPTHWISE, POINTWISE):
            bias = np.zeros(padded(layer.channels_out, panel), np.float32)
            if layer.bias is not None:
                bias[: layer.channels_out] = layer.bias
            for array in (weights_of(layer, panel).ravel(), bias):
                starts.append(offset)
                filled = np.zeros(-(-array.size // 16) * 16, np.float32)
                filled[: array.size] = array
                data.append(filled)
                offset += filled.size
        records.append(record(layer, place, places, layer.clamp, starts or [0, 0]))
    head = struct.pack("<6I", panel, size, layers[-1].channels_out, len(room), len(records), 0)
    body = struct.pack(f"<{len(room)}I", *room) + b"".join(records)
    start = -(-(len(MAGIC) + len(head) + len(body)) // ALIGNMENT) * ALIGNMENT
    head = head[:-4] + struct.pack("<I", start)
    return (MAGIC + head + body).ljust(start, b"\0") + np.concatenate(data).tobytes()


def main(argv: list[str] | None = None) -> int:
    """Write the packed model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the prepared graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--panel", required=True, type=int, help="channels computed at once")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    model = files.read_json(args.model)
    packed = pack(lowering.lower(args.graph.read_bytes(), model), model["size"], args.panel)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(packed)
    return 0


if __name__ == "__main__":
    errors.run(main)
