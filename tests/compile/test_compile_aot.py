"""Compiling ahead of time: what an engine cannot compile stops nothing, and its reason is kept."""

import json
from pathlib import Path

import numpy as np
import pytest
import wasmtime as translator

from scripts.common import files
from scripts.compile import compile_aot
from scripts.contenders import gate
from scripts.oracle import check

MODULE = """(module (memory (export "memory") 1) (func (export "_start")
  (drop (i32x4.relaxed_trunc_f32x4_s (v128.load (i32.const 0))))))"""
RELAXED = "relaxed SIMD support is not enabled"


@pytest.fixture
def compile_module(tmp_path, wasmtime, monkeypatch):
    """A function that compiles a module with options: the artefact, its record, the refusal."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "module.wasm").write_bytes(translator.wat2wasm(MODULE))
    tool = {"name": "wasmtime", "version": "48", "sha256": files.sha256(wasmtime)}
    files.write_json(tmp_path / "wasmtime.json", tool)

    def run(*options):
        place = tmp_path / "made/engine.cwasm"
        place.parent.mkdir(exist_ok=True)
        arguments = ["module.wasm", "--model=net", "--build=b", "--engine=wasmtime"]
        arguments += ["--runner=wasmtime", "--tool=wasmtime.json", f"--out={place}"]
        compile_aot.main([*arguments, f"--options={json.dumps(options)}"])
        refusal = files.read_json(f"{place}.refusal.json")
        return place, files.read_json(f"{place}.json"), refusal

    return run


def judged(artifact):
    """The oracle's verdict on what was made of the module, and its gate."""
    Path("cases.json").write_text('{"cases": [{"name": "random", "kind": "tensor"}]}')
    np.savez("answers.npz")
    row = {"model": "net", "build": "b", "engine": "wasmtime", "mode": "aot", "runner": "wasmtime"}
    arguments = [f"--contender={json.dumps(row | {'tool': 'wasmtime'})}", "--tools=wasmtime.json"]
    arguments += [f"--refusal={artifact}.refusal.json", "--reference=answers.npz"]
    arguments += ["--cases=cases.json", "--out=verdict.json", "--gate=gate.json"]
    check.main(arguments)
    return files.read_json("verdict.json"), files.read_json("gate.json")


def test_an_artefact_has_no_refusal(compile_module):
    artifact, record, refusal = compile_module()
    assert record["bytes"] == artifact.stat().st_size > 0
    assert refusal is None


def test_what_an_engine_cannot_compile_fails_the_oracle_with_the_engine_s_words(
    compile_module, capfd
):
    """The oracle asks no artefact that is none: what the engine says of that helps nobody."""
    artifact, record, refusal = compile_module("-W", "relaxed-simd=n")
    assert record["bytes"] == artifact.stat().st_size == 0
    assert RELAXED in refusal
    assert RELAXED in capfd.readouterr().err
    verdict, found = judged(artifact)
    assert not verdict["passed"]
    assert verdict["reason"].startswith("not compiled ahead of time: ")
    assert RELAXED in verdict["reason"]
    assert gate.refusal(found) == verdict["reason"]
    assert [row["image"] for row in verdict["tensors"]] == ["random"]


def test_an_engine_that_is_missing_compiles_nothing_and_says_why(compile_module, tmp_path):
    missing = {"name": "wasmtime", "version": "", "sha256": "", "missing": "wasmtime: no network"}
    files.write_json(tmp_path / "wasmtime.json", missing)
    artifact, record, refusal = compile_module()
    assert record["bytes"] == artifact.stat().st_size == 0
    assert record["version"] == ""
    assert refusal == "wasmtime: no network"
    verdict, found = judged(artifact)
    assert not verdict["passed"]
    assert not verdict["ran"]
    assert gate.refusal(found) == "wasmtime: no network"
