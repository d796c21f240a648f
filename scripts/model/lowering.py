"""From a prepared frozen graph to the few fused layers that the packed executor knows."""

from dataclasses import dataclass, field

import numpy as np
from google.protobuf.message import DecodeError

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf

CONV, DEPTHWISE, POINTWISE, POOL, SOFTMAX = range(5)
# The image itself, as a layer's source.
INPUT = -1
UNBOUNDED = (-np.inf, np.inf)
CLAMPS = {"Relu6": (0.0, 6.0), "Relu": (0.0, np.inf)}
SHAPE_ONLY = ("Reshape", "Squeeze")


@dataclass
class Layer:
    """One step: a convolution with bias, addition and clamp, a mean over the map, or a softmax.

    Attributes:
        kind: CONV, DEPTHWISE, POINTWISE, POOL or SOFTMAX.
        source: index of the layer it reads, or INPUT.
        size_in, size_out: rows, equal to columns, of its input and output.
        channels_in, channels_out: of its input and output.
        kernel, stride, pad: rows of the kernel, its step, and zeros before the first row.
        weights: float32 [kernel, kernel, in, out], depthwise [kernel, kernel, channels].
        bias: float32 [channels_out]; None for none.
        add: index of the layer whose output is added; None for none.
        clamp: the bounds of its output.
    """

    kind: int
    source: int
    size_in: int
    channels_in: int
    size_out: int
    channels_out: int
    kernel: int = 1
    stride: int = 1
    pad: int = 0
    weights: np.ndarray | None = None
    bias: np.ndarray | None = None
    add: int | None = None
    clamp: tuple[float, float] = UNBOUNDED


@dataclass
class Lowering:
    """The layers of a graph as they are found, in the order in which they run."""

    nodes: dict
    size: int
    layers: list[Layer] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    # The nodes that stand for a layer's output as it is now, with all that was fused into it.
    values: dict[int, set[str]] = field(default_factory=dict)

    def lower(self, name: str) -> int:
        """Return the index of the layer that computes a node, once its inputs are lowered."""
        name = name.split(":")[0]
        if name not in self.known:
            node = self.nodes.get(name)
            if node is None:
                raise UserError(f"the graph has no node {name!r}; see its entry in the manifest")
            step = STEPS.get(node.op)
            require(step is not None, node, "is an operation")
            self.known[name] = step(self, node)
            self.values.setdefault(self.known[name], set()).add(name)
        index = self.known[name]
        fused = name not in self.values[index]
        require(not fused, self.nodes[name], "is read before and after what was fused into it")
        return index

    def shape(self, index: int) -> tuple[int, int]:
        """Return rows and channels of a layer's output."""
        if index == INPUT:
            return self.size, 3
        return self.layers[index].size_out, self.layers[index].channels_out

    def append(self, layer: Layer) -> int:
        """Add a layer; return its index."""
        self.layers.append(layer)
        return len(self.layers) - 1

    def last(self, index: int, node) -> Layer:
        """Return the layer that a node is fused into, which must be the one just found."""
        require(index == len(self.layers) - 1, node, "does not follow what it changes")
        self.values[index] = set()
        return self.layers[index]

    def unpadded(self, name: str) -> tuple[str, int, int]:
        """Return what a node pads, and how many rows of zeros it adds above and below it.

        Any other node is that itself, with none.
        """
        node = self.nodes.get(name.split(":")[0])
        if node is None or node.op != "Pad":
            return name, 0, 0
        batch, rows, columns, channels = self.const(node.input[1]).tolist()
        even = batch == channels == [0, 0] and rows == columns
        require(even, node, "pads otherwise than rows and columns alike")
        return node.input[0], *rows

    def const(self, name: str) -> np.ndarray:
        """Return the values of a constant."""
        node = self.nodes[name.split(":")[0]]
        if node.op == "Identity":
            return self.const(node.input[0])
        # As Keras freezes the bias of a convolution.
        if node.op == "Reshape":
            return self.const(node.input[0]).reshape(self.const(node.input[1]))
        if node.op == "Squeeze":
            axes = tuple(node.attr["squeeze_dims"].list.i)
            return np.squeeze(self.const(node.input[0]), axes or None)
        require(node.op == "Const", node, "is no constant, where one is needed")
        return tf.make_ndarray(node.attr["value"].tensor)


def convolution(graph: Lowering, node) -> int:
    """Lower a Conv2D or DepthwiseConv2dNative, NHWC, square, without dilation."""
    name, above, below = graph.unpadded(node.input[0])
    source = graph.lower(name)
    size, channels = graph.shape(source)
    weights = graph.const(node.input[1]).astype(np.float32)
    kernel, stride = weights.shape[0], node.attr["strides"].list.i[1]
    if check_window(node, weights, kernel, stride):
        require(above == below == 0, node, "is padded twice")
        out = -(-size // stride)
        above = max((out - 1) * stride + kernel - size, 0) // 2
    else:
        require(max(above, below) < kernel, node, "is padded by more than its kernel")
        out = -(-(size + above + below - kernel + 1) // stride)
    layer = Layer(CONV, source, size, channels, out, weights.shape[3], kernel, stride, above)
    layer.weights = weights
    if node.op == "DepthwiseConv2dNative":
        require(weights.shape[3] == 1, node, "has a depth multiplier")
        layer.kind, layer.channels_out = DEPTHWISE, channels
        layer.weights = weights.reshape(kernel, kernel, channels)
    elif source != INPUT:
        require(kernel == 1 and stride == 1, node, "is wider than a pixel and not the first")
        layer.kind = POINTWISE
    require(layer.kind == CONV or source != INPUT, node, "is depthwise and the first")
    return graph.append(layer)


def check_window(node, weights: np.ndarray, kernel: int, stride: int) -> bool:
    """Return whether the padding is SAME; refuse windows that the kernels do not have."""
    padding = node.attr["padding"].s
    layout = node.attr["data_format"].s or b"NHWC"
    dilations = list(node.attr["dilations"].list.i) or [1, 1, 1, 1]
    require(weights.shape[:2] == (kernel, kernel), node, "has a kernel that is not square")
    require(list(node.attr["strides"].list.i) == [1, stride, stride, 1], node, "has uneven strides")
    require(dilations == [1, 1, 1, 1], node, "is dilated")
    require(layout == b"NHWC", node, f"is laid out as {layout.decode()}")
    require(padding in (b"SAME", b"VALID"), node, f"is padded {padding.decode()}")
    return padding == b"SAME"


def require(holds: bool, node, what: str) -> None:
    """Raise `UserError` that says what the packed form does not know of a node."""
    if not holds:
        raise UserError(
            f"{node.op} ({node.name}) {what}, which the packed form does not know; "
            "use builds with `runtime: tract`"
        )


def bias(graph: Lowering, node) -> int:
    """Fuse a BiasAdd into its convolution."""
    index = graph.lower(node.input[0])
    layer = graph.last(index, node)
    bare = layer.weights is not None and layer.bias is None and layer.clamp == UNBOUNDED
    require(bare and layer.add is None, node, "follows no bare convolution")
    layer.bias = graph.const(node.input[1]).astype(np.float32)
    return index


def clamp(graph: Lowering, node) -> int:
    """Fuse an activation into its convolution."""
    index = graph.lower(node.input[0])
    layer = graph.last(index, node)
    require(layer.weights is not None and layer.clamp == UNBOUNDED, node, "follows no convolution")
    layer.clamp = CLAMPS[node.op]
    return index


def add(graph: Lowering, node) -> int:
    """Fuse the addition of an earlier output into the pointwise convolution before it."""
    one, other = (graph.lower(name) for name in node.input[:2])
    index, earlier = max(one, other), min(one, other)
    layer = graph.last(index, node)
    bare = layer.kind == POINTWISE and layer.add is None and layer.clamp == UNBOUNDED
    require(bare and earlier not in (INPUT, index), node, "follows no bare 1x1 convolution")
    alike = graph.shape(earlier) == graph.shape(index)
    require(alike, node, "adds maps of different shapes")
    layer.add = earlier
    return index


def pool(graph: Lowering, node) -> int:
    """Lower a mean over the whole map."""
    source = graph.lower(node.input[0])
    size, channels = graph.shape(source)
    if node.op == "Mean":
        whole = sorted(np.ravel(graph.const(node.input[1])) % 4) == [1, 2]
    else:
        whole = list(node.attr["ksize"].list.i) == [1, size, size, 1]
        whole &= node.attr["padding"].s == b"VALID"
    require(whole and source != INPUT, node, "is no mean over the whole map")
    return graph.append(Layer(POOL, source, size, channels, 1, channels))


def softmax(graph: Lowering, node) -> int:
    """Lower the softmax over the classes."""
    source = graph.lower(node.input[0])
    size, channels = graph.shape(source)
    require(size == 1, node, "is not over the classes alone")
    return graph.append(Layer(SOFTMAX, source, 1, channels, 1, channels))


def reshaped(graph: Lowering, node) -> int:
    """Pass what has one pixel, whose values are the same in any shape."""
    source = graph.lower(node.input[0])
    require(graph.shape(source)[0] == 1, node, "changes the shape of a map")
    return source


STEPS = {
    "Placeholder": lambda graph, node: INPUT,
    "Conv2D": convolution,
    "DepthwiseConv2dNative": convolution,
    "BiasAdd": bias,
    "Add": add,
    "AddV2": add,
    "AvgPool": pool,
    "Mean": pool,
    "Softmax": softmax,
    **dict.fromkeys(CLAMPS, clamp),
    "Identity": lambda graph, node: graph.lower(node.input[0]),
    **dict.fromkeys(SHAPE_ONLY, reshaped),
}


def lower(graph: bytes, model: dict) -> list[Layer]:
    """Return the layers of a prepared graph, in the order in which they run; see `lowered`."""
    return lowered(graph, model).layers


def lowered(graph: bytes, model: dict) -> Lowering:
    """Return the layers of a prepared graph with the nodes that they are made of.

    Raises:
        UserError: the bytes are no graph, or it has a part that the packed form does not know.
    """
    definition = tf.compat.v1.GraphDef()
    try:
        definition.ParseFromString(graph)
    except DecodeError as error:
        raise UserError(
            f"the prepared graph is damaged ({error}); delete it and run again"
        ) from error
    found = Lowering({node.name: node for node in definition.node}, model["size"])
    found.lower(model["output"])
    return found
