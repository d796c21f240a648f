"""A job takes the cores it declares: counted as threads of the real compilers while they work."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import wasmtime

from scripts.common import files
from scripts.compile import compile_aot
from scripts.contenders import registry
from scripts.contenders.contender import Contender
from scripts.contenders.runner import Runner
from scripts.oracle import judgement
from scripts.tools import lookup, pins

# Enough functions that a compiler is at work for a second or more on one core.
BODY = "(local.set 0 (i32.mul (local.get 0) (i32.add (local.get 0) (i32.const 7))))" * 200
MODULE = (
    '(module (memory (export "memory") 1) (func (export "_start"))'
    + f"(func (param i32) (result i32) {BODY} (local.get 0))" * 1000
    + ")"
)
# How many cores a job is given, and how often that is tried where the machine is too busy to tell.
FEW, MANY, ATTEMPTS = 1, 9, 5


@pytest.fixture(params=["wasmtime", "wasmer"])
def engine(request):
    """An engine's name and command; without it on PATH or in the cache its test skips."""
    pin = pins.pins()[request.param]
    found = lookup.on_path(pin) or lookup.in_cache(pin)
    if not found:
        pytest.skip(f"{request.param} is neither on PATH nor in the cache")
    return request.param, found["path"]


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    path = tmp_path_factory.mktemp("module") / "module.wasm"
    path.write_bytes(wasmtime.wat2wasm(MODULE))
    return path


def most_threads(command, environment):
    """Run a command and return the most threads it had at once."""
    process = subprocess.Popen(command, env=environment)
    seen = []

    def watch():
        while process.poll() is None:
            try:
                seen.append(len(list(Path(f"/proc/{process.pid}/task").iterdir())))
            except OSError:
                break
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.wait() == 0
    watcher.join()
    return max(seen, default=0)


def test_an_engine_compiles_on_the_cores_of_its_job(engine, module, tmp_path):
    """Every further core is a further thread, up to two where an engine has two pools.

    Threads that start late or end early may be missed by whoever looks now and then, never counted
    too often: half of them are enough. An engine that ignores the cores has none.
    """
    name, tool = engine
    runner, most = registry.runner(name), {FEW: 0, MANY: 0}
    for _ in range(ATTEMPTS):
        for threads in most:
            out = str(tmp_path / f"out.{runner.suffix}")
            command = runner.compile(tool, str(module), out, [], threads)
            found = most_threads(command, runner.limited(threads))
            most[threads] = max(most[threads], found)
        further = most[MANY] - most[FEW]
        if further >= (MANY - FEW) / 2:
            break
    assert (MANY - FEW) / 2 <= further <= 2 * (MANY - FEW)


def test_the_compiling_job_hands_on_its_cores(tmp_path, monkeypatch):
    """To an engine that is told by a variable: what ran notes what it was given."""
    note = "import os, sys; open(sys.argv[1], 'w').write(os.environ['CORES'])"
    toy = Runner(
        target="wasm",
        modes={},
        compile=lambda program, module, artefact, options, threads: [
            *(sys.executable, "-c", note, artefact)
        ],
        threads_variable="CORES",
    )
    monkeypatch.setattr(registry, "runner", {"toy": toy}.__getitem__)
    monkeypatch.setattr(compile_aot.location, "locate", lambda tool: "toy")
    files.write_json(tmp_path / "tool.json", {"version": "1"})
    arguments = [str(tmp_path / "m.wasm"), "--model=m", "--build=b", "--engine=toy", "--runner=toy"]
    arguments += [f"--tool={tmp_path / 'tool.json'}", "--threads=3", f"--out={tmp_path / 'out'}"]
    assert compile_aot.main(arguments) == 0
    assert (tmp_path / "out").read_text() == "3"


def test_the_oracle_compiles_a_contender_once(engine, module, tmp_path):
    """The first check fills the engine's private cache, the second changes nothing in it."""
    name, tool = engine
    row = {"model": "m", "build": "b", "engine": name, "mode": "jit", "runner": name}
    contender = Contender(**row, tool=name)
    record = {
        "command": contender.command(tool, str(module)),
        "default_command": contender.command(tool, str(module), "jit-cached"),
        "env": contender.by.environment(str(tmp_path / "the benchmarks' own")),
    }
    ready = judgement.cached(record, str(tmp_path / "private"))
    contents = []
    for _ in range(2):
        subprocess.run(ready["command"], env=contender.by.limited(1) | ready["env"], check=True)
        kept = [path for path in (tmp_path / "private").rglob("*") if path.is_file()]
        # The compiled code is the largest file; an engine's notes lie beside it.
        code = max(kept, key=lambda path: path.stat().st_size)
        contents.append((code, code.stat().st_mtime_ns, code.stat().st_ino))
    assert contents[0] == contents[1]
    assert not (tmp_path / "the benchmarks' own").exists()


def test_contenders_that_compile_nothing_are_run_as_they_are():
    record = {"mode": "aot", "command": ["a"]}
    assert judgement.cached(record, "folder") == record
