"""How often integers agree with float32: the photographs, the counts, the script."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from small import CLASSES, MODEL, SIZE

from scripts.common import files
from scripts.common.errors import UserError
from scripts.common.preprocessing import open_image
from scripts.model import calibrate, fold, seeded_graph
from scripts.oracle import answer_cases, count_agreement, photographs


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
        ([("a.png", "7"), ("./b/../a.png", "8")], ("file", "class"), "line 3: .* is there twice"),
        ([("a" * 300, "7")], ("file", "class"), "line 2: 'aaa.* is no file that can be read"),
        ([("a{x}.png", "7")], ("file", "class"), "line 2: .* no braces"),
    ],
)
def test_a_bad_table_is_one_clear_line(tmp_path, rows, columns, complaint):
    for name in ("a.png", "b.png", "a{x}.png"):
        (tmp_path / name).touch()
    (tmp_path / "b").mkdir()
    with pytest.raises(UserError, match=complaint):
        photographs.labelled(write_table(tmp_path / "t.csv", rows, columns))
    with pytest.raises(UserError, match="cannot read"):
        photographs.labelled(tmp_path / "none.csv")


def test_the_first_class_of_each_form_is_compared():
    """More photographs than are computed at once; one form names a class, the other the next."""
    images = [png((20, 20), seed) for seed in range(count_agreement.BATCH + 3)]
    seen = []

    def brightness(tensors):
        seen.append(len(tensors))
        return tensors[:, :1, :1]

    forms = (brightness, lambda tensors: np.roll(brightness(tensors), 1, -1))
    floats, ints = count_agreement.compared(forms, images, MODEL)
    assert floats.shape == (len(images),)
    assert np.array_equal((floats + 1) % 3, ints)
    assert max(seen) == count_agreement.BATCH


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


def measured(folder):
    return count_agreement.main([
        str(folder / "graph.pb"),
        f"--model={folder / 'model.json'}",
        f"--ranges={folder / 'ranges.json'}",
        f"--reference={folder / 'a.npz'}",
        "--numbers=w8a8",
        "--crops=3",
        "--seed=1",
        f"--out={folder / 'agreement.json'}",
    ])  # fmt: skip


def test_crops_are_of_the_oracle_s_photographs(small):
    """The one photograph that the oracle has is what was calibrated on."""
    assert measured(small) == 0
    found = files.read_json(small / "agreement.json")
    assert found["numbers"] == "w8a8"
    assert found["crops"].items() >= {"n": 3, "photographs": 1, "calibrated_on": 1}.items()
    assert 0 <= found["crops"]["agreed"] <= 3
