"""The convolutions of the networks whose graphs are built here, with their weights."""

from dataclasses import dataclass

import numpy as np

# Of batch norm, in every network here.
EPSILON = 1e-3


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


@dataclass(frozen=True)
class LayerWeights:
    """A layer's weights and batch norm, float32: weights [k, k, in, out], the others [channels]."""

    layer: Layer
    weights: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class NetworkWeights:
    """The layers and the classifier: weights [1, 1, features, classes], biases [classes]."""

    layers: list[LayerWeights]
    weights: np.ndarray
    biases: np.ndarray


def inverted_residual(
    scope: str, inputs: int, outputs: int, factor: int, stride: int, kernel: int = 3
) -> list[Layer]:
    """Return a block as MobileNet V2 has it: expand (by more than 1), depthwise, project."""
    inner = inputs * factor
    expand = [Layer(f"{scope}/expand", 1, 1, inputs, inner, opens=True)] if factor > 1 else []
    depthwise = Layer(
        f"{scope}/depthwise", kernel, stride, inner, inner, depthwise=True, opens=not expand
    )
    residual = stride == 1 and inputs == outputs
    project = Layer(
        f"{scope}/project", 1, 1, inner, outputs, relu6=False, closes=True, residual=residual
    )
    return [*expand, depthwise, project]
