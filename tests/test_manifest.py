"""The manifest of models: what is in it, and what is refused."""

import io

import manifest
import pytest
import yaml
from errors import UserError

SOUND = {
    "member": "net.pb",
    "member_digest": "sha256:" + "0" * 64,
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
        ({"colour": 1}, "unknown key 'colour'"),
        ({"size": "224"}, "size must be"),
        ({"size": 16}, "size must be"),
        ({"width": True}, "width must be"),
        ({"input_range": [1, -1]}, "input_range must be"),
        ({"input_range": 1}, "input_range must be"),
        ({"member": "a/b.pb"}, "bare file name"),
        ({"member_digest": "md5:" + "0" * 32}, "member_digest must be"),
        ({"member_digest": "sha256:" + "0" * 63}, "member_digest must be"),
        ({"labels": "none.txt"}, "does not exist"),
        ({"url": "http://host/net.tgz"}, "needs an archive_digest"),
    ],
)
def test_wrong_values_are_refused_by_name(tmp_path, change, complaint):
    path = write(tmp_path, SOUND | change)
    with pytest.raises(UserError, match=complaint) as caught:
        manifest.load("net", path)
    assert "net" in str(caught.value)


@pytest.mark.parametrize("key", sorted(manifest.REQUIRED))
def test_missing_keys_are_refused_by_name(tmp_path, key):
    entry = {name: value for name, value in SOUND.items() if name != key}
    with pytest.raises(UserError, match=f"missing key '{key}'"):
        manifest.load("net", write(tmp_path, entry))


def test_an_unknown_model_is_told_the_known_ones(tmp_path):
    with pytest.raises(UserError, match=r"unknown model 'nat'.*knows net"):
        manifest.load("nat", write(tmp_path, SOUND))


@pytest.mark.parametrize("text", ["net: [", "- net", ""])
def test_a_broken_manifest(tmp_path, text):
    path = tmp_path / "manifest.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"manifest\.yaml"):
        manifest.load("net", path)


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
