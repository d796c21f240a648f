"""The layers of MobileNet V2 for any width multiplier, named as in TF-slim's checkpoints."""

from scripts.model.layer import Layer, inverted_residual

# Expansion factor, output channels, repeats and first stride of each group of blocks:
# table 2 of "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (Sandler et al., 2018).
GROUPS = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
FIRST_CHANNELS, LAST_CHANNELS = 32, 1280


def divisible(channels: float, divisor: int = 8) -> int:
    """Round a number of channels to a multiple of `divisor`, never down by more than 10 %."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


def layers(width: float) -> list[Layer]:
    """Return the convolutions in order, the classifier's own excepted."""
    depth = divisible(FIRST_CHANNELS * width)
    found = [Layer("Conv", 3, 2, 3, depth)]
    number = 0
    for factor, channels, repeats, first_stride in GROUPS:
        for repeat in range(repeats):
            outputs = divisible(channels * width)
            stride = first_stride if repeat == 0 else 1
            scope = f"expanded_conv_{number}" if number else "expanded_conv"
            found += inverted_residual(scope, depth, outputs, factor, stride)
            depth, number = outputs, number + 1
    # Narrow models keep the full last layer.
    return [*found, Layer("Conv_1", 1, 1, depth, divisible(LAST_CHANNELS * max(1.0, width)))]
