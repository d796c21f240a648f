"""Small networks in ONNX, their weights drawn, as several frameworks export them."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SIZE, CLASSES = 32, 5


class Network:
    """Nodes of ONNX one after the other, with drawn weights."""

    def __init__(self, shape):
        self.random = np.random.default_rng(7)
        self.shape, self.nodes, self.weights, self.last = shape, [], [], "pixels"

    def drawn(self, *shape, low=-0.5, high=0.5):
        values = self.random.uniform(low, high, shape).astype(np.float32)
        return self.constant(values)

    def constant(self, values):
        name = f"w.{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind, *more, before=None, **attributes):
        output = f"/body/{kind}.{len(self.nodes)}_output_0"
        inputs = [before or self.last, *more]
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        self.last = output
        return output

    def convolution(self, inputs, outputs, side, depthwise=False, **attributes):
        weights = self.drawn(outputs, 1 if depthwise else inputs, side, side)
        group = {"group": inputs} if depthwise else {}
        return self.add("Conv", weights, self.drawn(outputs), **group, **attributes)

    def norm(self, channels):
        positive = self.drawn(channels, low=0.5, high=1.5), self.drawn(channels)
        averages = self.drawn(channels), self.drawn(channels, low=0.5, high=1.5)
        return self.add("BatchNormalization", *positive, *averages)

    def bytes(self):
        """The file: what was added last is its output."""
        self.add("Identity")
        self.nodes[-1].output[0] = "scores"
        ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in (("pixels", self.shape), ("scores", ["batch", "classes"]))
        ]
        graph = helper.make_graph(self.nodes, "net", ends[:1], ends[1:], self.weights)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        return made.SerializeToString()


def as_exported(net):
    """As PyTorch's exporter writes a MobileNet: windows padded on all sides, clips, a residual."""
    net.convolution(3, 8, 3, strides=[2, 2], pads=[1] * 4)
    net.norm(8)
    block = net.add("Clip", net.constant(np.float32(0)), net.constant(np.float32(6)))
    net.convolution(8, 8, 3, depthwise=True, pads=[1] * 4)
    net.add("Relu")
    net.convolution(8, 8, 1)
    net.add("Add", block)
    net.convolution(8, 16, 5, depthwise=True, strides=[2, 2], pads=[2] * 4)
    net.add("Sigmoid")
    net.add("GlobalAveragePool")
    net.add("Flatten", axis=1)


def head(net, inputs):
    weights = net.drawn(CLASSES, inputs)
    net.add("Gemm", weights, net.drawn(CLASSES), transB=1)


def mobile(net):
    as_exported(net)
    head(net, 16)


def pooled(net):
    """Other windows, sums and shapes: pooling, scaling, maps side by side, a mean by its axes."""
    scale = net.constant(np.float32([2, 3, 4]).reshape(3, 1, 1))
    scaled = net.add("Mul", scale)
    most = net.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    kernel = {"kernel_shape": [2, 2], "strides": [2, 2]}
    mean = net.add("AveragePool", before=scaled, **kernel)
    net.add("Concat", mean, before=most, axis=1)
    net.convolution(6, 12, 3)
    net.add("Sub", net.constant(np.float32(0.1)))
    net.add("ReduceMean", axes=[2, 3], keepdims=0)
    net.add("MatMul", net.drawn(12, CLASSES))
    net.add("Softmax", axis=1)


def channels_last(net):
    """As TensorFlow's networks are exported: the photograph comes as rows, columns, colours."""
    net.add("Transpose", perm=[0, 3, 1, 2])
    net.convolution(3, 8, 3, auto_pad="SAME_UPPER", strides=[2, 2])
    net.add("Relu")
    net.add("GlobalAveragePool")
    net.add("Reshape", net.constant(np.array([-1, 8], np.int64)))
    head(net, 8)


FIRST, LAST = ["batch", 3, SIZE, SIZE], ["batch", SIZE, SIZE, 3]
NETWORKS = {"mobile": (mobile, FIRST), "pooled": (pooled, FIRST), "last": (channels_last, LAST)}


def written(build, shape=FIRST):
    net = Network(shape)
    build(net)
    return net.bytes()


def scores(data, images):
    """Return what ONNX Runtime says of images, laid out as the network takes them."""
    runtime = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return runtime.run(["scores"], {"pixels": images})[0]


def published(name):
    """Return a network of the ONNX project's tests, and the names of its ends.

    They come without weights, as nodes that would fill them with one value: drawn ones are put in
    their place.
    """
    folder = Path(onnx.__file__).parent / "backend/test/data/light"
    network, random = onnx.load(folder / f"light_{name}.onnx"), np.random.default_rng(5)
    network.ir_version = 9
    graph, nodes = network.graph, []
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type != "ConstantOfShape":
            nodes.append(node)
            continue
        shape = tuple(shapes[node.input[0]])
        values = random.normal(0, np.sqrt(2 / np.prod(shape[1:], initial=1)), shape)
        # Of a batch norm all must be positive.
        values = np.abs(values) + 0.5 if len(shape) == 1 else values
        graph.initializer.append(numpy_helper.from_array(np.float32(values), node.output[0]))
    del graph.node[:]
    graph.node.extend(nodes)
    (given,) = (value.name for value in graph.input if value.name not in shapes)
    return network.SerializeToString(), {"input": given, "output": graph.output[0].name}
