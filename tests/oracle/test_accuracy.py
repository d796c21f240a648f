"""Accuracy on labelled photographs: TensorFlow's answers, a contender's, what they count."""

import csv
import json
import sys

import numpy as np
import pytest
from PIL import Image
from small import CLASSES, MODEL, SIZE

from scripts.common import files
from scripts.common.errors import UserError
from scripts.model import seeded_graph
from scripts.oracle import answer_labelled, counting, measure_accuracy, photographs
from scripts.oracle.exchange import ContenderError, converse

CONTENDER = {"model": "small", "build": "tensorflow", "engine": "none", "mode": "reference"}
CONTENDER |= {"runner": "tensorflow"}


def test_what_is_right_is_counted_pair_by_pair():
    """Both right, one alone each way, right among five alone, none, one that was refused."""
    truth = [{"class": 1, "top": top} for top in ([1, 2], [1, 3], [2, 1], [0, 1], [2, 3], [1, 9])]
    found = counting.counts(truth, [[1, 5], [3, 1], [1, 2], [0, 1], [2, 4], None])
    assert found["top1"] == {
        "right": 2,
        "tensorflow": 3,
        "only_tensorflow": 2,
        "only_contender": 1,
    }
    assert found["top5"] == {
        "right": 4,
        "tensorflow": 5,
        "only_tensorflow": 1,
        "only_contender": 0,
    }
    assert (found["photographs"], found["refused"], found["agreed"]) == (6, 1, 3)


def test_what_was_not_answered_counts_on_neither_side():
    truth = [{"class": 1, "top": [1]}, {"class": 1, "top": [1]}]
    found = counting.counts(truth, [[1]])
    assert found["photographs"] == found["agreed"] == found["top1"]["tensorflow"] == 1


def test_the_sixth_class_does_not_count():
    truth = [{"class": 6, "top": [1, 2, 3, 4, 5]}]
    assert counting.counts(truth, [[1, 2, 3, 4, 5, 6]])["top5"]["right"] == 0


PROGRAM = """
import json, os, sys, time
fault = sys.argv[1]
for number, line in enumerate(sys.stdin):
    if number == 2 and fault == "dies":
        os.abort()
    if number == 2 and fault == "says why":
        sys.exit("error: too much")
    if number == 2 and fault == "stops":
        break
    if fault == "is silent":
        time.sleep(600)
    print("ready" if fault == "chatters" else json.dumps(json.loads(line)), flush=True)
"""


def talk(tmp_path, fault, budget=60.0, count=4):
    """Have a program that echoes its requests, each larger than a pipe holds, answer."""
    (tmp_path / "program.py").write_text(PROGRAM)
    requests = [{"number": number, "image": "A" * 200_000} for number in range(count)]
    command = [sys.executable, str(tmp_path / "program.py"), fault]
    return [row["number"] for row in converse(command, {}, requests, count, budget)]


def test_one_process_answers_all_requests(tmp_path):
    assert talk(tmp_path, "", count=20) == list(range(20))


def test_what_is_answered_until_the_time_is_over_counts():
    """A program that starts at once, so that the seconds are enough for its answers."""
    script = 'for i in 1 2; do read -r line; echo "$line"; done; printf half; sleep 600'
    requests = [{"number": number} for number in range(4)]
    answers = converse(["sh", "-c", script], {}, requests, len(requests), 8)
    assert answers == requests[:2]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("dies", "killed by SIGABRT"),
        ("says why", "exit code 1: error: too much"),
        ("stops", "2 answers to 4 requests"),
        ("is silent", "no answer within 1 s"),
        ("chatters", "the answer is no JSON: ready"),
    ],
)
def test_a_process_that_fails_says_how(tmp_path, fault, reason):
    with pytest.raises(ContenderError, match=reason):
        talk(tmp_path, fault, budget=1 if fault == "is silent" else 60)
    with pytest.raises(ContenderError, match="cannot start"):
        converse([str(tmp_path / "none")], {}, [], 0, 1)


def test_a_photograph_that_cannot_be_read_is_no_fault_of_the_contender(tmp_path):
    """The contender is not left waiting, and the error is the photograph's."""
    answers = {"classes": 9, "photographs": [{"file": str(tmp_path / "gone.png"), "class": 1}]}
    with pytest.raises(UserError, match="cannot read the labelled photograph"):
        converse(["cat"], {}, measure_accuracy.requests(answers), 1, 60)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small seeded model, where the workflow has it, with photographs and their table."""
    folder = tmp_path_factory.mktemp("small")
    graph = seeded_graph.frozen_graph(0.35, SIZE, CLASSES, seed=3)
    place = folder / "results/models/small"
    (place / "references").mkdir(parents=True)
    for name in ("model.pb", "references/tensorflow"):
        (place / name).write_bytes(graph)
    (place / "labels.txt").write_text("".join(f"class {i}\n" for i in range(CLASSES)))
    files.write_json(place / "model.json", MODEL | {"sha256": files.sha256(place / "model.pb")})
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 256, (90, 120, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def here(small, root, monkeypatch):
    """Work where the model is, with the project's programs found, as jobs do."""
    monkeypatch.chdir(small)
    monkeypatch.setenv("PYTHONPATH", str(root))


def label(folder, classes):
    """Write the table that gives the photographs these classes."""
    with open(folder / "labels.csv", "w", newline="") as stream:
        rows = [(f"{number}.png", index) for number, index in enumerate(classes)]
        csv.writer(stream).writerows([("file", "class"), *rows])


def answers(folder, *arguments):
    """Have TensorFlow answer the labelled photographs."""
    place = folder / "results/models/small"
    out = folder / "answers.json"
    table, model = str(folder / "labels.csv"), str(place / "model.json")
    words = [table, f"--model={model}", "--seed=1", f"--out={out}"]
    assert answer_labelled.main([*words, *arguments]) == 0
    return files.read_json(out)


def counted(folder, gate=None):
    """Have a contender answer them."""
    files.write_json(folder / "gate.json", gate or {"passed": True, "reason": None})
    out = folder / "counts.json"
    assert measure_accuracy.main([
        str(folder / "answers.json"),
        f"--contender={json.dumps(CONTENDER)}",
        f"--gate={folder / 'gate.json'}",
        "--budget=300",
        f"--out={out}",
    ]) == 0  # fmt: skip
    return files.read_json(out)


def test_a_contender_is_right_where_its_label_says_so(small, here):
    """A real runtime on TensorFlow's own graph agrees in all; of six labels two are made wrong."""
    label(small, [0] * 6)
    told = answers(small)["photographs"]
    first = {row["file"]: row["top"][0] for row in told}
    truth = [first[str(small / f"{number}.png")] for number in range(6)]
    label(small, [(index + (number < 2)) % CLASSES for number, index in enumerate(truth)])
    assert [row["top"] for row in answers(small)["photographs"]] == [row["top"] for row in told]
    found = counted(small)
    assert found["reason"] is None
    assert (found["contender"], found["preprocessing"]) == ("tensorflow", "Pillow")
    assert found["listed"] == found["photographs"] == found["agreed"] == 6
    assert found["top1"]["right"] == found["top1"]["tensorflow"] == 4
    assert found["top5"]["right"] >= 4


def test_what_failed_the_oracle_is_not_asked(small, here):
    files.write_json(small / "answers.json", {"photographs": [], "classes": 1})
    found = counted(small, {"passed": False, "ran": True, "reason": "another label"})
    assert found["reason"] == "failed the oracle: another label"
    assert "top1" not in found


def test_a_contender_that_cannot_run_says_why(small, here):
    label(small, range(6))
    answers(small)
    graph = small / "results/models/small/references/tensorflow"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:1000])
    found = counted(small)
    graph.write_bytes(whole)
    assert found["reason"].startswith("exit code 1: error: tensorflow cannot load")


def test_photographs_are_drawn_by_the_seed(tmp_path):
    rows = [photographs.Labelled(tmp_path / str(number), number) for number in range(50)]
    drawn = answer_labelled.drawn(rows, 1)
    assert drawn != rows
    assert sorted(drawn, key=lambda row: row.class_index) == rows
    assert drawn == answer_labelled.drawn(rows, 1) != answer_labelled.drawn(rows, 2)


def test_what_cannot_judge_is_refused(small):
    label(small, [*range(5), CLASSES])
    with pytest.raises(UserError, match=f"has class {CLASSES} of a model with {CLASSES}"):
        answers(small)
    label(small, range(6))
    files.write_json(small / "ranges.json", {"sha256": [files.sha256(small / "3.png")]})
    with pytest.raises(UserError, match=r"3\.png is one of `calibration\.images`"):
        answers(small, f"--ranges={small / 'ranges.json'}")
