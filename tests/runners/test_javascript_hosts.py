"""Hosts in JavaScript run a module as `wasmtime run` does: the real ones, small modules."""

import os
import shutil
import time
from subprocess import DEVNULL, PIPE, Popen, run

import psutil
import pytest
import wasmtime

from scripts.common.errors import UserError
from scripts.contenders import registry
from scripts.contenders.contender import Contender
from scripts.tools import installers, location

WASI = {
    "args_get": "i32 i32",
    "args_sizes_get": "i32 i32",
    "environ_sizes_get": "i32 i32",
    "fd_read": "i32 i32 i32 i32",
    "fd_write": "i32 i32 i32 i32",
}
IMPORTS = "".join(
    f'(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {types}) (result i32)))'
    for name, types in WASI.items()
)
END = '(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))'
# What each does at its start. At 8 lies a buffer's address, at 12 its length.
CODE = {
    "code": "(call $exit (i32.const 3))",
    "trap": "unreachable",
    "forever": "(loop $again (br $again))",
    # Copies stdin to stdout; an error number of WASI is its exit code.
    "echo": """
        (local $error i32)
        (loop $again
            (i32.store (i32.const 8) (i32.const 64))
            (i32.store (i32.const 12) (i32.const 65536))
            (local.set $error
                (call $fd_read (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 12)))
            (if (local.get $error) (then (call $exit (local.get $error))))
            (if (i32.load (i32.const 12)) (then
                (local.set $error
                    (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))
                (if (local.get $error) (then (call $exit (local.get $error))))
                (br $again))))""",
    # Prints its arguments, each with a zero behind it; its exit code is how many variables it has.
    "words": """
        (drop (call $args_sizes_get (i32.const 0) (i32.const 12)))
        (drop (call $args_get (i32.const 1024) (i32.const 4096)))
        (i32.store (i32.const 8) (i32.const 4096))
        (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))
        (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
        (call $exit (i32.load (i32.const 0)))""",
}
OPTIONS = {
    "node": ("--liftoff-only",),
    "bun": ("--smol",),
    # A library, which takes none.
    "spidermonkey": (),
    "chromium": ("--js-flags=--liftoff-only",),
    "firefox": ("--purgecaches",),
}


# What takes the distribution's packages, which not everybody may install.
BROWSERS = ("chromium", "firefox")


@pytest.fixture(scope="module", params=OPTIONS)
def host(request, tmp_path_factory):
    """A function that returns the words that run a module, with options of the user's."""
    log = tmp_path_factory.mktemp("log") / "log"
    name, options = request.param, OPTIONS[request.param]
    runner = registry.runner(name)
    (mode,) = runner.modes
    row = Contender("net", "wasm", name, mode, name, name, options)
    try:
        programs = [location.locate(installers.find(tool, None, log)) for tool in row.tools]
    except UserError as error:
        if shutil.which("npm") and name not in BROWSERS:
            raise
        pytest.skip(str(error))
    return lambda module: row.command(programs[0], str(module), tools=programs[1:])


@pytest.fixture
def module(tmp_path):
    """A function that makes a module of `CODE`."""

    def make(name):
        start = f'(memory (export "memory") 2) (func (export "_start") {CODE[name]})'
        path = tmp_path / f"{name}.wasm"
        path.write_bytes(wasmtime.wat2wasm(f"(module {IMPORTS} {END} {start})"))
        return path

    return make


def test_a_megabyte_comes_through_a_slow_pipe_whole(host, module):
    """Whose stdin is open in Node's own way does not wait for what is not there yet."""
    sent = os.urandom(1 << 20)
    with Popen(host(module("echo")), stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        process.stdin.write(sent[:1000])
        process.stdin.flush()
        time.sleep(1)
        output, errors = process.communicate(sent[1000:], timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert output == sent


def test_an_exit_code_is_passed_on(host, module):
    done = run(host(module("code")), capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"")


def test_a_trap_is_one_line_and_no_success(host, module):
    done = run(host(module("trap")), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode not in (0, 1)
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert "nreachable" in done.stderr


def test_it_has_its_arguments_and_nothing_of_the_environment(host, module):
    words = [*host(module("words")), "a", "b c"]
    done = run(words, capture_output=True, env={"SECRET": "1"}, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"words.wasm\0a\0b c\0"


def test_a_file_that_is_no_module_is_told_in_one_line(host, tmp_path):
    (tmp_path / "no.wasm").write_bytes(b"no")
    done = run(host(tmp_path / "no.wasm"), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert done.stderr.startswith(f"error: {tmp_path}/no.wasm: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["chromium"], indirect=True)
def test_chromium_ends_where_the_process_that_drives_it_is_killed(host, module):
    """Which nobody then waits for, nor could end: it is of a session of its own."""
    words = host(module("forever"))
    with Popen(words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL) as process:
        driver = psutil.Process(process.pid)
        deadline = time.monotonic() + 60
        while len(children := driver.children(recursive=True)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(1)
        process.kill()
    _, left = psutil.wait_procs(children, timeout=30)
    assert left == []
