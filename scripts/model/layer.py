"""One convolution of a network whose weights are drawn from a seed."""

from dataclasses import dataclass


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
