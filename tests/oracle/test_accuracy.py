"""What integers cost in accuracy: the photographs, the counts, the script on a small model."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scripts.common import files
from scripts.common.errors import UserError
from scripts.common.preprocessing import open_image
from scripts.model import calibrate, fold, seeded_graph
from scripts.oracle import answer_cases, measure_accuracy, photographs
from scripts.oracle.reference import Reference

SIZE, CLASSES = 96, 21
MODEL = {
    "name": "small",
    "size": SIZE,
    "input_range": [-1, 1],
    "input": "input",
    "output": "MobilenetV2/Predictions/Reshape_1",
}


def noise(size, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), np.uint8)
    return Image.fromarray(pixels)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 99))
def test_crops_are_square_parts_of_the_photographs_in_turn(width, height, seed):
    images = [noise((width, height)), Image.new("RGB", (40, 40), "red")]
    found = [open_image(data, "a crop") for data in photographs.crops(images, 4, seed)]
    for number, part in enumerate(found):
        side = min(images[number % 2].size)
        assert part.width == part.height
        assert photographs.LEAST * side - 1 <= part.width <= side
    assert [part.getcolors()[0][1] for part in found[1::2]] == [(255, 0, 0)] * 2
    again = [open_image(data, "a crop") for data in photographs.crops(images, 4, seed)]
    assert [list(part.tobytes()) for part in found] == [list(part.tobytes()) for part in again]


def write_table(path, rows, columns=("file", "class", "label")):
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([columns, *rows])
    return path


def test_labelled_photographs_lie_beside_their_table(tmp_path):
    noise((9, 9)).save(tmp_path / "a.png")
    table = write_table(tmp_path / "t.csv", [("a.png", 7, "x")])
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())  # as spreadsheets begin a file
    (row,) = photographs.labelled(table)
    assert row == photographs.Labelled(tmp_path / "a.png", 7)
    assert row.read() == (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"a\.png is no JPEG"):
        row.read()


@pytest.mark.parametrize(
    ("rows", "columns", "complaint"),
    [
        ([], ("file", "class"), "no rows"),
        ([("a.png", "7")], ("name", "class"), "no rows with the columns file and class"),
        ([("a.png", "7"), ("b.png", "-1")], ("file", "class"), "line 3: '-1' is no index"),
        ([("a.png", "9" * 5000)], ("file", "class"), "line 2: '99999999999999999999' is no index"),
        (
            [("a.png", "7", "x\ny"), ("c.png", "7")],
            ("file", "class", "k"),
            "line 4: 'c.png' is no f",
        ),
        ([("", "7")], ("file", "class"), "line 2: '' is no file"),
        ([("a\0.png", "7")], ("file", "class"), "line 2"),
        ([("a.png",)], ("file", "class"), "line 2: '' is no index"),
        ([("a.png", "7"), ("a.png", "8")], ("file", "class"), "line 3: 'a.png' is there twice"),
    ],
)
def test_a_bad_table_is_one_clear_line(tmp_path, rows, columns, complaint):
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    with pytest.raises(UserError, match=complaint):
        photographs.labelled(write_table(tmp_path / "t.csv", rows, columns))
    with pytest.raises(UserError, match="cannot read"):
        photographs.labelled(tmp_path / "none.csv")


def test_the_first_class_of_each_form_is_compared():
    """More photographs than are computed at once; one form names a class, the other the next."""
    images = [png((20, 20), seed) for seed in range(measure_accuracy.BATCH + 3)]
    seen = []

    def brightness(tensors):
        seen.append(len(tensors))
        return tensors[:, :1, :1]

    forms = (brightness, lambda tensors: np.roll(brightness(tensors), 1, -1))
    floats, ints = measure_accuracy.compared(forms, images, MODEL)
    assert floats.shape == (len(images),)
    assert np.array_equal((floats + 1) % 3, ints)
    assert max(seen) == measure_accuracy.BATCH


def png(size, seed):
    return next(photographs.crops([noise(size, seed)], 1, seed))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small seeded model, prepared and calibrated, with the oracle's cases."""
    folder = tmp_path_factory.mktemp("small")
    graph = seeded_graph.frozen_graph(0.35, SIZE, CLASSES, seed=3)
    (folder / "model.pb").write_bytes(graph)
    (folder / "graph.pb").write_bytes(fold.prepare(graph, MODEL))
    (folder / "labels.txt").write_text("".join(f"class {i}\n" for i in range(CLASSES)))
    files.write_json(folder / "model.json", MODEL | {"sha256": files.sha256(folder / "model.pb")})
    noise((120, 150)).save(folder / "photograph.png")
    (folder / "input.json").write_text(
        json.dumps({"image": answer_cases.base64.b64encode(png((90, 90), 1)).decode()})
    )
    common = ["--model", str(folder / "model.json"), "--input", str(folder / "input.json")]
    assert calibrate.main(
        [*common, f"--graph={folder / 'graph.pb'}", f"--out={folder / 'ranges.json'}"]
    ) == 0  # fmt: skip
    outputs = [f"--out={folder / 'a.npz'}", f"--json-out={folder / 'a.json'}"]
    assert answer_cases.main([*common, *outputs]) == 0
    return folder


def measured(folder, *arguments):
    return measure_accuracy.main([
        str(folder / "graph.pb"),
        f"--model={folder / 'model.json'}",
        f"--ranges={folder / 'ranges.json'}",
        f"--reference={folder / 'a.npz'}",
        "--numbers=w8a8",
        "--crops=3",
        "--seed=1",
        f"--out={folder / 'accuracy.json'}",
        *arguments,
    ])  # fmt: skip


def test_the_labelled_are_right_where_float32_is(small):
    """The label is what TensorFlow says, so that float32 is right; and it is another's no more."""
    reference = Reference(small / "model.json")
    tensor = reference.tensor((small / "photograph.png").read_bytes())
    right = int(reference.probabilities(tensor).argmax())
    assert measured(small) == 0
    found = files.read_json(small / "accuracy.json")
    assert "labelled" not in found
    # The one photograph of the oracle is what was calibrated on.
    assert found["crops"].items() >= {"n": 3, "photographs": 1, "calibrated_on": 1}.items()
    for index, hits in ((right, 1), ((right + 1) % CLASSES, 0)):
        table = write_table(small / "t.csv", [("photograph.png", index, "")])
        assert measured(small, f"--labelled={table}") == 0
        found = files.read_json(small / "accuracy.json")["labelled"]
        assert (found["n"], found["float32"]) == (1, hits)
        assert found["lost"] - found["gained"] == found["float32"] - found["integers"]


def test_what_was_calibrated_on_is_no_judge(small):
    (small / "known.png").write_bytes(png((90, 90), 1))
    table = write_table(small / "t.csv", [("known.png", 1, "")])
    with pytest.raises(UserError, match=r"known\.png is one of `calibration\.images`"):
        measured(small, f"--labelled={table}")
    table = write_table(small / "t.csv", [("photograph.png", CLASSES, "")])
    with pytest.raises(UserError, match=f"has class {CLASSES} of a model with {CLASSES}"):
        measured(small, f"--labelled={table}")
