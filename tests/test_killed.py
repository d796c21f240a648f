"""Killed in any stage and run again, the workflow goes on where it was; nothing stale survives."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import pandas as pd
import pytest
from conftest import MODEL, QUICK, planned, planned_rules, snakemake

from scripts.common import files
from scripts.tools import location

JIT = f"{MODEL}/samples/jit/memory.csv"
# A rule of each stage, one of its outputs, what it says when it begins, and whether all processes
# are killed or Snakemake alone, whose jobs then go on for a while.
STAGES = [
    ("fetch_model", f"{MODEL}/model.pb", "Getting the model", True),
    ("build_native", f"{MODEL}/build/native-plain/mobilenet-oc-l", "Compiling build", False),
    ("snapshot", f"{MODEL}/snapshot/wasm-packed/mobilenet-oc-l.wasm", "Making the model", True),
    ("compile_aot", f"{MODEL}/aot/wasm-packed/wasmer.wasmu", "Compiling wasm-packed", False),
    ("check_oracle", f"{MODEL}/gates/wasm-packed@wasmer-jit.json", "Checking wasm-packed", True),
    ("memory", f"{MODEL}/samples/aot/memory.csv", "Measuring memory of", False),
    ("report_md", "results/report.md", "Writing results/report.md", True),
]


def killed(folder, *arguments, when, group):
    """Start Snakemake and kill it, or it and all that it started, after it said `when`."""
    # A busy machine may look only after the end: then it has it done again.
    for _ in range(3):
        with open(folder / "killed.log", "w") as stream:
            process = subprocess.Popen(
                ["snakemake", *arguments],
                cwd=folder,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        said = was_killed(process, folder / "killed.log", when, group)
        if process.returncode == -signal.SIGKILL:
            break
    assert process.returncode == -signal.SIGKILL, f"it ended by itself:\n{said[-4000:]}"


def was_killed(process, console, when, group):
    """Kill it once it said `when`, if it runs that long; return what it said."""
    while process.poll() is None and when not in console.read_text():
        time.sleep(0.02)
    time.sleep(0.3)
    if process.poll() is None:
        os.kill(-process.pid if group else process.pid, signal.SIGKILL)
        process.wait()
    said = console.read_text()
    console.unlink()
    return said


def rows(folder):
    """What the tables have rows for, whatever the figures."""
    names = ["contender", "benchmark", "metric", "unit"]
    tables = [pd.read_csv(folder / f"results/{mode}.csv")[names] for mode in ("jit", "aot")]
    return pd.concat(tables).drop_duplicates().sort_values(names).to_csv(index=False)


@pytest.mark.parametrize(("rule", "target", "when", "group"), STAGES)
def test_it_goes_on_where_it_was_killed(run, rule, target, when, group):
    before, whole = rows(run), (run / target).read_bytes()
    killed(run, *QUICK, "--forcerun", rule, "--", target, when=when, group=group)
    # Asked for by name: Snakemake does not remake what is missing while nothing that runs needs it.
    done = snakemake(run, *QUICK, "--", target)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    same = rule not in ("memory", "report_md")  # what is measured anew is never quite the same
    if same:
        assert (run / target).read_bytes() == whole
    done = snakemake(run, *QUICK, "--", "report")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    if same:
        anew = {rule, "build_native", "check_oracle", "cold_start", "memory"}
        assert not planned_rules(done) & anew
    assert rows(run) == before
    assert planned(run) == set()
    assert not list((run / "results").rglob(f"*{files.UNFINISHED}"))


@contextlib.contextmanager
def judged_wrong(gate):
    """A contender is right no longer, while the contender itself is whole and would run."""
    whole = gate.read_bytes()
    verdict = json.loads(whole) | {"passed": False, "reason": "judged anew"}
    gate.write_text(json.dumps(verdict))
    try:
        yield
    finally:
        gate.write_bytes(whole)


def left_out(job):
    """The contenders that a benchmark did not measure, and why."""
    return {row["contender"]: row["reason"] for row in json.loads(job.read_text())["skipped"]}


def test_no_verdict_outlives_what_it_was_judged_by(copied):
    """Samples of a contender that fails now must not stay because a run was interrupted."""
    failing = "wasm-packed@wasmtime-jit"
    with judged_wrong(copied / MODEL / f"gates/{failing}.json"):
        killed(copied, *QUICK, "--", JIT, when="Measuring memory of", group=True)
        done = snakemake(copied, *QUICK, "--", "results/jit.csv")
    assert done.returncode == 0, done.stderr[-4000:]
    table = pd.read_csv(copied / "results/jit.csv")
    of_it = table[table.contender == failing]
    # Those that the killed run had not come to, too.
    assert set(of_it.benchmark) == {"cold_start", "memory", "phases", "size"}
    assert (of_it.n == 0).all()
    for benchmark in set(of_it.benchmark):
        job = (copied / JIT).with_name(f"{benchmark}.json")
        assert left_out(job)[failing] == "failed the oracle: judged anew", benchmark
    # And it counts again once it is right.
    anew = planned(copied, targets=("results/jit.csv",))
    assert {"cold_start", "memory", "phases", "size", "estimate"} <= anew
    done = snakemake(copied, *QUICK, "--", JIT)
    assert done.returncode == 0, done.stderr[-4000:]
    assert not left_out((copied / JIT).with_suffix(".json"))
    assert failing in set(pd.read_csv(copied / JIT).contender)


def test_an_engine_replaced_in_place_is_measured_anew(copied, tmp_path):
    """The same version, the same path, other bytes: what was measured with it counts no more."""
    tool = tmp_path / "wasmtime"
    shutil.copy(location.locate(files.read_json(copied / "results/tools/wasmtime.json")), tool)
    search = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    targets = (JIT, f"{MODEL}/aot/wasm-packed/wasmtime.cwasm")
    assert snakemake(copied, *QUICK, "--", *targets, PATH=search).returncode == 0
    before = measured_with(copied)
    with open(tool, "ab") as stream:
        stream.write(b"another build")
    anew = planned(copied, targets=targets, PATH=search)
    assert {"check_oracle", "compile_aot", "memory", "snapshot"} <= anew
    done = snakemake(copied, *QUICK, "--", *targets, PATH=search)
    assert done.returncode == 0, done.stderr[-4000:]
    after = measured_with(copied)
    assert after["wasmtime"] == files.sha256(tool) != before["wasmtime"]
    assert after["wasmer"] == before["wasmer"]


def measured_with(folder):
    """The digests of the engines that the job recorded when it measured."""
    meta = files.read_json((folder / JIT).with_suffix(".json"))
    return {name: tool["sha256"] for name, tool in meta["tools"].items()}
