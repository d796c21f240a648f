"""Trained weights of a Python package: what is read, what is refused, and what it classifies."""

import io
import os
import pickle
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from scripts.common import files, preprocessing
from scripts.common.errors import UserError
from scripts.model import checkpoint, efficientnet_lite0, encode_request, fetch, manifest, packaged
from scripts.oracle import reference

NAME = "efficientnet_lite0_224"
# Of the published network, its batch norm's averages included.
PARAMETERS = 4_694_024


@pytest.fixture(scope="module")
def model():
    return manifest.load(NAME)


@pytest.fixture(scope="module")
def data(model):
    (file,) = [
        file for file in metadata.distribution(model.package).files if file.name == model.member
    ]
    return Path(file.locate()).read_bytes()


@pytest.fixture(scope="module")
def arrays(data):
    return checkpoint.read(data)


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    """The model as the workflow has it, where no mirror is set and nothing is served."""
    folder = tmp_path_factory.mktemp("packaged")
    arguments = ["--model", NAME, "--weights", "auto", "--out", str(folder / "model.pb")]
    arguments += ["--labels-out", str(folder / "labels.txt")]
    fetch.main([*arguments, "--json-out", str(folder / "model.json")])
    return folder


def test_every_array_of_the_checkpoint_is_taken(arrays):
    counted = {name for name in arrays if not name.endswith("num_batches_tracked")}
    assert sum(arrays[name].size for name in counted) == PARAMETERS
    network = efficientnet_lite0.trained(arrays)
    taken = [network.weights, network.biases]
    for layer in network.layers:
        taken += [layer.weights, layer.gamma, layer.beta, layer.mean, layer.variance]
    assert sum(array.size for array in taken) == PARAMETERS
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in taken)
    assert all((layer.variance >= 0).all() for layer in network.layers)


def test_it_names_the_photograph_of_the_readme(fetched):
    record = files.read_json(fetched / "model.json")
    assert (record["weights"], record["why"]) == ("pretrained", None)
    assert record["provenance"].startswith("efficientnet-lite0-57934424.pth of the Python package")
    known = reference.Reference(fetched / "model.json")
    image = preprocessing.read_image(encode_request.sample_image())
    answer = known.answer(known.probabilities(known.tensor(image)))
    assert answer["label"] == "military uniform"


def test_the_same_bytes_each_time(model, fetched):
    assert packaged.obtain(model).graph == (fetched / "model.pb").read_bytes()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"package": "no-such-package"}, "no-such-package is not installed; type `make setup`"),
        ({"member": "other.pth"}, "0.1.0 has no other.pth"),
        ({"member_digest": "sha256:" + "0" * 64}, "the file is damaged or another one"),
        ({"architecture": "mobilenet_v2"}, "of mobilenet_v2 no checkpoint is read"),
        ({"label_offset": 0}, "has 1000 classes, and 1001 labels; correct `labels` or"),
    ],
)
def test_what_cannot_be_had_is_told_in_a_line(model, change, complaint):
    with pytest.raises(UserError, match=complaint) as caught:
        packaged.obtain(replace(model, **change))
    assert "\n" not in str(caught.value)


class Planted:
    """What a pickle may hold: a call."""

    def __reduce__(self):
        return os.mkdir, ("planted",)


def written(*values):
    stream = io.BytesIO()
    for value in values:
        pickle.dump(value, stream, protocol=2)
    return stream.getvalue()


HEAD = (checkpoint.MAGIC, checkpoint.PROTOCOL, {})


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (b"", "is damaged, or another"),
        (b"PK\x03\x04" + b"0" * 40, "is damaged, or another"),
        (written(1, 2, 3), "is no checkpoint of PyTorch's as it was written before 1.6"),
        (written(*HEAD, Planted(), []), "it has a posix.mkdir"),
        (written(*HEAD, {}, ["0"]), "is damaged, or another"),
        (written(*HEAD, [], []), "is damaged, or another"),
    ],
    ids=["nothing", "an archive", "another pickle", "a call", "an array less", "another shape"],
)
def test_what_is_no_checkpoint_is_refused_and_nothing_of_it_runs(
    tmp_path, monkeypatch, made, complaint
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=complaint):
        checkpoint.read(made)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept", [0, 100, 20_000, 1_000_000, -1])
def test_a_checkpoint_cut_short_is_refused(data, kept):
    with pytest.raises(UserError, match="is damaged, or another"):
        checkpoint.read(data[:kept])


def test_a_checkpoint_of_another_network_is_refused(arrays):
    with pytest.raises(UserError, match=r"it has no '_blocks.3._expand_conv.weight'"):
        efficientnet_lite0.trained(
            {name: array for name, array in arrays.items() if "3._expand" not in name}
        )
    turned = arrays | {"_conv_stem.weight": arrays["_conv_stem.weight"].T}
    with pytest.raises(UserError, match=r"_conv_stem.weight is not EfficientNet-Lite0's"):
        efficientnet_lite0.trained(turned)
