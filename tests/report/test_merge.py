"""Several machines in one report: ratios side by side, absolute figures apart, refusals kept."""

import pytest
from test_compare import make

from scripts.common.errors import UserError
from scripts.machines import write
from scripts.report import merge


def merged(tmp_path, **runs):
    folders = {name: make(tmp_path / name, **how) for name, how in runs.items()}
    return merge.merge({name: merge.read(folder) for name, folder in folders.items()})


def line(text, *cells):
    """The cells of the first row that begins so: across the machines where the text is all."""
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines()]
    return next(row for row in rows if row[: len(cells)] == list(cells))


def test_ratios_stand_side_by_side_with_what_differs(tmp_path):
    other = {"factors": {"wasm": 2}, "seed": 3, "cpu__model": "another processor"}
    text = merged(tmp_path, a={}, b=other, c={"seed": 4})
    *_, a, b, c, b_to_a, c_to_a = line(text, "net", "aot", "cold_start", "wasm")[:9]
    assert [round(float(cell.split("x")[0])) for cell in (a, b, c)] == [3, 6, 3]
    assert b_to_a.endswith("more")
    assert c_to_a.endswith("the same")
    assert line(text, "b")[1] == "another processor"
    assert "- b: the CPU differs: a processor / another processor" in text


def test_each_machine_has_its_own_figures(tmp_path):
    text = merged(tmp_path, a={}, b={"factors": {"wasm": 2}})
    _, _, own, other = text.split("\n## ")[0:4]
    assert own.startswith("a: a processor")
    assert line(own, "net", "aot", "cold_start", "native")[4].startswith(("1.0", "0.99", "99"))
    assert line(other, "net", "aot", "cold_start", "wasm")[4].startswith(("5.9", "6.0"))


def test_what_must_not_be_compared_is_not(tmp_path):
    other = {"model": {"name": "net", "weights": "pretrained"}}
    text = merged(tmp_path, a={}, b=other)
    row = line(text, "net", "aot", "cold_start", "wasm")[:7]
    assert row[5:] == [merge.REFUSED, merge.MISSING]
    assert "- b: the model net differs" in text


def test_a_contender_of_one_run_alone_is_missing_in_the_other(tmp_path):
    text = merged(tmp_path, a={"modes": ("aot",)}, b={})
    assert line(text, "net", "jit", "cold_start", "wasm")[4] == merge.MISSING


def test_one_run_is_refused(tmp_path):
    with pytest.raises(UserError, match="nothing to be merged with"):
        merged(tmp_path, a={})


def test_runs_are_named_by_the_part_of_the_path_that_tells_them_apart():
    assert list(merge.named(["x/results", "y/results"])) == ["x", "y"]
    assert list(merge.named(["x/one", "y/two"])) == ["one", "two"]
    three = ["a/x/results", "a/y/results", "b/y/results"]
    assert list(merge.named(three)) == three


def test_the_report_of_the_workflow_names_its_machines(tmp_path):
    for name in ("zen4", "icelake"):
        make(tmp_path / f"{name}/results")
    machines = [str(tmp_path / f"{name}/results/machine.json") for name in ("zen4", "icelake")]
    write.main([*machines, "--out", str(tmp_path / "machines.md")])
    text = (tmp_path / "machines.md").read_text()
    assert line(text, "model", "mode")[4:] == ["zen4", "icelake", "icelake against zen4"]
    assert [name for name in ("zen4", "icelake") if f"\n## {name}: a processor\n" in text]
