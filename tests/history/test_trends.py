"""What the dataset tells: ratios that changed and where, what changed underneath, by machine."""

import numpy as np
import pandas as pd
import pytest
from made_up import TOOLS, remembered, runs

from scripts.common.errors import UserError
from scripts.history import dataset, tell, trends

MARGIN = 0.05
NEWER = {"wasmtime": {"version": "48.0.9", "sha256": "cd" * 32}}


@pytest.fixture
def history(tmp_path):
    return tmp_path / "history"


def steady(number, seed=1, level=2.0):
    """Return so many ratios about a level, half a per cent of noise."""
    return level * np.exp(np.random.default_rng(seed).normal(0, 0.005, number))


def told(tmp_path):
    """Tell the history; return the table, the text and the folder of figures."""
    tell.main([
        f"--folder={tmp_path / 'history'}",
        f"--margin={MARGIN}",
        f"--table={tmp_path / 'out/history.csv'}",
        f"--text={tmp_path / 'out/history.md'}",
        f"--figures={tmp_path / 'out/history'}",
    ])  # fmt: skip
    out = tmp_path / "out"
    return pd.read_csv(out / "history.csv"), (out / "history.md").read_text(), out / "history"


def test_one_change_in_ten_runs_is_marked_where_it_is(tmp_path, history):
    ratios = steady(10)
    ratios[6:] *= 1.1
    runs(tmp_path, history, ratios, tools=[TOOLS] * 6 + [NEWER] * 4)
    table, text, figures = told(tmp_path)
    (row,) = table[table.change.notna()].itertuples()
    assert (row.place, row.measured[:10]) == (6, "2026-11-07")
    assert row.change == pytest.approx(0.1, abs=0.01)
    (line,) = [line for line in text.splitlines() if "**+" in line]
    assert "2026-11-06 08:00 | 2026-11-07 08:00" in " ".join(line.split())
    assert "wasmtime version 48.0.8 → 48.0.9" in line
    assert "6 runs" in line
    assert "4 runs" in line
    drawing = (figures / "cold_start.svg").read_text()
    assert drawing.count(">+10 %<") == 1
    assert ">wasmtime digest, wasmtime version<" in drawing
    assert "![Cold start](history/cold_start.svg)" in text


def test_without_a_change_none_is_claimed(tmp_path, history):
    runs(tmp_path, history, steady(10))
    table, text, _ = told(tmp_path)
    assert table.change.isna().all()
    assert "## Ratios that changed\n\nNone." in text
    assert "## What changed underneath\n\nNothing that is recorded." in text


def test_of_few_runs_nothing_is_said(tmp_path, history):
    runs(tmp_path, history, [2.0, 2.0, 4.0, 4.0, 4.0])
    table, text, _ = told(tmp_path)
    assert table.change.isna().all()
    assert "Of 1 of 1 trends there are fewer than 6 runs" in text


def test_machines_side_by_side_are_two_trends(tmp_path, history):
    """One changes, the other, at another level, does not; their runs take turns."""
    ratios = steady(10)
    ratios[5:] *= 1.2
    runs(tmp_path, history, ratios, name="one")
    runs(tmp_path, history, steady(10, seed=2, level=5.0), name="two")
    table, text, figures = told(tmp_path)
    changed = table[table.change.notna()]
    assert list(zip(changed.machine, changed.place, strict=True)) == [("one", 5)]
    assert "Benchmark jobs: 20," in text
    drawing = (figures / "cold_start.svg").read_text()
    assert drawing.count("net, aot<") == 2
    assert "one: net" in drawing
    assert "two: net" in drawing


@pytest.mark.parametrize(
    ("fact", "values", "words"),
    [
        ("kernel", ("6.1", "6.2"), "kernel | 6.1 | 6.2"),
        ("cpu", ({"model": "A", "architecture": "x", "cores": 2},
                 {"model": "B", "architecture": "x", "cores": 2}), "CPU | A | B"),
        ("git", ({"commit": "a" * 40, "changed": False},
                 {"commit": "b" * 40, "changed": False}), f"commit | {'a' * 12} | {'b' * 12}"),
    ],
)  # fmt: skip
def test_what_changed_underneath_is_told_with_its_time(tmp_path, history, fact, values, words):
    before, after = values
    runs(tmp_path, history, steady(4), **{fact: [before, before, after, after]})
    table, text, _ = told(tmp_path)
    assert list(table.underneath.notna()) == [False, False, True, False]
    section = text.partition("## What changed underneath")[2].partition("## Trends")[0]
    (line,) = [" ".join(row.split()) for row in section.splitlines() if words.split(" |")[0] in row]
    assert f"one | {words} | 2026-11-02 08:00 | 2026-11-03 08:00 | Cold start" in line


def test_a_setting_is_told_by_its_key(tmp_path, history):
    runs(tmp_path, history, [2.0, 2.0])
    rows = dataset.read(history)
    rows.loc[rows.measured == rows.measured.max(), "settings"] = '{"min_rounds": 20}'
    (_, second) = trends.table(rows, MARGIN).underneath
    assert second == [("settings: min_rounds", "8", "20")]


def test_another_baseline_is_another_trend(tmp_path, history):
    runs(tmp_path, history, steady(12))
    rows = dataset.read(history)
    late = rows.measured > pd.Timestamp("2026-11-06T12:00Z")
    rows.loc[late & rows.baseline.notna(), ["ratio", "baseline"]] = [4.0, "native-plain"]
    table = trends.table(rows, MARGIN)
    assert set(table.baseline) == {"native", "native-plain"}
    assert table.change.isna().all()


def test_without_a_dataset_there_is_one_clear_line(tmp_path):
    with pytest.raises(UserError, match="history.folder"):
        tell.main(["--folder=", "--margin=0.05", "--table=a", "--text=b", "--figures=c"])
    with pytest.raises(UserError, match="snakemake report"):
        told(tmp_path)


def test_baselines_alone_are_no_trend(tmp_path, history):
    remembered(tmp_path / "run", history, ratio=np.nan)
    with pytest.raises(UserError, match="no ratio"):
        told(tmp_path)
