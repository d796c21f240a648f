"""Every engine of the configs runs small real modules as the classifier needs it, in each mode."""

import random
import subprocess
import threading
import time

import pytest
import wasmtime
import yaml
from conftest import ROOT
from snakemake.utils import update_config

from scripts.common import checks, paths
from scripts.common.errors import UserError
from scripts.contenders.contender import Contender
from scripts.contenders.runner import LATER_START
from scripts.engines import features, modules, probes
from scripts.engines.subject import MODULES, Subject
from scripts.tools import installers, location, lookup, pins

# Seconds after which a run hangs, however slow and busy the machine is.
PATIENCE = 120
ECHO = """
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start") (local $left i32)
    (loop $read_more
      (i32.store (i32.const 0) (i32.const 65536))
      (i32.store (i32.const 4) (i32.const 65536))
      (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (local.set $left (i32.load (i32.const 8)))
      (if (i32.eqz (local.get $left)) (then return))
      (loop $write_rest
        (i32.store (i32.const 4) (local.get $left))
        (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
          (then unreachable))
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.load (i32.const 8))))
        (local.set $left (i32.sub (local.get $left) (i32.load (i32.const 8))))
        (br_if $write_rest (local.get $left)))
      (br $read_more))))
"""
EXIT = """
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 3))))
"""
# What tells of a trap on stdout (docs/engines.md).
ON_STDOUT = ("wasmedge",)
# It imports something of WASI: an engine may go by that.
TRAP = EXIT.replace("(call $exit (i32.const 3))", "unreachable")


def configured():
    """Return the engines of the shipped configs as the workflow has them, by name."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    update_config(config, yaml.safe_load((ROOT / "config/engines.yaml").read_text()))
    checks.accept(config, ROOT / "workflow/schemas/config.schema.yaml")
    return config["engines"]


def contenders():
    """Return every engine in each of its modes; a later run is as the first."""
    rows = []
    for name, settings in configured().items():
        options = tuple(settings["run_options"])
        row = Contender("m", "b", name, "", settings["runner"], settings["tool"], options)
        rows += [
            (Contender(**vars(row) | {"mode": mode}), settings["compile_options"])
            for mode, how in row.by.modes.items()
            if LATER_START not in how.traits
        ]
    return [pytest.param(*row, id=f"{row[0].engine}-{row[0].mode}") for row in rows]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """A function that returns a tool's program; the test skips where it is not there in seconds."""

    def find(name):
        pin, log = pins.pins()[name], tmp_path_factory.mktemp("log") / "log"
        if found := lookup.on_path(pin) or lookup.in_cache(pin):
            return found["path"]
        if "crate" in pin["install"]:
            pytest.skip(f"{name} is neither on PATH nor in the cache, and takes minutes to build")
        try:
            return location.locate(installers.find(name, None, log))
        except UserError as error:
            pytest.skip(str(error))

    return find


@pytest.fixture
def command(request, program, tmp_path):
    """A function that makes the command that runs a module, compiled before where it is so."""

    def make(row, options, text):
        tool, *needed = map(program, pins.with_needed(row.tool))
        module = tmp_path / "module.wasm"
        module.write_bytes(wasmtime.wat2wasm(text))
        if row.how.path != paths.AOT:
            return row.command(tool, str(module), tools=needed, cache=str(tmp_path / "cache"))
        artefact = str(tmp_path / f"module.{row.by.suffix}")
        compiling = row.by.compile(tool, str(module), artefact, options, 1, *needed)
        subprocess.run(compiling, check=True, env=row.by.limited(1), timeout=PATIENCE)
        return row.command(tool, artefact)

    return make


@pytest.mark.parametrize(("row", "options"), contenders())
def test_a_megabyte_that_comes_slowly_is_read_to_its_end(row, options, command):
    sent = random.Random(1).randbytes(2**20)
    process = subprocess.Popen(
        command(row, options, ECHO), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def send():
        for start in range(0, len(sent), 2**18):
            process.stdin.write(sent[start : start + 2**18])
            process.stdin.flush()
            time.sleep(0.1)
        process.stdin.close()

    sender = threading.Thread(target=send)
    sender.start()
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    with process:
        received = process.stdout.read()
    late.cancel()
    sender.join()
    assert received == sent
    assert process.returncode == 0


@pytest.mark.parametrize(("row", "options"), contenders())
def test_the_exit_code_is_the_modules(row, options, command):
    done = subprocess.run(command(row, options, EXIT), stdin=subprocess.DEVNULL, timeout=PATIENCE)
    assert done.returncode == 3


@pytest.mark.parametrize(("row", "options"), contenders())
def test_a_trap_is_told_and_no_success(row, options, command):
    done = subprocess.run(
        command(row, options, TRAP), stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE
    )
    assert done.returncode not in (0, 3)
    told, other = done.stderr, done.stdout
    if row.engine in ON_STDOUT:
        told, other = other, told
    assert b"unreachable" in told.lower()
    assert not other


@pytest.mark.parametrize("mode", ["interpreted", "aot"])
def test_wasmedge_has_relaxed_simd_switched_on_in_each_mode(mode, program, root, tmp_path):
    modules.write(list((root / "scripts/engines/wat").glob("*.wat")), tmp_path / MODULES)
    row = Contender("none", "probe", "wasmedge", mode, "wasmedge")
    subject = Subject(row, program("wasmedge"), [], tmp_path)
    asked = [probe for probe in probes.PROBES if probe.feature == features.RELAXED]
    answers = {probe.what: probe.ask(subject) for probe in asked}
    assert answers == {"results are right": (True, ""), "multiply-add": (True, probes.ROUNDED)}


def test_what_wazero_compiled_into_a_folder_is_found_there(program, tmp_path):
    """Its runs ahead of time compile nothing; what they read is what `wazero compile` writes."""
    wazero, module = program("wazero"), tmp_path / "module.wasm"
    module.write_bytes(wasmtime.wat2wasm(EXIT))

    def compiled(folder):
        found = [path for path in (tmp_path / folder).rglob("*") if path.is_file()]
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}

    def run():
        row = Contender("m", "b", "wazero", "aot", "wazero", "wazero")
        words = row.command(wazero, str(module), cache=str(tmp_path / "kept"))
        done = subprocess.run(words, stdin=subprocess.DEVNULL, timeout=PATIENCE)
        assert done.returncode == 3
        return compiled("kept")

    first = run()
    assert len(first) == 1
    assert run() == first
    ahead = [wazero, "compile", "-cachedir", str(tmp_path / "ahead"), str(module)]
    subprocess.run(ahead, check=True, timeout=PATIENCE)
    code = {name: content for name, (_, content) in compiled("ahead").items()}
    assert code == {name: content for name, (_, content) in first.items()}
