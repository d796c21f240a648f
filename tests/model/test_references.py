"""The reference runtimes answer as the oracle does, in the words of the Rust classifier."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import fetch_trained

from scripts.common.errors import UserError
from scripts.contenders.contender import NO_ENGINE, Contender
from scripts.contenders.runner import Call
from scripts.model import convert, encode_request, seeded_graph
from scripts.oracle import answer_cases
from scripts.oracle.reference import Reference
from scripts.runners import runtimes
from scripts.tools import installers, location

TOLERANCE = 1e-4
INTEGERS = "litert_int8"
# How far probabilities may be off that two sets of kernels round at every layer.
ROUNDING = 0.03
FLOATS = [name for name in runtimes.RUNTIMES if name != INTEGERS]
# By Node, itself or in a page that it opens.
IN_NODE = ["litert_js", "onnxruntime_web", "litert_js_page", "onnxruntime_web_page"]
CLASSES = 21


def converted(folder):
    """Convert the model in a folder for every runtime, into files called as the runtime."""
    request = folder / "input.json"
    request.write_text(json.dumps({"image": encoded(encode_request.sample_image().read_bytes())}))
    for runtime in convert.CONVERTERS:
        arguments = ["--model", str(folder / "model.json"), "--runtime", runtime]
        arguments += ["--input", str(request)]
        assert convert.main([*arguments, "--out", str(folder / runtime)]) == 0
    return folder


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A small seeded model as model/fetch.py leaves it, converted."""
    folder = tmp_path_factory.mktemp("seeded")
    graph = seeded_graph.frozen_graph(0.35, 96, CLASSES, seed=3)
    (folder / "model.pb").write_bytes(graph)
    (folder / "labels.txt").write_text("".join(f"class {i}\n" for i in range(CLASSES)))
    record = {
        "name": "small",
        "sha256": hashlib.sha256(graph).hexdigest(),
        "size": 96,
        "input_range": [-1, 1],
        "input": "input",
        "output": "MobilenetV2/Predictions/Reshape_1",
    }
    (folder / "model.json").write_text(json.dumps(record))
    return converted(folder)


@pytest.fixture(scope="module")
def trained(shared, tmp_path_factory):
    """The model with real weights, converted."""
    folder = tmp_path_factory.mktemp("trained")
    fetch_trained(shared, folder)
    return converted(folder)


def encoded(data):
    return base64.b64encode(data).decode("ascii")


def command(root, folder, runtime):
    """Return a contender's words, for the graph in a folder; tools that lack are installed."""
    row = Contender("net", runtime, NO_ENGINE, "reference", runtime)
    log = folder / "tools.log"
    try:
        tools = [location.locate(installers.find(name, None, log)) for name in row.tools]
    except UserError as error:
        if shutil.which("npm") and "chromium" not in row.tools:
            raise
        pytest.skip(str(error))
    reads = [str(folder / Path(path).name) for path in row.reads]
    own = [str(root / name) for name in row.by.files]
    return row.how.command(Call("", str(folder / Path(row.path).name), [], reads, own, tools))


def run(root, folder, runtime, request, *arguments):
    """Run a contender's command; a request that is text is sent as it is."""
    text = request if isinstance(request, str) else json.dumps(request)
    return subprocess.run(
        [*command(root, folder, runtime), *arguments],
        cwd=root,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def ask(root, folder, runtime, request):
    done = run(root, folder, runtime, request)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def check_against_the_oracle(root, folder, runtime):
    """Compare the probabilities of a random tensor and the photograph's label; return answers."""
    oracle = Reference(folder / "model.json")
    tensor = answer_cases.random_tensor(oracle, seed=5)
    request = {"tensor": encoded(tensor.tobytes()), "probabilities": True, "iterations": 3}
    by_tensor = ask(root, folder, runtime, request | {"phases": True})
    difference = np.abs(np.array(by_tensor["probabilities"]) - oracle.probabilities(tensor))
    assert difference.max() <= TOLERANCE
    photograph = encode_request.sample_image().read_bytes()
    by_image = ask(root, folder, runtime, {"image": encoded(photograph), "top": 2})
    expected = oracle.answer(oracle.probabilities(oracle.tensor(photograph)), top=2)
    assert [row["label"] for row in by_image["top"]] == [row["label"] for row in expected["top"]]
    assert by_image["label"] == expected["label"]
    assert by_image["confidence"] == pytest.approx(expected["confidence"], abs=TOLERANCE)
    return by_tensor, by_image


def test_every_runtime_has_a_converter():
    assert runtimes.RUNTIMES.keys() == convert.CONVERTERS.keys()


@pytest.mark.parametrize("runtime", [*FLOATS, *IN_NODE])
def test_answers_of_the_seeded_model(root, seeded, runtime):
    by_tensor, by_image = check_against_the_oracle(root, seeded, runtime)
    assert set(by_image) == {"label", "confidence", "top"}
    assert set(by_tensor) == {"label", "confidence", "inference_ns", "phases", "probabilities"}
    durations, phases = by_tensor["inference_ns"], by_tensor["phases"]
    assert len(durations) == 3
    assert min(durations) > 0
    names = {f"{name}_ns" for name in ("entered", "read", "decode", "load", "infer", "finished")}
    assert set(phases) == names
    assert sum(durations) <= phases["infer_ns"] < phases["finished_ns"] - phases["entered_ns"]


@pytest.mark.parametrize("runtime", ["litert", *IN_NODE])
def test_lines_are_answered_as_requests_are(root, seeded, runtime):
    """Each by itself, whatever stands before it; what is no request stops nothing."""
    tensors = np.random.default_rng(1).uniform(-1, 1, (2, 96 * 96 * 3)).astype("<f4")
    first, second = ({"tensor": encoded(one.tobytes()), "top": 5} for one in tensors)
    text = "\n".join(json.dumps(one) for one in (first, {}, second))
    done = run(root, seeded, runtime, text, "--lines")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answers[0], answers[2]] == [ask(root, seeded, runtime, one) for one in (first, second)]
    assert answers[0]["top"] != answers[2]["top"]
    assert "exactly one" in answers[1]["error"]


@pytest.mark.parametrize("runtime", [*FLOATS, *IN_NODE])
def test_answers_of_the_trained_model(root, trained, runtime):
    _, by_image = check_against_the_oracle(root, trained, runtime)
    assert by_image["label"] == "military uniform"


def test_weights_are_quantised_where_the_name_says_so(seeded):
    # 4 bytes each of the least that could be learnt, batch norm folded into the convolutions.
    least = 4 * 400_000
    sizes = {name: (seeded / name).stat().st_size for name in runtimes.RUNTIMES}
    assert all(sizes[name] > least for name in FLOATS)
    assert sizes[INTEGERS] < sizes["litert"] / 2


def test_the_quantised_graph_is_held_against_the_kernels_that_define_it(root, trained):
    """And not against the float model, from which it is farther than any rounding of kernels."""
    model = json.loads((trained / "model.json").read_text())
    plain = runtimes.litert(trained / INTEGERS, model, plain=True)
    tensor = Reference(trained / "model.json").tensor(encode_request.sample_image().read_bytes())
    request = {"tensor": encoded(tensor.tobytes()), "probabilities": True}
    found = ask(root, trained, INTEGERS, request)
    assert found["label"] == "military uniform"
    assert np.abs(np.array(found["probabilities"]) - plain(tensor).reshape(-1)).max() <= ROUNDING


@pytest.mark.parametrize("runtime", ["litert", "onnxruntime"])
def test_only_tensorflow_imports_tensorflow(root, seeded, runtime):
    program = (
        "import sys, pathlib; from scripts.runners import reference, runtimes;"
        f"runtimes.load({runtime!r}, pathlib.Path({str(seeded / runtime)!r}), {{}});"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ("", "no JSON"),
        ("[]", "no JSON object"),
        ({}, "exactly one"),
        ({"image": "", "tensor": ""}, "exactly one"),
        ({"image": "", "colour": 1}, "'colour'"),
        ({"image": 7}, "'image'"),
        ({"image": "?"}, "base64"),
        ({"image": "AAAA"}, "no JPEG"),
        ({"tensor": "AAAA"}, "`tensor` is not"),
        ({"tensor": encoded(np.full((96, 96, 3), np.nan, "<f4").tobytes())}, "NaN"),
        ({"image": "AAAA", "iterations": 0}, "`iterations`"),
        ({"tensor": encoded(bytes(96 * 96 * 3 * 4)), "top": CLASSES + 1}, "`top`"),
    ],
)
def test_a_bad_request_is_one_clear_line(root, seeded, request_, complaint):
    done = run(root, seeded, "litert", request_)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert complaint in done.stderr


@pytest.mark.parametrize("runtime", runtimes.RUNTIMES)
@pytest.mark.parametrize("keep", [None, 0, 1000, -1000])
def test_a_missing_or_truncated_graph_is_refused(seeded, tmp_path, runtime, keep):
    graph = tmp_path / "graph"
    if keep is not None:
        graph.write_bytes((seeded / runtime).read_bytes()[:keep])
    record = json.loads((seeded / "model.json").read_text())
    with pytest.raises(UserError, match=r"cannot (read|load) .*graph"):
        runtimes.load(runtime, graph, record)


@pytest.mark.parametrize("runtime", IN_NODE)
@pytest.mark.parametrize("keep", [None, 0, 1000])
def test_so_it_is_in_node(root, seeded, tmp_path, runtime, keep):
    """Missing or truncated: one line on stderr."""
    (tmp_path / "model.json").write_bytes((seeded / "model.json").read_bytes())
    (tmp_path / "labels.txt").write_bytes((seeded / "labels.txt").read_bytes())
    source = Path(Contender("net", runtime, NO_ENGINE, "reference", runtime).path).name
    if keep is not None:
        (tmp_path / source).write_bytes((seeded / source).read_bytes()[:keep])
    done = run(root, tmp_path, runtime, {"tensor": encoded(bytes(96 * 96 * 3 * 4))})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: Node ended with 1: ")
    assert source in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_graph_that_is_not_the_records_is_not_converted(seeded, tmp_path):
    (tmp_path / "model.json").write_bytes((seeded / "model.json").read_bytes())
    with pytest.raises(UserError, match="cannot read"):
        convert.convert("litert", tmp_path / "model.json", "", [])
    (tmp_path / "model.pb").write_bytes(b"another")
    with pytest.raises(UserError, match="is not the graph"):
        convert.convert("litert", tmp_path / "model.json", "", [])
