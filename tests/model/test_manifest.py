"""The manifest of models: what is in it, and what is refused."""

import io
import re

import pytest
import yaml

from scripts.common.errors import UserError
from scripts.model import manifest

SOUND = {
    "member": "net.pb",
    "member_digest": "sha256:" + "0" * 64,
    "architecture": "mobilenet_v2",
    "width": 0.5,
    "size": 96,
    "input_range": [-1, 1],
    "input": "input",
    "output": "output",
    "labels": "labels.txt",
}


def write(folder, entry):
    (folder / "labels.txt").write_text("a\nb\n")
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump({"net": entry}))
    return path


@pytest.mark.parametrize(
    "name", ["mobilenet_v2_1.4_224", "mobilenet_v2_1.0_224", "mobilenet_v2_1.0_224_dequantized"]
)
def test_the_repository_s_models(name):
    model = manifest.load(name)
    assert model.size == 224
    assert model.input_range == (-1.0, 1.0)
    assert len(model.classes) == len(set(model.classes)) == 1001
    known = {0: "background", 286: "Egyptian cat", 653: "military uniform", 968: "espresso"}
    assert {index: model.classes[index] for index in known} == known


def test_a_sound_entry(tmp_path):
    model = manifest.load("net", write(tmp_path, SOUND))
    assert (model.width, model.size, model.classes) == (0.5, 96, ["a", "b"])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": 1}, "unknown key 'net.colour'; known keys: url, archive_digest"),
        ({"sizes": 96}, "unknown key 'net.sizes'; did you mean 'size'?"),
        ({"size": "224"}, "net.size: '224' is not of type integer"),
        ({"size": 224.0}, "net.size: 224.0 is not of type integer"),
        ({"size": 16}, "net.size: 16 is less than the minimum of 32"),
        ({"width": True}, "net.width: True is not of type number"),
        ({"width": float("nan")}, "net.width: nan is not of type number"),
        ({"input_range": [1, -1]}, "net.input_range must be [lowest, highest], not [1, -1]"),
        ({"input_range": 1}, "net.input_range: 1 is not of type array"),
        ({"input_range": [0, 1, 2]}, "net.input_range: [0, 1, 2] is too long"),
        ({"member": "a/b.pb"}, "net.member: 'a/b.pb' does not match ^[^/]+$ (Bare file name"),
        ({"member_digest": "md5:" + "0" * 32}, "net.member_digest: 'md5:0"),
        ({"member_digest": "sha256:" + "0" * 63}, "does not match ^(sha256:[0-9a-f]{64}|"),
        (
            {"url": "net.tgz", "archive_digest": "sha256:" + "0" * 64},
            "net.url: 'net.tgz' does not match",
        ),
        ({"labels": "none.txt"}, "does not exist"),
        ({"url": "http://host/net.tgz"}, "net: 'archive_digest' is a dependency of 'url'"),
        (
            {"archive_digest": "sha256:" + "0" * 64},
            "net: 'url' is a dependency of 'archive_digest'",
        ),
        ({"architecture": "vgg"}, "net.architecture: 'vgg' is not one of efficientnet_lite0"),
        ({"channels": "GBR"}, "net.channels: 'GBR' is not one of RGB, BGR"),
        ({"mean": [0.5]}, "net.mean: [0.5] is too short"),
        ({"std": [1, 0, 1]}, "net.std.1: 0 is less than or equal to the minimum of 0"),
        ({"output_is": "scores"}, "net.output_is: 'scores' is not one of probabilities, logits"),
        ({"label_offset": 2}, "net.label_offset leaves no labels of"),
    ],
)
def test_wrong_values_are_refused_by_name(tmp_path, change, complaint):
    path = write(tmp_path, SOUND | change)
    with pytest.raises(UserError, match=re.escape(complaint)) as caught:
        manifest.load("net", path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../net", "a net", "{net}", ""])
def test_a_name_that_is_none_of_a_folder_is_refused(tmp_path, name):
    path = write(tmp_path, SOUND)
    path.write_text(yaml.safe_dump({name: SOUND}))
    complaint = f"{path}: {name!r} cannot be a name: it must match"
    with pytest.raises(UserError, match=re.escape(complaint)):
        manifest.load("net", path)


OPTIONAL = {"member_digest", "architecture", "width"}


def without(*keys):
    return {name: value for name, value in SOUND.items() if name not in keys}


def test_what_only_other_networks_want_is_left_out(tmp_path):
    """An entry for weights of one's own names no architecture; its scaling and labels are plain."""
    model = manifest.load("net", write(tmp_path, without("architecture", "width")))
    assert (model.architecture, model.width, model.classes) == (None, None, ["a", "b"])
    assert not model.is_adapted


@pytest.mark.parametrize("key", ["architecture", "width"])
def test_an_architecture_and_its_width_come_together(tmp_path, key):
    with pytest.raises(UserError, match=f"'{key}' is a dependency of"):
        manifest.load("net", write(tmp_path, without(key)))


@pytest.mark.parametrize("key", ["architecture", "member_digest"])
def test_a_package_s_checkpoint_has_a_digest_and_an_architecture(tmp_path, key):
    alone = {"width"} if key == "architecture" else set()
    entry = without(key, *alone) | {"package": "net"}
    with pytest.raises(UserError, match=f"'{key}' is a dependency of 'package'"):
        manifest.load("net", write(tmp_path, entry))


def test_labels_before_the_first_class_are_left_out(tmp_path):
    model = manifest.load("net", write(tmp_path, SOUND | {"label_offset": 1}))
    assert model.classes == ["b"]


@pytest.mark.parametrize("key", sorted(set(SOUND) - OPTIONAL))
def test_missing_keys_are_refused_by_name(tmp_path, key):
    entry = without(key)
    with pytest.raises(UserError, match=f"the key 'net.{key}' is missing"):
        manifest.load("net", write(tmp_path, entry))


def test_an_unknown_model_is_told_the_known_ones(tmp_path):
    with pytest.raises(UserError, match=r"unknown model 'nat'.*knows net"):
        manifest.load("nat", write(tmp_path, SOUND))


@pytest.mark.parametrize("text", ["net: [", "- net", "", "net: 1", "1.4: {size: 96}"])
def test_a_broken_manifest(tmp_path, text):
    path = tmp_path / "manifest.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"manifest\.yaml"):
        manifest.load("net", path)


def test_every_key_is_explained(root):
    """models/README.md names every key of the schema."""
    prose = (root / "models/README.md").read_text()
    entry = yaml.safe_load(manifest.SCHEMA.read_text())["additionalProperties"]
    assert not [key for key in entry["properties"] if f"`{key}`" not in prose]


@pytest.mark.parametrize(
    "digest",
    [
        # `printf hi | sha256sum`, `printf hi | sha384sum`, `printf hi | git hash-object --stdin`
        "sha256:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
        "sha384:0791006df8128477244f53d0fdce210db81f55757510e26acee35c18a6bceaa2"
        "8dcdbbfd6dc041b9b4dc7b1b54e37f52",
        "git-blob:32f95c0d1244a78b2be1bab8de17906fabb2c4a8",
    ],
)
def test_digests_agree_with_other_tools(digest):
    manifest.verify(io.BytesIO(b"hi"), digest, "it")
    with pytest.raises(UserError, match=r"models/it: .* is [0-9a-f]+, the manifest says"):
        manifest.verify(io.BytesIO(b"ho"), digest, "models/it")
