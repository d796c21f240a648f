"""The networks whose graphs are built here, and how their nodes are named: as TF-slim does."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scripts.model import efficientnet_lite0, mobilenet_v1, mobilenet_v2
from scripts.model.layer import Layer, NetworkWeights


@dataclass(frozen=True)
class Architecture:
    """A chain of convolutions, a mean over the map, a classifier and a softmax.

    Attributes:
        layers: the convolutions for a width multiplier, the classifier's own excepted.
        root: the outermost name scope, also of the variables.
        features: the name scope of the convolutions' operations.
        pool, dropout, squeeze: nodes of the classifier, below `Logits` in the root.
        is_marked: whether identities mark where blocks begin and end.
        trained: a checkpoint of PyTorch's -> its weights, where such a one is read.
    """

    layers: Callable[[float], list[Layer]]
    root: str
    features: str
    pool: str
    dropout: str
    squeeze: str
    is_marked: bool = False
    trained: Callable[[dict[str, np.ndarray]], NetworkWeights] | None = None


ARCHITECTURES = {
    "efficientnet_lite0": Architecture(
        efficientnet_lite0.layers,
        root="EfficientNetLite0",
        features="EfficientNetLite0",
        pool="AvgPool",
        dropout="Dropout/Identity",
        squeeze="Squeeze",
        trained=efficientnet_lite0.trained,
    ),
    "mobilenet_v1": Architecture(
        mobilenet_v1.layers,
        root="MobilenetV1",
        features="MobilenetV1/MobilenetV1",
        pool="AvgPool_1a/AvgPool",
        dropout="Dropout_1b/Identity",
        squeeze="SpatialSqueeze",
    ),
    "mobilenet_v2": Architecture(
        mobilenet_v2.layers,
        root="MobilenetV2",
        features="MobilenetV2",
        pool="AvgPool",
        dropout="Dropout/Identity",
        squeeze="Squeeze",
        is_marked=True,
    ),
}
