"""A network with weights from a seed as a frozen graph, no download. Its labels mean nothing."""

from scripts.model import seeded_weights, slim_graph
from scripts.model.architectures import ARCHITECTURES


def frozen_graph(
    width: float,
    size: int,
    classes: int,
    input_range: tuple = (-1.0, 1.0),
    seed: int = 0,
    architecture: str = "mobilenet_v2",
) -> bytes:
    """Return a serialised GraphDef as slim_graph.py has it; the same arguments, the same bytes.

    Args:
        width: the width multiplier.
        size: side of the input image in pixels.
        classes: number of classes.
        input_range: lowest and highest value of the input.
        seed: any integer from 0 to 2**32 - 1.
        architecture: one of `ARCHITECTURES`.
    """
    kind = ARCHITECTURES[architecture]
    network = seeded_weights.draw(kind.layers(width), size, classes, input_range, seed)
    return slim_graph.frozen_graph(network, kind, size)
