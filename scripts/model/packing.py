"""What packed files of floats and of integers have in common: the layers' records and places."""

import struct

from scripts.common.errors import UserError
from scripts.model.lowering import INPUT, Layer

ALIGNMENT = 64
# In a record: the image as source, no addition.
NONE = 0xFFFFFFFF
RECORD = struct.Struct("<11I2f2I")


def padded(channels: int, panel: int) -> int:
    """Return the floats a pixel of that many channels takes: whole panels."""
    return -(-channels // panel) * panel


def buffers(layers: list[Layer]) -> list[int]:
    """Return the buffer each layer writes to: one that nothing still needed is in.

    An addition is made in place: its layer writes over what it adds.
    """
    last_use = {}
    for index, layer in enumerate(layers):
        last_use[layer.source] = index
        if layer.add is not None:
            last_use[layer.add] = index
    found: list[int] = []
    for index, layer in enumerate(layers):
        if layer.add is not None:
            if layer.add in (INPUT, layer.source) or last_use[layer.add] > index:
                raise UserError("an addition's operand is used again; use `runtime: tract`")
            found.append(found[layer.add])
            continue
        taken = {found[i] for i in range(index) if last_use.get(i, -1) >= index}
        found.append(next(i for i in range(len(layers) + 1) if i not in taken))
    return found


def record(
    layer: Layer,
    place: int,
    places: list[int],
    clamp: tuple[float, float],
    starts: list[int],
) -> bytes:
    """Return a layer's record."""
    return RECORD.pack(
        layer.kind,
        NONE if layer.source == INPUT else places[layer.source],
        place,
        int(layer.add is not None),
        layer.size_in,
        layer.channels_in,
        layer.size_out,
        layer.channels_out,
        layer.kernel,
        layer.stride,
        layer.pad,
        *clamp,
        *starts,
    )
