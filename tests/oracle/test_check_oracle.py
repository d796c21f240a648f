"""The gate: small programs as contenders, right and wrong in every way a contender can be."""

import csv
import io
import json
import math
import re
import sys
import time

import numpy as np
import pytest
from PIL import Image

from scripts.common.errors import UserError
from scripts.contenders.gate import refusal
from scripts.oracle import check, collect, judgement

LABELS = ["red", "green", "blue"]

# A whole classifier: the channels' means are the logits. `FAULT` says what is wrong with it.
PROGRAM = """
import base64, io, json, math, os, sys, time
from PIL import Image

fault = os.environ.get("FAULT", "")
request = json.load(sys.stdin)
if "image" in request:
    image = Image.open(io.BytesIO(base64.b64decode(request["image"]))).convert("RGB")
    pixel = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    values = [value / 127.5 - 1 for value in pixel]
else:
    data = memoryview(base64.b64decode(request["tensor"])).cast("f")
    values = [sum(data[channel::3]) / (len(data) / 3) for channel in range(3)]
if fault == "no answer":
    sys.exit("warning: slow\\nerror: the model is truncated\\n  at byte 7")
if fault == "hangs":
    time.sleep(600)
if fault == "dies":
    os.abort()
if fault == "chatters":
    print("loading the model")
if fault == "inaccurate":
    values[0] += 0.01
if fault == "fails on images" and "image" in request:
    sys.exit("error: no image decoder")
exponents = [math.exp(4 * value) for value in values]
probabilities = [value / sum(exponents) for value in exponents]
if fault == "not a number":
    probabilities[1] = math.nan
if fault == "few classes":
    probabilities = probabilities[:2]
best = max(range(len(probabilities)), key=probabilities.__getitem__)
if fault == "second best":
    best = 2
label = ["red", "green", "blue"][(best + (fault == "wrong label")) % 3]
if fault == "unsure":
    probabilities[best] -= 0.1 if "image" in request else 0
answer = {"label": label, "confidence": probabilities[best]}
if request.get("probabilities"):
    answer["probabilities"] = probabilities
print("[]" if fault == "a list" else json.dumps(answer))
"""


def probabilities(tensor):
    exponents = np.exp(4 * tensor.astype(np.float64).reshape(-1, 3).mean(axis=0))
    return (exponents / exponents.sum()).astype(np.float32)


def picture(colour) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (9, 7), colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def gate(tmp_path):
    """Answers as answer_cases.py writes them, and a function that checks a contender."""
    (tmp_path / "program.py").write_text(PROGRAM)
    tensors = {"random": np.random.RandomState(0).uniform(-1, 1, (1, 4, 4, 3))}
    images = {"rose.png": (250, 40, 60), "sea.png": (20, 90, 200)}
    for name, colour in images.items():
        tensors[name] = np.tile(np.array(colour) / 127.5 - 1, (1, 4, 4, 1))
    arrays, cases = {}, []
    for name, tensor in tensors.items():
        found = probabilities(tensor)
        arrays |= {f"tensor/{name}": np.float32(tensor), f"probabilities/{name}": found}
        second, best = (
            {"label": LABELS[i], "confidence": float(found[i])} for i in found.argsort()[-2:]
        )
        kind = "photograph" if name in images else "tensor"
        cases.append({"name": name, "kind": kind, **best, "second": second})
    for name, colour in images.items():
        arrays[f"image/{name}"] = np.frombuffer(picture(colour), dtype=np.uint8)
    np.savez(tmp_path / "reference.npz", **arrays)
    (tmp_path / "reference.json").write_text(json.dumps({"cases": cases}))

    def run(fault="", command=None, timeout=240):
        record = {
            "contender": "program",
            "build": "b",
            "engine": "none",
            "mode": "native",
            "command": command or [sys.executable, str(tmp_path / "program.py")],
            "env": {"FAULT": fault},
        }
        answers = check.read_answers(tmp_path / "reference.npz")
        cases = json.loads((tmp_path / "reference.json").read_text())["cases"]
        limits = judgement.Limits(tensor=1e-5, confidence=0.02, timeout=timeout)
        verdict = json.dumps(judgement.check(record, answers, cases, limits))
        return json.loads(verdict, parse_constant=lambda text: pytest.fail(text))

    return run


def test_a_right_contender_passes(gate):
    verdict = gate()
    assert verdict["passed"] is True
    assert verdict["reason"] is None
    assert verdict["tensor_max_abs_diff"] < 1e-5
    assert verdict["confidence_max_abs_diff"] < 0.02
    assert [row["image"] for row in verdict["tensors"]] == ["random", "rose.png", "sea.png"]
    assert [row["label"] for row in verdict["images"]] == ["red", "blue"]
    assert {row["tolerance"] for row in verdict["tensors"]} == {1e-5}
    assert {row["tolerance"] for row in verdict["images"]} == {0.02}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("inaccurate", r"tensor random: probabilities differ by 0\.00\d+, more than 1e-05"),
        ("wrong label", "photograph rose.png: 'green' instead of 'red'$"),
        ("second best", r"photograph rose.png: 'blue' instead of 'red', .* has 0\.9\d+ behind"),
        ("unsure", r"photograph rose.png: confidence 0\.\d+ instead of 0\.\d+, more than 0\.02"),
        ("not a number", "tensor random: the answer has no 3 finite probabilities"),
        ("few classes", "tensor random: the answer has no 3 finite probabilities"),
        ("no answer", "tensor random: exit code 1: error: the model is truncated at byte 7"),
        ("fails on images", "photograph rose.png: exit code 1: error: no image decoder"),
        ("dies", "tensor random: killed by SIGABRT"),
        ("chatters", "tensor random: the answer is no JSON: loading the model"),
        ("a list", "tensor random: the answer is no JSON object"),
    ],
)
def test_a_wrong_contender_fails_with_the_reason(gate, fault, reason):
    verdict = gate(fault)
    assert verdict["passed"] is False
    assert "\n" not in verdict["reason"]
    assert re.match(reason, verdict["reason"])


def test_what_a_photograph_allows_its_confidence_is_added(gate, tmp_path):
    """As answer_integers.py does: pixels that decoders have a level apart move it by so much."""
    gate()  # writes the reference's answers
    path = tmp_path / "reference.json"
    off = gate("unsure")["images"][0]["confidence_diff"]
    answers = json.loads(path.read_text())
    for moved, passed in ((off - 0.021, False), (off - 0.019, True)):
        for case in answers["cases"]:
            case["moved"] = moved
        path.write_text(json.dumps(answers))
        row = gate("unsure")["images"][0]
        assert (row["passed"], row["tolerance"]) == (passed, pytest.approx(0.02 + moved))


def test_a_contender_that_hangs_is_ended_in_time(gate):
    begin = time.monotonic()
    assert gate("hangs", timeout=1)["reason"] == "tensor random: no answer within 1 s"
    assert time.monotonic() - begin < 300


def test_a_contender_that_is_not_there(gate):
    assert "cannot start ./none: No such file" in gate(command=["./none"])["reason"]


def test_the_numbers_of_a_failed_contender_are_kept(gate):
    verdict = gate("inaccurate")
    assert 1e-3 < verdict["tensor_max_abs_diff"] < 1e-1
    assert len(verdict["tensors"]) == 3
    assert len(verdict["images"]) == 2


NATIVE = '{"model": "m", "build": "b", "engine": "none", "mode": "native", "runner": "native"}'


def test_a_harness_fault_is_an_error(tmp_path):
    arguments = ["--reference=none.npz", "--cases=none.json", "--contender", NATIVE]
    arguments += [f"--out={tmp_path / 'x.json'}", f"--gate={tmp_path / 'gate.json'}"]
    with pytest.raises(UserError, match=r"none\.npz"):
        check.main(arguments)
    assert not list(tmp_path.iterdir())


def test_the_gate_says_no_more_than_the_verdict(gate, tmp_path, monkeypatch):
    """Benchmarks depend on it: it changes only when a contender passes no more, or does again."""
    monkeypatch.chdir(tmp_path)
    gate()  # writes the reference's answers
    program = tmp_path / "results/models/m/build/b/mobilenet-oc-l"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{sys.executable}\n" + (tmp_path / "program.py").read_text())
    program.chmod(0o755)
    arguments = ["--contender", NATIVE, "--reference=reference.npz", "--cases=reference.json"]
    gates = []
    for tolerance in ("1e-5", "1e-4", "-1"):
        check.main([*arguments, f"--tensor-tolerance={tolerance}", "--out=v", "--gate=g"])
        gates.append(json.loads((tmp_path / "g").read_text()))
    assert gates[0] == gates[1] == {"contender": "b", "passed": True, "ran": True, "reason": None}
    assert not gates[2]["passed"]


def test_an_engine_that_compiles_keeps_what_it_compiled_for_the_next_case(
    gate, tmp_path, monkeypatch
):
    """Every run of the job notes where its cache is, and whether anything was in it."""
    monkeypatch.chdir(tmp_path)
    gate()  # writes the reference's answers
    note = (
        "import os\nkept = os.environ['KEPT']\nopen('notes', 'a').write(f'{os.listdir(kept)}\\n')"
        "\nopen(f'{kept}/code', 'w').close()\n"
    )
    (tmp_path / "keeping.py").write_text(note + (tmp_path / "program.py").read_text())
    record = {"model": "m", "contender": "b@e-jit", "build": "b", "engine": "e", "mode": "jit"}
    record |= {"command": ["./none"], "default_command": [sys.executable, "keeping.py"]}
    monkeypatch.setattr(check.records, "record", lambda *_: record | {"env": {"KEPT": "elsewhere"}})
    arguments = ["--contender", NATIVE, "--reference=reference.npz", "--cases=reference.json"]
    check.main([*arguments, "--out=v", "--gate=g"])
    assert json.loads((tmp_path / "g").read_text())["passed"]
    notes = (tmp_path / "notes").read_text().splitlines()
    assert notes == ["[]", *["['code']"] * 4]


def test_what_is_wrong_failed_and_what_did_not_run_did_not():
    judged = {"contender": "b", "passed": False, "reason": "another label"}
    assert refusal(judged | {"ran": True}) == "failed the oracle: another label"
    assert refusal(judged | {"ran": False}) == "another label"


def test_the_table_has_a_row_for_each_check_and_image(gate, tmp_path, capsys):
    paths = []
    for fault in ("", "wrong label", "no answer"):
        verdict = gate(fault) | {"model": "net", "contender": fault or "right"}
        paths.append(tmp_path / f"{verdict['contender']}.json")
        paths[-1].write_text(json.dumps(verdict))
    (tmp_path / "model.json").write_text('{"name": "net", "weights": "seeded"}')
    out = tmp_path / "oracle.csv"
    arguments = ["--models", str(tmp_path / "model.json"), "--out", str(out), "--"]
    assert collect.main([*arguments, *map(str, paths)]) == 0
    rows = list(csv.DictReader(out.open()))
    counted = [(row["contender"], row["check"], row["passed"]) for row in rows]
    assert counted == [
        *[("right", "tensor", "True")] * 3,
        *[("right", "photograph", "True")] * 2,
        *[("wrong label", "tensor", "True")] * 3,
        *[("wrong label", "photograph", "False")] * 2,
        ("no answer", "tensor", "False"),
    ]
    assert {(row["model"], row["weights"], row["build"]) for row in rows} == {
        ("net", "seeded", "b")
    }
    assert rows[8]["label"] == "green"
    assert rows[8]["reference_label"] == "red"
    assert rows[-1]["difference"] == ""
    assert "truncated" in rows[-1]["reason"]
    assert all(math.isfinite(float(row["difference"])) for row in rows[:-1])
    assert "1 of 3 contenders passed" in capsys.readouterr().out
