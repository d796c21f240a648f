"""What outlives results: each measurement once, whole or not at all, for any reader of Parquet."""

import signal
import subprocess
import sys

import pandas as pd
import pytest
from made_up import remembered, results, runs

from scripts.common.errors import UserError
from scripts.history import dataset, remember

TWO = ("cold_start", "cold_disk")
# As `remember`, but no file may grow beyond so many bytes: the kernel ends the process, with no
# chance to tidy up, or, as Python has it, the write fails.
LIMITED = """
import resource, signal, sys
from scripts.common import errors
from scripts.history import remember
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL if sys.argv[1] == "killed" else signal.SIG_IGN)
errors.run(lambda: remember.main(sys.argv[3:]))
"""


def parts(history):
    return [path for path in history.rglob("*") if path.is_file() and path.suffix != ".parquet"]


def test_every_job_is_a_file_by_its_date(tmp_path):
    receipt = remembered(tmp_path / "run", tmp_path / "history", benchmarks=TWO)
    assert len(receipt["written"]) == 2
    assert receipt["found"] == []
    assert all(name.startswith("date=2026-11-01/") for name in receipt["written"])
    assert dataset.listed(tmp_path / "history") == sorted(receipt["written"])


def test_pandas_reads_what_was_measured_and_what_influenced_it(tmp_path):
    remembered(tmp_path / "run", tmp_path / "history")
    table = pd.read_parquet(tmp_path / "history").set_index("contender")
    assert set(table.index) == {"native", "wasm@wasmtime-aot"}
    row = table.loc["wasm@wasmtime-aot"]
    assert (row.ratio, row.ratio_low, row.baseline) == (2, 1.98, "native")
    assert (row.machine, row.cpu, row.cores, row.kernel) == ("one", "Fast CPU", 2, "6.1")
    assert (row.compiler, row.engine_version, row.commit) == ("rustc 1.95", "48.0.8", "c" * 40)
    assert (row.model_sha256, row.job, str(row.date)) == ("d" * 64, "aot", "2026-11-01")
    assert row.measured == pd.Timestamp("2026-11-01T08:00:00Z")
    assert row.uncommitted == False  # noqa: E712
    assert table.loc["native"].isna()[["ratio", "baseline", "engine_version"]].all()


def test_a_unit_of_one_alone_is_text(tmp_path):
    """As a benchmark that counts has it, measured by itself: a CSV's 1 could be a number."""
    how = results(tmp_path / "run")
    estimates = tmp_path / "run/aot.csv"
    table = pd.read_csv(estimates)
    table.assign(unit="1").to_csv(estimates, index=False)
    assert remember.main([*how, "--folder", str(tmp_path / "history")]) == 0
    assert set(pd.read_parquet(tmp_path / "history").unit) == {"1"}


def test_duckdb_reads_it(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    runs(tmp_path, tmp_path / "history", [2.0, 3.0])
    query = "SELECT date::VARCHAR, ratio FROM read_parquet($files) WHERE ratio > 0 ORDER BY date"
    found = duckdb.execute(query, {"files": f"{tmp_path}/history/*/*.parquet"}).fetchall()
    assert found == [("2026-11-01", 2), ("2026-11-02", 3)]


def test_a_measurement_is_there_once_whatever_is_made_of_it_again(tmp_path):
    arguments = [*results(tmp_path / "run"), f"--folder={tmp_path / 'history'}"]
    remember.main(arguments)
    estimates = tmp_path / "run/aot.csv"
    estimates.write_text(estimates.read_text().replace("1.98", "1.90"))
    remember.main(arguments)
    assert "found" in (tmp_path / "run/history.json").read_text()
    assert len(dataset.read(tmp_path / "history")) == 2
    assert len(dataset.listed(tmp_path / "history")) == 1


def test_another_measurement_is_another_one(tmp_path):
    """By its time, its machine or its samples."""
    history = tmp_path / "history"
    remembered(tmp_path / "first", history)
    remembered(tmp_path / "later", history, date="2026-11-01T09:00:00+00:00")
    remembered(tmp_path / "elsewhere", history, name="two")
    remembered(tmp_path / "other", history, ratio=2.5)
    assert len(dataset.listed(history)) == 4
    assert set(dataset.read(history).machine) == {"one", "two"}


def test_killed_in_the_middle_it_loses_nothing_and_goes_on(root, tmp_path):
    """The second file is the larger one, and is being written when the process dies."""
    arguments = results(tmp_path / "run", benchmarks=TWO, extra=200)
    remember.main([*arguments, f"--folder={tmp_path / 'whole'}"])
    sizes = sorted(path.stat().st_size for path in (tmp_path / "whole").rglob("*.parquet"))
    history = tmp_path / "history"
    done = limited(root, "killed", sum(sizes) // 2, *arguments, f"--folder={history}")
    assert done.returncode == -signal.SIGXFSZ
    assert len(parts(history)) == 1
    assert set(pd.read_parquet(history).benchmark) == {"cold_start"}
    remember.main([*arguments, f"--folder={history}"])
    assert parts(history) == []
    assert dataset.listed(history) == dataset.listed(tmp_path / "whole")
    pd.testing.assert_frame_equal(dataset.read(history), dataset.read(tmp_path / "whole"))


def limited(root, how, size, *arguments):
    """Run `remember` with a limit of `size` bytes a file."""
    command = [sys.executable, "-c", LIMITED, how, str(size), *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_what_cannot_be_written_is_one_line_and_leaves_nothing(root, tmp_path):
    arguments = [*results(tmp_path / "run"), f"--folder={tmp_path / 'history'}"]
    done = limited(root, "told", 1000, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write ")
    assert done.stderr.endswith("File too large\n")
    assert done.stderr.count("\n") == 1
    assert [path for path in (tmp_path / "history").rglob("*") if path.is_file()] == []
    assert not (tmp_path / "run/history.json").exists()


def test_a_file_where_the_folder_should_be_is_told(tmp_path):
    (tmp_path / "history").write_text("")
    with pytest.raises(UserError, match="cannot write .*history"):
        remember.main([*results(tmp_path / "run"), f"--folder={tmp_path / 'history'}"])


def test_what_is_no_dataset_is_told(tmp_path):
    with pytest.raises(UserError, match="there is no history in"):
        dataset.read(tmp_path)
    (tmp_path / "date=2026-11-01").mkdir()
    (tmp_path / "date=2026-11-01/mine.parquet").write_text("no Parquet")
    with pytest.raises(UserError, match="not of this dataset"):
        dataset.read(tmp_path)
