"""Quantised layers: close to the float model, rounded as said, packed as the kernels read them."""

import base64
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scripts.common import files
from scripts.common.errors import UserError
from scripts.model import (
    calibrate,
    floating,
    fold,
    integers,
    lowering,
    numbers,
    pack_integers,
    packing,
    quantise,
    seeded_graph,
)
from scripts.model.lowering import CONV, DEPTHWISE, INPUT, POINTWISE, POOL, SOFTMAX, Layer
from scripts.model.quantise import Scale

WIDTH, SIZE, CLASSES = 0.35, 96, 21
RANGE = (-1.0, 1.0)
OUTPUT = "MobilenetV2/Predictions/Reshape_1"
MODEL = {"name": "small", "size": SIZE, "input": "input", "output": OUTPUT}
TOPS = numbers.TOPS.values()
channels = st.integers(1, 40)


@pytest.fixture(scope="module")
def layers():
    graph = seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=5)
    return lowering.lower(fold.prepare(graph, MODEL), MODEL)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).uniform(*RANGE, (3, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def ranges(layers, images):
    return calibrate.ranges(layers, [image[np.newaxis] for image in images])


def relative_error(found, expected):
    return np.abs(found - expected).mean() / np.abs(expected).mean()


@pytest.mark.parametrize(("form", "tolerance"), [("w8a8", 0.2), ("w8a7", 0.3)])
def test_levels_stand_for_the_float_values(layers, images, ranges, form, tolerance):
    top = numbers.TOPS[form]
    quantised = quantise.quantise(layers, RANGE, ranges, top)
    found = integers.outputs(quantised, images, top)
    for layer, level, value in zip(
        quantised, found, floating.outputs(layers, images), strict=False
    ):
        if layer.target is not None:
            assert level.dtype == np.uint8
            assert level.max() <= top
            level = layer.target.step * (level - layer.target.zero)
        assert relative_error(level, value) < tolerance


@given(st.floats(-100, 100), st.floats(-100, 100), st.sampled_from(list(TOPS)))
def test_zero_is_a_level_of_every_map(one, other, top):
    low, high = sorted((one, other))
    scale = quantise.scale_of(low, high, top)
    assert scale.step > 0
    assert scale.zero in range(top + 1)
    reached = scale.step * (np.array([0, top]) - scale.zero)
    assert reached[0] <= min(low, 0) + scale.step
    assert reached[1] >= max(high, 0) - scale.step


@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (0.0, 1.0)])
def test_every_byte_of_an_image_is_a_level(bounds):
    low, high = bounds
    image = (low + np.arange(256) * np.float32((high - low) / 255)).astype(np.float32)
    levels = integers.levels_of(image, quantise.scale_of_image(low, high, 255), 255)
    assert levels.tolist() == list(range(256))


def test_a_halfway_sum_is_rounded_to_even():
    layer = Layer(POINTWISE, INPUT, 1, 1, 1, 4)
    factors = np.full(4, 0.5, np.float32)
    quantised = quantise.Quantised(layer, Scale(1, 0), Scale(1, 3), factors=factors)
    sums = np.array([1, 3, 5, -1], np.int32)
    # 0.5, 1.5, 2.5 and -0.5 before the zero, which must not change what is even.
    assert integers.rounded(quantised, sums, None, 255).tolist() == [3, 5, 5, 3]


@given(channels, channels, st.sampled_from([8, 16]))
def test_weights_lie_in_panels_of_groups_of_four(inputs, outputs, panel):
    weights = np.random.default_rng(inputs).integers(-127, 128, (inputs, outputs)).astype(np.int8)
    grouped = pack_integers.grouped(weights, panel)
    assert grouped.shape == (-(-outputs // panel), -(-inputs // 4), panel, 4)
    for index in np.ndindex(inputs, outputs):
        of_input, of_output = index
        place = (of_output // panel, of_input // 4, of_output % panel, of_input % 4)
        assert grouped[place] == weights[index]
    assert np.abs(grouped.astype(int)).sum() == np.abs(weights.astype(int)).sum()


@pytest.mark.parametrize("top", TOPS)
def test_a_bias_fits_where_the_weights_are_tiny(top):
    layer = Layer(POINTWISE, INPUT, 1, 4, 1, 2, bias=np.array([5.0, 0.5], np.float32))
    layer.weights = np.array([[[[1e-12, 0.5]] * 4]], np.float32).reshape(1, 1, 4, 2)
    found = quantise.integers(layer, top, Scale(0.01, 0), Scale(0.05, 0), None)
    levels = integers.rounded(found, found.bias, None, top)
    assert levels.tolist() == [100, 10]


def in_16_bits(weights, top):
    """What four products come to at the most, as kernels add them: neighbours, of two steps."""
    grouped = pack_integers.grouped(weights, 8).astype(int)
    steps = np.pad(grouped, ((0, 0), (0, grouped.shape[1] % 2), (0, 0), (0, 0)))
    fours = steps.reshape(len(steps), -1, 2, 8, 2, 2)
    return max(top * np.maximum(sign * fours, 0).sum((2, 5)).max() for sign in (1, -1))


def in_integers(kind, weights, top):
    """Weights [kernel, kernel, ...] in integers."""
    *window, channels = weights.shape
    inputs = channels if kind == DEPTHWISE else window[-1]
    layer = Layer(kind, INPUT, 8, inputs, 8, channels, window[0], weights=weights)
    return quantise.integers(layer, top, Scale(0.01, 0), Scale(0.05, 0), None).weights


@given(
    st.sampled_from([(POINTWISE, 1), (CONV, 3)]),
    st.integers(1, 40),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.5, 5.0]),
)
def test_products_of_seven_bits_fit_16_bits(layer, inputs, seed, offset):
    kind, kernel = layer
    floats = np.random.default_rng(seed).normal(offset, 1, (kernel, kernel, inputs, 5))
    weights = in_integers(kind, floats, 127).reshape(-1, 5)
    assert in_16_bits(weights, 127) < 2**15
    # Channels with some room left keep their steps, and with activations of 8 bits all do.
    full = in_integers(kind, floats, 255).reshape(-1, 5)
    assert np.abs(full).max(0).tolist() == [127] * 5
    for channel in range(5):
        if in_16_bits(full[:, [channel]], 127) <= 127 * (256 - 2):
            assert weights[:, channel].tolist() == full[:, channel].tolist()


def test_depthwise_weights_keep_their_steps():
    assert in_integers(DEPTHWISE, np.ones((3, 3, 2)), 127).min() == 127


def test_what_could_overflow_is_refused():
    with pytest.raises(UserError, match="32 bits"):
        quantise.check_depth(np.array([2**30 // 255 + 1]), 255)


def test_a_graph_that_ends_otherwise_is_refused(layers, ranges):
    with pytest.raises(UserError, match="softmax"):
        quantise.quantise(layers[:-1], RANGE, ranges[:-1], 255)


def test_the_file_holds_what_the_kernels_read(layers, ranges):
    quantised = quantise.quantise(layers, RANGE, ranges, 255)
    data = pack_integers.packed(layers, quantised, packing.buffers(layers), 16, 255)
    assert data.startswith(pack_integers.MAGIC)
    panel, size, classes, buffers, count, start, top, factor, zero = struct.unpack_from(
        "<7I2f", data, 8
    )
    assert (panel, size, classes, count, top) == (16, SIZE, CLASSES, len(layers), 255)
    assert (factor, zero) == (127.5, 127.5)
    assert start % 64 == 0
    record = struct.Struct("<11I2f4I2f")
    at = 8 + 36 + 4 * buffers
    kinds = []
    for index, layer in enumerate(quantised):
        fields = record.unpack_from(data, at + index * record.size)
        kinds.append(fields[0])
        bias, factors = fields[14], fields[15]
        if layer.layer.kind in (CONV, POINTWISE, POOL):
            wanted = layer.layer.channels_out
            assert np.array_equal(np.frombuffer(data, "<i4", wanted, start + bias), layer.bias)
            found = np.frombuffer(data, "<f4", wanted, start + factors)
            assert np.array_equal(found, layer.factors)
    assert kinds == [layer.kind for layer in layers[:-1]]
    assert record.unpack_from(data, at + len(quantised) * record.size)[0] == SOFTMAX


def test_calibration_takes_the_photographs_it_is_told(tmp_path, layers):
    """Without any it takes the request's; with some, these alone."""
    graph = seeded_graph.frozen_graph(WIDTH, SIZE, CLASSES, seed=5)
    (tmp_path / "graph.pb").write_bytes(fold.prepare(graph, MODEL))
    files.write_json(tmp_path / "model.json", MODEL | {"input_range": RANGE})
    pictures = {}
    for name, colour in {"dark.png": 10, "bright.png": 240}.items():
        Image.new("RGB", (8, 8), (colour,) * 3).save(tmp_path / name)
        pictures[name] = base64.b64encode((tmp_path / name).read_bytes()).decode()
    files.write_json(tmp_path / "input.json", {"image": pictures["dark.png"]})
    found = {}
    for names in ([], ["dark.png"], ["bright.png"], ["dark.png", "bright.png"]):
        arguments = [f"--graph={tmp_path / 'graph.pb'}", f"--model={tmp_path / 'model.json'}"]
        arguments += [f"--input={tmp_path / 'input.json'}", f"--out={tmp_path / 'out.json'}"]
        photographs = [str(tmp_path / name) for name in names]
        assert calibrate.main([*arguments, "--", *photographs]) == 0
        found[tuple(names)] = files.read_json(tmp_path / "out.json")
    assert found[()] == found[("dark.png",)] != found[("bright.png",)]
    assert len(found[()]["sha256"]) == 1
    assert found[("dark.png", "bright.png")]["sha256"][0] == files.sha256(tmp_path / "dark.png")
    one, other, both = (found[names]["ranges"] for names in list(found)[1:])
    assert len(both) == len(layers)
    for (low, high), bounds in zip(both, zip(one, other, strict=True), strict=True):
        assert low == min(bound[0] for bound in bounds)
        assert high == max(bound[1] for bound in bounds)
