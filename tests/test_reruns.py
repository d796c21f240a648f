"""What a finished run plans: nothing wherever it lies, else what hangs on what changed.

Only dry runs: what they plan is the rules' declarations, of which nothing is told where one lacks.
"""

import contextlib
import os
import re

import pytest
from conftest import MODEL, QUICK, planned, snakemake

from scripts.common import cpu
from scripts.model import pretrained

JIT = {"cold_start", "memory", "size", "phases"}
AOT = {*JIT, "cold_disk", "warm_loop", "throughput", "inference"}


@contextlib.contextmanager
def appended(path, bytes_more):
    """A file with bytes added that nobody reads; then as it was, and as old."""
    whole, times = path.read_bytes(), path.stat()
    path.write_bytes(whole + bytes_more)
    try:
        yield
    finally:
        path.write_bytes(whole)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def measured_anew(folder, **environment):
    """The benchmarks that a dry run plans by themselves, whatever they would wait for besides.

    What changed is made anew, too, and all that follows with it, be it declared or not: what makes
    the benchmarks' inputs is left out.
    """
    samples = (folder / MODEL / "samples").glob("*/*.csv")
    # Other tests add benchmarks of their own.
    targets = tuple(str(path.relative_to(folder)) for path in samples if path.stem in AOT)
    return planned(folder, "--allowed-rules", *sorted(AOT), targets=targets, **environment)


@pytest.mark.parametrize(
    ("name", "benchmarks"),
    [
        ("gates/wasm-packed@wasmtime-jit.json", JIT),
        ("gates/wasm-simd@wasmtime-aot.json", AOT),
        ("model.json", AOT),
        ("labels.txt", {"cold_start", "inference", "memory"}),
        ("references/litert", {"cold_start", "inference", "memory"}),
        ("build/wasm-packed/mobilenet-oc-l.wasm", {"size"}),
        ("optimised/wasm-packed/mobilenet-oc-l.wasm", JIT),
        ("aot/wasm-simd/wasmtime.cwasm", AOT),
        ("../../tools/wasmtime.json", AOT),
    ],
)
def test_what_a_benchmark_reads_has_it_measured_anew(run, name, benchmarks):
    with appended(run / MODEL / name, b"\n"):
        assert measured_anew(run) == benchmarks


def test_where_things_lie_re_runs_nothing(copied, tmp_path, monkeypatch):
    """Neither another cache, nor a mirror, nor another folder repeats any work."""
    monkeypatch.delenv(pretrained.MIRROR_VARIABLE, raising=False)
    cache, mirror = {"XDG_CACHE_HOME": str(tmp_path)}, {pretrained.MIRROR_VARIABLE: str(tmp_path)}
    for environment in ({}, cache, mirror, cache | mirror):
        assert planned(copied, **environment) == set(), environment


NATIVE = f"{MODEL}/build/native-packed/mobilenet-oc-l"


@pytest.fixture
def another_processor(run, tmp_path):
    """The environment in which Snakemake takes this machine's processor for one with less."""
    text = cpu.CPUINFO.read_text()
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(re.sub(r"(?m)^(flags|Features|model name)(\s*): .*", r"\1\2: other", text))
    (tmp_path / "sitecustomize.py").write_text(
        "import pathlib\n\nfrom scripts.common import cpu\n\n"
        f"cpu.CPUINFO = pathlib.Path({str(cpuinfo)!r})\n"
    )
    return {"PYTHONPATH": f"{tmp_path}{os.pathsep}{run}"}


def test_on_another_processor_what_hangs_on_it_is_made_anew(run, another_processor):
    """Its own code, verdicts and times; wasm, and what is for any processor, stays.

    The times also where all that they hang on comes out as it was.
    """
    targets = ("report", NATIVE)
    done = snakemake(run, *QUICK, "--", *targets)
    assert done.returncode == 0, done.stderr[-4000:]
    assert planned(run, targets=targets) == set()
    rules = planned(run, targets=targets, **another_processor)
    own = {"compile_aot", "compile_noop", "build_native_packed", "probe_engine"}
    assert own | {"check_oracle", "measure_peak", "report"} | AOT <= rules
    made = {"build_wasm", "build_wasm_packed", "snapshot", "optimise"}
    assert not rules & {*made, "build_native", "fetch_model", "find_tool"}
    assert measured_anew(run, **another_processor) == AOT
