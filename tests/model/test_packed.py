"""From a frozen graph to the packed file: folded, lowered, packed, and still the same model."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model import fold, lowering, mobilenet_v2, pack, packing, seeded_graph
from scripts.model.architectures import ARCHITECTURES
from scripts.model.lowering import CONV, DEPTHWISE, INPUT, POINTWISE, POOL, SOFTMAX, Layer

WIDTH, SIZE, CLASSES = 0.35, 96, 21
INPUT_NAME, OUTPUT = "input", "MobilenetV2/Predictions/Reshape_1"
MODEL = {"name": "small", "size": SIZE, "input": INPUT_NAME, "output": OUTPUT}
TOLERANCE = 1e-5
FIELDS = (
    "kind", "source", "target", "add", "size_in", "channels_in", "size_out", "channels_out",
    "kernel", "stride", "pad", "low", "high", "weights", "bias",
)  # fmt: skip


@pytest.fixture(scope="module")
def graph():
    return seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=5)


@pytest.fixture(scope="module")
def prepared(graph):
    return fold.prepare(graph, MODEL)


@pytest.fixture(scope="module")
def layers(prepared):
    return lowering.lower(prepared, MODEL)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).uniform(-1, 1, (4, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def answers(graph, images):
    return run_graph(graph, images)


def run_graph(serialised, images, output=OUTPUT):
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(tf.compat.v1.GraphDef.FromString(serialised), name="")
    with tf.compat.v1.Session(graph=graph) as session:
        return session.run(f"{output}:0", {f"{INPUT_NAME}:0": images})


def nodes(serialised):
    return {node.name: node for node in tf.compat.v1.GraphDef.FromString(serialised).node}


def small_graph(build, side=4):
    """Return a serialised graph of small RGB images: what `build` makes of the placeholder."""
    graph = tf.Graph()
    with graph.as_default():
        image = tf.compat.v1.placeholder(tf.float32, [None, side, side, 3], name=INPUT_NAME)
        tf.identity(build(image), name=OUTPUT)
    return graph.as_graph_def().SerializeToString(deterministic=True)


def conv(net, outputs, name=None):
    weights = np.ones((1, 1, net.shape[3], outputs), np.float32)
    return tf.raw_ops.Conv2D(
        input=net, filter=weights, strides=[1, 1, 1, 1], padding="SAME", name=name
    )


def lower_small(build):
    return lowering.lower(small_graph(build), MODEL | {"size": 4})


def test_prepared_without_batch_norm_under_the_same_names(graph, prepared):
    before, after = nodes(graph), nodes(prepared)
    assert any("FusedBatchNorm" in node.op for node in before.values())
    assert not any("BatchNorm" in node.op for node in after.values())
    assert after[INPUT_NAME].op == "Placeholder"
    assert OUTPUT in after
    assert len(after) < len(before)


def test_prepared_gives_the_same_answers(prepared, images, answers):
    np.testing.assert_allclose(run_graph(prepared, images), answers, rtol=0, atol=TOLERANCE)


def test_prepared_the_same_each_time(graph, prepared):
    assert fold.prepare(graph, MODEL) == prepared


def test_what_is_no_graph():
    with pytest.raises(UserError, match="cannot be prepared"):
        fold.prepare(b"\xff" * 40, MODEL)
    with pytest.raises(UserError, match="prepared graph is damaged .* delete it and run again"):
        lowering.lower(b"\xff" * 40, MODEL)


def test_one_layer_for_each_convolution(layers):
    published = mobilenet_v2.layers(WIDTH)
    found, (pool, logits, softmax) = layers[:-3], layers[-3:]
    assert [layer.kind for layer in (pool, logits, softmax)] == [POOL, POINTWISE, SOFTMAX]
    assert (logits.channels_out, softmax.channels_out, pool.size_out) == (CLASSES, CLASSES, 1)
    kinds = {True: DEPTHWISE, False: POINTWISE}
    assert [layer.kind for layer in found] == [
        CONV if layer.scope == "Conv" else kinds[layer.depthwise] for layer in published
    ]
    assert [layer.source for layer in layers] == [INPUT, *range(len(layers) - 1)]
    for layer, expected in zip(found, published, strict=True):
        assert (layer.channels_in, layer.channels_out) == (expected.inputs, expected.outputs)
        assert (layer.kernel, layer.stride) == (expected.kernel, expected.stride)
        assert layer.size_out == -(-layer.size_in // layer.stride)
        assert layer.clamp == ((0, 6) if expected.relu6 else (-np.inf, np.inf))
        assert layer.bias.any()


@pytest.mark.parametrize("architecture", ["efficientnet_lite0", "mobilenet_v1"])
def test_other_architectures_are_lowered_too(architecture):
    """They are of the same layers; the packed answers stay those of the graph."""
    kind = ARCHITECTURES[architecture]
    output = f"{kind.root}/Predictions/Reshape_1"
    graph = seeded_graph.frozen_graph(0.25, SIZE, CLASSES, seed=5, architecture=architecture)
    model = MODEL | {"output": output}
    layers = lowering.lower(fold.prepare(graph, model), model)
    _, *rest = kind.layers(0.25)
    published = [DEPTHWISE if layer.depthwise else POINTWISE for layer in rest]
    assert [layer.kind for layer in layers] == [CONV, *published, POOL, POINTWISE, SOFTMAX]
    assert [layer.kernel for layer in layers[1:-3]] == [layer.kernel for layer in rest]
    image = np.random.default_rng(3).uniform(-1, 1, (1, SIZE, SIZE, 3)).astype(np.float32)
    for panel in (8, 16):
        found = run_packed(pack.pack(layers, SIZE, panel), image[0])
        wanted = run_graph(graph, image, output)[0]
        np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE)


def test_additions_are_of_the_block_s_input(layers):
    published = mobilenet_v2.layers(WIDTH)
    opened = None
    for index, expected in enumerate(published):
        opened = index - 1 if expected.opens else opened
        assert layers[index].add == (opened if expected.residual else None)
    assert sum(layer.add is not None for layer in layers) == 10


def test_additions_are_made_in_place(layers):
    places = packing.buffers(layers)
    for layer, place in zip(layers, places, strict=True):
        assert layer.add is None or place == places[layer.add]
        assert layer.source == INPUT or place != places[layer.source]
    # What is read, what is written, and what is added later.
    assert set(places) == {0, 1, 2}


def test_an_unknown_operation_is_named(graph):
    definition = tf.compat.v1.GraphDef.FromString(graph)
    node = next(node for node in definition.node if node.name == "MobilenetV2/Conv/Relu6")
    node.op = "Elu"
    with pytest.raises(UserError) as caught:
        lowering.lower(fold.prepare(definition.SerializeToString(), MODEL), MODEL)
    for word in ("Elu", "MobilenetV2/Conv/Relu6", "`runtime: tract`"):
        assert word in str(caught.value)


def test_batch_norm_that_was_not_folded_is_refused(graph):
    with pytest.raises(UserError, match="FusedBatchNorm .*`runtime: tract`"):
        lowering.lower(graph, MODEL)


def after_relu(image):
    net = conv(image, 3)
    return tf.raw_ops.AddV2(x=tf.nn.relu6(conv(net, 3)), y=net)


def before_the_last(image):
    first = conv(image, 3)
    conv(first, 3)
    return tf.raw_ops.AddV2(x=conv(tf.nn.relu6(conv(first, 3)), 3), y=tf.nn.relu(first))


def two_means(image):
    return tf.raw_ops.AvgPool(value=image, ksize=[1, 2, 2, 1], strides=[1] * 4, padding="VALID")


def wide(image, shape=(3, 3), strides=(1, 1, 1, 1), padding="SAME", **options):
    """A convolution over all channels with a kernel of `shape`."""
    weights = np.ones((*shape, image.shape[3], 3), np.float32)
    return tf.raw_ops.Conv2D(
        input=image, filter=weights, strides=list(strides), padding=padding, **options
    )


def padded(net, rows, below=None):
    around = [rows, rows if below is None else below]
    return tf.pad(net, [[0, 0], around, around, [0, 0]])


def depthwise(image, multiplier=1):
    weights = np.ones((3, 3, image.shape[3], multiplier), np.float32)
    return tf.raw_ops.DepthwiseConv2dNative(
        input=image, filter=weights, strides=[1] * 4, padding="SAME"
    )


def shift(net):
    return tf.nn.bias_add(net, np.ones(net.shape[3], np.float32))


def uneven_sum(image):
    net = wide(image)
    return tf.raw_ops.AddV2(x=conv(mean(net), 3), y=net)


def mean(net):
    return tf.raw_ops.Mean(input=net, axis=[1, 2], keep_dims=True)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (after_relu, "follows no bare 1x1 convolution"),
        (before_the_last, "before and after what was fused into it|does not follow"),
        (two_means, "no mean over the whole map"),
        (lambda image: wide(wide(image)), "is wider than a pixel and not the first"),
        (lambda image: tf.nn.relu6(mean(wide(image))), "follows no convolution"),
        (lambda image: shift(tf.nn.relu6(wide(image))), "follows no bare convolution"),
        (lambda image: shift(shift(wide(image))), "follows no bare convolution"),
        (lambda image: wide(image, dilations=[1, 2, 2, 1]), "is dilated"),
        (lambda image: wide(image, strides=[1, 1, 2, 1]), "has uneven strides"),
        (lambda image: wide(image, shape=(3, 1)), "has a kernel that is not square"),
        (lambda image: depthwise(wide(image), multiplier=2), "has a depth multiplier"),
        (lambda image: depthwise(image), "is depthwise and the first"),
        (lambda image: tf.nn.softmax(wide(image)), "is not over the classes alone"),
        (lambda image: tf.reshape(wide(image), [-1, 3]), "changes the shape of a map"),
        (uneven_sum, "adds maps of different shapes"),
        (lambda image: tf.raw_ops.Mean(input=wide(image), axis=[1]), "no mean over the whole map"),
        (lambda image: wide(padded(image, 1)), "is padded twice"),
        (
            lambda image: wide(padded(image, 3), padding="VALID"),
            "is padded by more than its kernel",
        ),
        (lambda image: wide(tf.pad(image, [[0, 0], [1, 1], [0, 0], [0, 0]])), "pads otherwise"),
        (lambda image: tf.raw_ops.Sigmoid(x=conv(image, 3), name="odd"), r"Sigmoid \(odd\)"),
    ],
)
def test_what_cannot_be_fused_is_refused(build, words):
    with pytest.raises(UserError, match=f"{words}.*`runtime: tract`"):
        lower_small(build)


def test_padding_is_tensorflow_s():
    def strided(padding, stride):
        weights = np.ones((3, 3, 3, 5), np.float32)
        strides = [1, stride, stride, 1]
        (layer,) = lower_small(
            lambda image: tf.raw_ops.Conv2D(
                input=image, filter=weights, strides=strides, padding=padding
            )
        )
        return layer.size_out, layer.pad

    # SAME at stride 2 has its one row of zeros below: none above.
    assert strided("SAME", 2) == (2, 0)
    assert strided("SAME", 1) == (4, 1)
    assert strided("VALID", 1) == (2, 0)
    assert strided("VALID", 2) == (1, 0)


@pytest.mark.parametrize(("above", "below"), [(0, 1), (1, 0), (1, 1), (2, 2)])
@pytest.mark.parametrize("stride", [1, 2])
def test_padding_by_a_node_of_its_own_is_fused(above, below, stride):
    """As networks of Keras and PyTorch have it: before a convolution that pads nothing."""
    random, side = np.random.default_rng(4), 9
    drawn = {
        name: random.uniform(-1, 1, shape).astype(np.float32)
        for name, shape in {
            "first": (3, 3, 3, 6),
            "each": (5, 5, 6, 1),
            "last": (1, 1, 6, 4),
        }.items()
    }
    strides = [1, stride, stride, 1]

    def build(image):
        common = {"strides": strides, "padding": "VALID"}
        net = padded(image, above, below)
        net = tf.raw_ops.Conv2D(input=net, filter=drawn["first"], **common)
        net = padded(tf.nn.relu6(net), above, below)
        net = tf.raw_ops.DepthwiseConv2dNative(input=net, filter=drawn["each"], **common)
        net = tf.raw_ops.Conv2D(input=net, filter=drawn["last"], **common | {"strides": [1] * 4})
        return tf.nn.softmax(mean(net))

    graph = small_graph(build, side)
    image = random.uniform(-1, 1, (side, side, 3)).astype(np.float32)
    layers = lowering.lower(graph, MODEL | {"size": side})
    wanted = run_graph(graph, image[None]).ravel()
    for panel in (8, 16):
        found = run_packed(pack.pack(layers, side, panel), image)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE)


def read_packed(data):
    """Return head, buffers' sizes, records and weights of a file, as format.rs reads them."""
    assert data[:8] == b"MOBPACK1"
    panel, size, classes, buffers, records, start = struct.unpack_from("<6I", data, 8)
    rooms = struct.unpack_from(f"<{buffers}I", data, 32)
    place = 32 + 4 * buffers
    found = [
        dict(zip(FIELDS, record, strict=True))
        for record in struct.iter_unpack("<11I2f2I", data[place : place + 60 * records])
    ]
    assert len(found) == records
    assert start % 64 == 0
    assert not any(data[place + 60 * records : start])
    return panel, size, classes, rooms, found, np.frombuffer(data[start:], "<f4")


def run_packed(data, image):
    """Return a packed file's answer, by numpy, in its buffers."""
    panel, size, classes, rooms, records, data = read_packed(data)
    assert image.shape == (size, size, 3)
    maps = [np.full(room, np.nan, np.float32) for room in rooms]
    for record in records:
        channels = -(-record["channels_out"] // panel) * panel
        inputs = -(-record["channels_in"] // panel) * panel
        source = image
        if record["source"] != 0xFFFFFFFF:
            assert record["source"] != record["target"]
            shape = (record["size_in"], record["size_in"], inputs)
            source = maps[record["source"]][: np.prod(shape)].reshape(shape)
        shape = (record["size_out"], record["size_out"], channels)
        target = maps[record["target"]][: np.prod(shape)].reshape(shape)
        target[:] = step(record, source, target, data, panel, channels)
    return target[0, 0, :classes]


def step(record, source, former, data, panel, channels):
    """Return a layer's output: [rows, columns, channels], whole panels of them."""
    if record["kind"] == POOL:
        return source.mean(axis=(0, 1), keepdims=True)
    if record["kind"] == SOFTMAX:
        powers = np.exp(source - source[..., : record["channels_out"]].max())
        return powers / powers[..., : record["channels_out"]].sum()
    size, kernel, stride, pad = (record[key] for key in ("size_out", "kernel", "stride", "pad"))
    result = np.broadcast_to(data[record["bias"] :][:channels], (size, size, channels)).copy()
    depthwise = record["kind"] == DEPTHWISE
    depth = 1 if depthwise else record["channels_in"]
    count = kernel**2 * depth
    weights = data[record["weights"] :][: count * channels]
    if not depthwise:
        weights = weights.reshape(-1, count, panel).transpose(1, 0, 2)
    weights = weights.reshape(kernel, kernel, depth, channels)
    # Zeros on every side, as many as a window may need.
    filled = np.pad(source, ((pad, kernel), (pad, kernel), (0, 0)))
    end = stride * size
    for y in range(kernel):
        for x in range(kernel):
            window = filled[y : y + end : stride, x : x + end : stride]
            if depthwise:
                result += window * weights[y, x]
            else:
                result += window[..., :depth] @ weights[y, x]
    if record["add"]:
        result += former
    return result.clip(record["low"], record["high"])


@pytest.mark.parametrize("panel", [8, 16])
def test_the_packed_file_is_the_same_model(layers, images, answers, panel):
    packed = pack.pack(layers, SIZE, panel)
    assert read_packed(packed)[:3] == (panel, SIZE, CLASSES)
    found = [run_packed(packed, image) for image in images]
    np.testing.assert_allclose(found, answers, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("panel", [8, 16])
def test_what_fills_a_panel_up_is_zero_and_nothing_is_there_twice(layers, panel):
    _, _, _, rooms, records, data = read_packed(pack.pack(layers, SIZE, panel))
    used, spans = [0] * len(rooms), []
    for layer, record in zip(layers, records, strict=True):
        channels = packing.padded(layer.channels_out, panel)
        assert channels % panel == 0
        assert 0 <= channels - layer.channels_out < panel
        used[record["target"]] = max(used[record["target"]], layer.size_out**2 * channels)
        if layer.kind in (POOL, SOFTMAX):
            continue
        assert not data[record["bias"] :][layer.channels_out : channels].any()
        inputs = 1 if layer.kind == DEPTHWISE else layer.channels_in
        floats = layer.kernel**2 * inputs * channels
        weights = data[record["weights"] :][:floats]
        assert np.count_nonzero(weights) == np.count_nonzero(layer.weights)
        spans += [(record["weights"], floats), (record["bias"], channels)]
    assert tuple(used) == rooms
    end = 0
    for start, floats in spans:
        assert start % 16 == 0
        assert end <= start < end + 16
        end = start + floats
    assert end <= len(data) < end + 16


def pointwise(source, add=None):
    return Layer(POINTWISE, source, 1, 8, 1, 8, add=add)


@st.composite
def residual_chains(draw):
    """Blocks of layers, as MobileNet's: some add their input at the end, some are plain."""
    found = [pointwise(INPUT)]
    for length, residual in draw(st.lists(st.tuples(st.integers(1, 4), st.booleans()))):
        opened = len(found) - 1
        found += [pointwise(opened + step) for step in range(length)]
        # What is added is not what the last layer itself reads.
        if residual and length > 1:
            found[-1].add = opened
    return found


@st.composite
def any_layers(draw):
    """Layers that each read one earlier output, and may add another."""
    found = [pointwise(INPUT)]
    for index in range(1, draw(st.integers(1, 12))):
        source = draw(st.integers(INPUT, index - 1))
        others = [None, *(other for other in range(index) if other != source)]
        found.append(pointwise(source, draw(st.sampled_from(others))))
    return found


def assert_nothing_live_is_lost(layers, places):
    held = {}
    for index, (layer, place) in enumerate(zip(layers, places, strict=True)):
        if layer.source != INPUT:
            assert held[places[layer.source]] == layer.source
            assert places[layer.source] != place
        if layer.add is not None:
            assert places[layer.add] == place
            assert held[place] == layer.add
        held[place] = index


@given(residual_chains())
def test_buffers_of_residual_chains(layers):
    places = packing.buffers(layers)
    assert_nothing_live_is_lost(layers, places)
    assert max(places) <= 2


@given(any_layers())
def test_buffers_of_any_layers(layers):
    try:
        places = packing.buffers(layers)
    except UserError as error:
        assert "operand is used again; use `runtime: tract`" in str(error)  # noqa: PT017
        return
    assert_nothing_live_is_lost(layers, places)


def test_an_addition_s_operand_that_is_used_again():
    layers = [pointwise(INPUT), pointwise(0), pointwise(1, add=0), pointwise(0)]
    with pytest.raises(UserError, match="used again"):
        packing.buffers(layers)
    with pytest.raises(UserError, match="used again"):
        packing.buffers([pointwise(INPUT), pointwise(0, add=INPUT)])
