"""The layers of MobileNet V1 for any width multiplier, named as in TF-slim's checkpoints."""

from scripts.model.layer import Layer

# Output channels and stride of each pair of a depthwise and a pointwise convolution: table 1 of
# "MobileNets: Efficient Convolutional Neural Networks" (Howard et al., 2017).
PAIRS = [
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
]
FIRST_CHANNELS, FEWEST_CHANNELS = 32, 8


def layers(width: float) -> list[Layer]:
    """Return the convolutions in order, the classifier's own excepted."""
    depth = _scaled(FIRST_CHANNELS, width)
    found = [Layer("Conv2d_0", 3, 2, 3, depth)]
    for number, (channels, stride) in enumerate(PAIRS, start=1):
        scope, outputs = f"Conv2d_{number}", _scaled(channels, width)
        found += [
            Layer(f"{scope}_depthwise", 3, stride, depth, depth, depthwise=True),
            Layer(f"{scope}_pointwise", 1, 1, depth, outputs),
        ]
        depth = outputs
    return found


def _scaled(channels: int, width: float) -> int:
    # Not V2's multiples of 8.
    return max(int(channels * width), FEWEST_CHANNELS)
