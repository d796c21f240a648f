"""docs/your-own-model.md: its example, as it stands there, from a Keras model to the refusal."""

import hashlib
import json
import re
import subprocess
import sys

import made_up_onnx
import numpy as np
import pytest
import yaml
from conftest import copy_checkout, fetch_model, snakemake

from scripts.common.errors import UserError
from scripts.model import fetch, fold, lowering, manifest, pretrained
from scripts.oracle.reference import Reference

LABELS = ["daisy", "dandelion", "rose", "sunflower", "tulip"]
# What somebody else has trained: wide convolutions, batch norm, logits.
NETWORK = """
import tensorflow as tf
layers = tf.keras.layers
tf.keras.utils.set_random_seed(7)
network = tf.keras.Sequential([
    layers.Input((96, 96, 3)),
    layers.Conv2D(8, 3, strides=2, use_bias=False),
    layers.BatchNormalization(),
    layers.ReLU(),
    layers.Conv2D(16, 3, strides=2, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(5),
])
network.save("flowers.keras")
"""


@pytest.fixture(scope="module")
def blocks(root):
    """The page's fenced blocks by language, in their order."""
    page = (root / "docs/your-own-model.md").read_text()
    found = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return {language: [block for name, block in found if name == language] for language, _ in found}


@pytest.fixture(scope="module")
def flowers(blocks, tmp_path_factory):
    """A folder with the frozen graph, made as the page says, and a manifest with its entry."""
    folder = tmp_path_factory.mktemp("flowers")
    (folder / "freeze.py").write_text(blocks["python"][0])
    subprocess.run([sys.executable, "-c", NETWORK], cwd=folder, check=True)
    told = subprocess.run(
        [sys.executable, "freeze.py"], cwd=folder, check=True, capture_output=True, text=True
    )
    entry = yaml.safe_load(blocks["yaml"][0])["flowers"]
    assert told.stdout.strip() == f"input: {entry['input']}, output: {entry['output']}"
    digest = hashlib.sha256((folder / entry["member"]).read_bytes()).hexdigest()
    added = blocks["yaml"][0].replace("0" * 64, digest)
    assert digest in added
    (folder / "labels").mkdir()
    (folder / entry["labels"]).write_text("\n".join(LABELS) + "\n")
    (folder / "manifest.yaml").write_text(f"{manifest.MANIFEST.read_text()}\n{added}")
    return folder


@pytest.fixture(scope="module")
def fetched(flowers):
    """What the workflow's first step makes of it: graph, labels and record."""
    manifest_option = f"--manifest={flowers / 'manifest.yaml'}"
    return fetch_model("flowers", flowers, flowers, manifest_option)


def test_the_oracle_answers_as_the_network_does(flowers, fetched):
    """Keras, given pixels as the network was trained on, and a softmax after it."""
    from scripts.common.quiet_tensorflow import tf

    model = manifest.load("flowers", flowers / "manifest.yaml")
    reference = Reference(fetched)
    assert reference.labels == LABELS
    image = np.random.default_rng(3).uniform(0, 1, reference.shape).astype(np.float32)
    network = tf.keras.models.load_model(flowers / "flowers.keras")
    logits = network((image - np.float32(model.mean)) / np.float32(model.std), training=False)
    wanted = tf.nn.softmax(logits).numpy().reshape(-1)
    np.testing.assert_allclose(reference.probabilities(image), wanted, rtol=0, atol=1e-5)
    assert np.ptp(wanted) > 1e-3


def test_the_packed_form_refuses_it_as_the_page_says(blocks, fetched):
    record = json.loads(fetched.read_text())
    prepared = fold.prepare(fetched.with_name("model.pb").read_bytes(), record)
    with pytest.raises(UserError) as caught:
        lowering.lower(prepared, record)
    assert blocks["text"][0].strip() == f"error: {caught.value}"


def test_auto_does_not_draw_weights_for_an_architecture_that_nobody_knows(flowers, tmp_path):
    """The reason is why its own cannot be had, not that none can be drawn."""
    model = manifest.load("flowers", flowers / "manifest.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path))
        patch.delenv(pretrained.MIRROR_VARIABLE, raising=False)
        with pytest.raises(UserError, match="comes from a mirror folder only"):
            fetch.choose(model, "auto", 1)
    with pytest.raises(UserError, match=r"no `architecture` .*`weights: pretrained`"):
        fetch.choose(model, "seeded", 1)


def test_the_comparison_is_planned_without_packing(blocks, flowers, tmp_path):
    checkout = copy_checkout(tmp_path / "checkout")
    (checkout / "models/manifest.yaml").write_text((flowers / "manifest.yaml").read_text())
    (checkout / "models/labels/flowers.txt").write_text("\n".join(LABELS))
    overlay = checkout / blocks["yaml"][2].splitlines()[0].removeprefix("# ")
    overlay.write_text(blocks["yaml"][2])
    done = snakemake(checkout, "--dry-run", "--configfile", str(overlay), "--", "report")
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Getting the model flowers, weights: pretrained" in done.stdout
    assert "Compiling build wasm-simd" in done.stdout
    assert "Packing the model" not in done.stdout


def test_a_network_in_onnx_needs_its_entry_alone(blocks, flowers, tmp_path):
    """The page's second entry: what becomes of the file answers as it does by ONNX Runtime."""
    data = made_up_onnx.written(made_up_onnx.mobile)
    (tmp_path / "petals.onnx").write_bytes(data)
    entry = blocks["yaml"][1].replace("0" * 64, hashlib.sha256(data).hexdigest())
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/flowers.txt").write_text("\n".join(LABELS) + "\n")
    (tmp_path / "manifest.yaml").write_text(entry)
    fetch_model("petals", tmp_path, tmp_path, f"--manifest={tmp_path / 'manifest.yaml'}")
    record = json.loads((tmp_path / "model.json").read_text())
    assert record["provenance"].endswith(", converted from ONNX, with nodes added for softmax")
    reference = Reference(tmp_path / "model.json")
    image = np.random.default_rng(3).uniform(-1, 1, reference.shape).astype(np.float32)
    scores = made_up_onnx.scores(data, image.transpose(0, 3, 1, 2)).ravel()
    powers = np.exp(scores - scores.max())
    found = reference.probabilities(image)
    np.testing.assert_allclose(found, powers / powers.sum(), rtol=0, atol=1e-5)
