"""The layers of MobileNet V2 for any width multiplier, named as in TF-slim's checkpoints."""

from dataclasses import dataclass

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
TOTAL_STRIDE = 32


@dataclass(frozen=True)
class Layer:
    """One convolution with its batch norm.

    Attributes:
        scope: name scope, such as `expanded_conv_3/expand`.
        kernel: side of the kernel in pixels.
        stride: step of the kernel in pixels.
        inputs: input channels.
        outputs: output channels.
        depthwise: one filter for each channel instead of a full convolution.
        relu6: whether an activation follows (the projections are linear).
        opens: whether a block of inverted residuals starts here.
        closes: whether that block ends here.
        residual: whether the block's input is added at its end.
    """

    scope: str
    kernel: int
    stride: int
    inputs: int
    outputs: int
    depthwise: bool = False
    relu6: bool = True
    opens: bool = False
    closes: bool = False
    residual: bool = False

    @property
    def block(self) -> str:
        """The block that a layer belongs to, such as `expanded_conv_3`."""
        return self.scope.split("/")[0]

    @property
    def weights_shape(self) -> tuple[int, int, int, int]:
        """The shape of the weights as TensorFlow wants it."""
        outputs = 1 if self.depthwise else self.outputs
        return (self.kernel, self.kernel, self.inputs, outputs)

    @property
    def fan_in(self) -> int:
        """How many inputs one output is a sum of."""
        return self.kernel**2 * (1 if self.depthwise else self.inputs)


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
            found += _block(scope, depth, outputs, factor, stride)
            depth, number = outputs, number + 1
    # Narrow models keep the full last layer.
    return [*found, Layer("Conv_1", 1, 1, depth, divisible(LAST_CHANNELS * max(1.0, width)))]


def _block(scope: str, inputs: int, outputs: int, factor: int, stride: int) -> list[Layer]:
    inner = inputs * factor
    expand = [Layer(f"{scope}/expand", 1, 1, inputs, inner, opens=True)] if factor > 1 else []
    depthwise = Layer(
        f"{scope}/depthwise", 3, stride, inner, inner, depthwise=True, opens=not expand
    )
    residual = stride == 1 and inputs == outputs
    project = Layer(
        f"{scope}/project", 1, 1, inner, outputs, relu6=False, closes=True, residual=residual
    )
    return [*expand, depthwise, project]
