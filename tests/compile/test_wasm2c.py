"""wasm2c and the compilers of C: a real module by each, which behaves as wasm and WASI say."""

import os
import re
import subprocess
import time

import numpy as np
import pytest
import wasmtime
from conftest import snakemake

from scripts.build import write_noop
from scripts.common import files
from scripts.common.errors import UserError
from scripts.compile import compile_aot, through_c
from scripts.tools import installers, location, lookup, pins

# What an import is called, and its parameters.
IMPORTS = {
    "args_sizes_get": "i32 i32", "args_get": "i32 i32", "environ_sizes_get": "i32 i32",
    "environ_get": "i32 i32", "fd_read": "i32 i32 i32 i32", "fd_write": "i32 i32 i32 i32",
    "clock_time_get": "i32 i64 i32", "random_get": "i32 i32", "sched_yield": "",
}  # fmt: skip
# What the module does, by the letter that its first argument begins with. Each may leave a number,
# which is its exit code.
CASES = {
    "a": "(call $exit (i32.const 3))",
    "b": "(unreachable)",
    # A read that nobody uses.
    "c": "(drop (i32.load (i32.const -1)))",
    "d": "(i64.store offset=4294967295 (i32.const -1) (i64.const 0))",
    "e": "(call $e)",
    "f": "(call $echo)",
    # Arguments and environment, as they lie one after the other.
    "g": """(call $must (call $args_sizes_get (i32.const 0) (i32.const 4)))
            (call $write (i32.const 1024) (i32.load (i32.const 4)))
            (call $must (call $environ_sizes_get (i32.const 0) (i32.const 4)))
            (call $must (call $environ_get (i32.const 8192) (i32.const 16384)))
            (call $write (i32.load (i32.const 8192)) (i32.load (i32.const 4)))""",
    "h": "(call $exit (i32.const 256))",
    "i": "(call $write (i32.const 200) (i32.const 1)) (call $exit (i32.load (i32.const 8)))",
    # What memory.grow says where it may, and where it may not.
    "j": """(i32.store (i32.const 8) (memory.grow (i32.const 1)))
            (i32.store (i32.const 12) (memory.grow (i32.const 10)))
            (call $write (i32.const 8) (i32.const 8))""",
    "k": """(memory.init $passive (i32.const 1) (i32.const 0) (i32.const 3)) (data.drop $passive)
            (call $write (i32.const 0) (i32.const 5))
            (call $write (i32.const 512) (i32.const 256))""",
    # A product and a sum, of scalars and of vectors.
    "l": """(f32.store (i32.const 0) (f32.add (f32.mul (f32.load (i32.const 256))
              (f32.load (i32.const 260))) (f32.load (i32.const 264))))
            (v128.store (i32.const 4) (f32x4.add (f32x4.mul (v128.load32_splat (i32.const 256))
              (v128.load32_splat (i32.const 260))) (v128.load32_splat (i32.const 264))))
            (call $write (i32.const 0) (i32.const 8))""",
    "m": "(call $exit (call $fd_read (i32.const 0) (i32.const 65532) (i32.const 1) (i32.const 8)))",
    "n": """(call $exit (call $clock_time_get (i32.const 4) (i64.const 0) (i32.const 8)))""",
    "o": """(call $must (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 8)))
            (call $must (call $random_get (i32.const 16) (i32.const 16)))
            (call $must (call $sched_yield))
            (call $write (i32.const 8) (i32.const 24))""",
    "p": "(call $exit (call $random_get (i32.const 65535) (i32.const 2)))",
    "q": "(call_indirect (type $two) (i32.const 1) (i32.const 2) (i32.const 0))",
}  # fmt: skip
X, Y, Z = np.float32(1 + 2**-12), np.float32(1 + 2**-12), np.float32(-1)
NUMBERS = "".join(f"\\{byte:02x}" for byte in X.tobytes() + Y.tobytes() + Z.tobytes())
BYTES = "".join(f"\\{byte:02x}" for byte in range(256))
MODULE = """(module
{imports}
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1 2)
  (table funcref (elem $e))
  (type $two (func (param i32 i32)))
  (data (i32.const 200) "!") (data (i32.const 256) "{numbers}") (data (i32.const 512) "{all}")
  (data (i32.const 300) "") (data $passive "\\01\\02\\03")
  (func $must (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
  ;; Writes all of it; a failure's number is left at 8, and nothing else is done.
  (func $write (param $from i32) (param $length i32) (local $failure i32)
    (loop $more
      (i32.store (i32.const 40) (local.get $from)) (i32.store (i32.const 44) (local.get $length))
      (local.set $failure
        (call $fd_write (i32.const 1) (i32.const 32) (i32.const 2) (i32.const 48)))
      (if (local.get $failure) (then (i32.store (i32.const 8) (local.get $failure)) (return)))
      (local.set $from (i32.add (local.get $from) (i32.load (i32.const 48))))
      (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 48))))
      (br_if $more (local.get $length))))
  (func $echo
    (loop $more
      (i32.store (i32.const 60) (i32.const 20000)) (i32.store (i32.const 64) (i32.const 40000))
      (call $must (call $fd_read (i32.const 0) (i32.const 60) (i32.const 1) (i32.const 68)))
      (if (i32.load (i32.const 68)) (then
        (call $write (i32.const 20000) (i32.load (i32.const 68))) (br $more)))))
  (func $e (call $e))
{functions}
  (func (export "_start")
    (call $must (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (call $must (call $args_get (i32.const 0) (i32.const 1024)))
{choices}))
"""


def module():
    """The module, compiled."""
    functions = {f"$case_{name}": body for name, body in CASES.items()}
    wasi = '(import "wasi_snapshot_preview1"'
    text = MODULE.format(
        imports="\n".join(
            f'{wasi} "{name}" (func ${name} (param {takes}) (result i32)))'
            for name, takes in IMPORTS.items()
        ),
        numbers=NUMBERS,
        all=BYTES,
        functions="\n".join(f"(func {name} {body})" for name, body in functions.items()),
        choices="\n".join(
            f"(if (i32.eq (i32.load8_u (i32.load (i32.const 4))) (i32.const {ord(name)}))"
            f" (then (call $case_{name})))"
            for name in CASES
        ),
    )
    return wasmtime.wat2wasm(text)


@pytest.fixture(scope="session")
def records(tmp_path_factory):
    """A function that returns the records of an engine's tools, as files; without one it skips."""
    folder = tmp_path_factory.mktemp("tools")

    def of_engine(engine):
        paths = []
        for name in pins.with_needed(engine):
            pin = pins.pins()[name]
            # zig's wheel takes minutes: it is not fetched for a test.
            if name == "zig" and not (lookup.on_path(pin) or lookup.in_cache(pin)):
                pytest.skip("zig is neither on PATH nor in the cache")
            try:
                found = installers.find(name, None, folder / "log")
            except UserError as error:
                pytest.skip(str(error))
            paths.append(folder / f"{name}.json")
            files.write_json(paths[-1], found)
        return paths

    return of_engine


def compile_with(engine, paths, source, out, *options):
    """Compile a module ahead of time, as the workflow does."""
    arguments = [str(source), "--model=m", "--build=b", f"--engine={engine}", "--runner=wasm2c"]
    arguments += ["--tool", *map(str, paths), f"--out={out}", *options]
    return compile_aot.main(arguments)


@pytest.fixture(scope="session", params=["wasm2c-clang", "wasm2c-gcc"])
def executable(request, records, tmp_path_factory):
    """The module, compiled by one and the other."""
    folder = tmp_path_factory.mktemp("wasm2c")
    paths = records(request.param)
    (folder / "module.wasm").write_bytes(module())
    assert compile_with(request.param, paths, folder / "module.wasm", folder / "module.elf") == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        *("module.elf", "module.elf.json", "module.elf.refusal.json", "module.wasm")
    ]
    version = files.read_json(folder / "module.elf.json")["version"]
    assert re.fullmatch(r"1\.0\.42 with (gcc|zig) \d+\.\d+\.\d+", version)
    return folder / "module.elf"


@pytest.fixture
def run(executable):
    """A function that runs a case of the module."""

    def of_case(case, *arguments, **options):
        command = [executable, case, *arguments]
        options = {"capture_output": True, "check": False, "timeout": 60} | options
        return subprocess.run(command, **options)

    return of_case


def test_an_exit_code_is_the_module_s(run):
    done = run("a")
    assert (done.returncode, done.stderr) == (3, b"")


def test_an_exit_code_that_no_process_has_is_no_success(run):
    assert (run("h").returncode, run("h").stderr.count(b"\n")) == (134, 1)


TRAPS = {
    "b": "Unreachable",
    "c": "Out-of-bounds",
    "d": "Out-of-bounds",
    "e": "Call stack exhausted",
    "q": "Invalid call_indirect",
}


@pytest.mark.parametrize("case", TRAPS)
def test_a_trap_is_one_line_and_a_failure(run, case):
    done = run(case)
    assert done.returncode == 134
    assert re.fullmatch(rf"error: {TRAPS[case]}.*\n", done.stderr.decode())


def test_a_megabyte_comes_through_a_slow_pipe_and_goes_out_again(executable):
    sent = os.urandom(1 << 20)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([executable, "f"], **pipes) as process:
        # No pipe holds it all: what comes back is read meanwhile.
        os.set_blocking(process.stdout.fileno(), False)
        back = b""
        for start in range(0, len(sent), 1 << 14):
            process.stdin.write(sent[start : start + (1 << 14)])
            process.stdin.flush()
            time.sleep(0.005)
            back += process.stdout.read(1 << 16) or b""
        process.stdin.close()
        os.set_blocking(process.stdout.fileno(), True)
        back += process.stdout.read(len(sent) + 1 - len(back))
    assert process.returncode == 0
    assert back == sent


def test_a_stream_that_is_set_not_to_block_is_waited_for(run):
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    with os.fdopen(reads, "rb") as stdin:
        with os.fdopen(writes, "wb") as pipe:
            late = subprocess.Popen(["sh", "-c", "sleep 0.5; printf late"], stdout=pipe)
        assert run("f", stdin=stdin).stdout == b"late"
    assert late.wait() == 0


def test_arguments_and_environment_are_the_process_s(run, executable):
    done = run("g", "Ångström", "", env={"A": "1", "B": "zwei"})
    words = [os.fsencode(executable), b"g", "Ångström".encode(), b"", b"A=1", b"B=zwei"]
    assert done.stdout == b"".join(word + b"\0" for word in words)


def test_a_pipe_that_nobody_reads_is_told_and_kills_nobody(run):
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as stdout:
        done = run("i", stdout=stdout, stderr=subprocess.PIPE, capture_output=False)
    assert done.returncode == 64


def test_memory_grows_as_far_as_the_module_says(run):
    assert run("j").stdout == np.array([1, -1], "<i4").tobytes()


def test_where_its_address_space_does_not_fit_it_says_so(executable):
    command = ["sh", "-c", 'ulimit -c 0; ulimit -v 4000000; exec "$0" a', executable]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode not in (0, 3)
    assert done.stderr == b"os_mmap failed.: Cannot allocate memory\n"


def test_data_of_both_kinds_is_whole(run):
    done = run("k")
    # The first byte is of what was copied of the arguments' places.
    assert done.stdout[1:4] == b"\x01\x02\x03"
    assert done.stdout[5:] == bytes(range(256))


def test_products_are_rounded_before_they_are_added(run):
    """As wasm defines it: fused they would be rounded once. Idle where no processor fuses them."""
    two = np.frombuffer(run("l").stdout, "<f4")
    assert np.float64(X) * np.float64(Y) + np.float64(Z) != X * Y + Z
    np.testing.assert_array_equal(two, np.float32(X * Y) + Z)


@pytest.mark.parametrize(("case", "number"), {"m": 21, "p": 21, "n": 28}.items())
def test_what_a_call_cannot_do_has_wasi_s_number(run, case, number):
    assert run(case, stdin=subprocess.DEVNULL).returncode == number


def test_clocks_go_and_random_bytes_differ(run):
    first, second = run("o").stdout, run("o").stdout
    assert 0 < int.from_bytes(first[:8], "little") < int.from_bytes(second[:8], "little")
    assert first[8:] != second[8:]


@pytest.mark.parametrize(
    ("text", "words"),
    {
        '(import "env" "f" (func)) (func (export "_start"))': (
            r"imports env\.f, which scripts/compile/wasi\.c does not have"
        ),
        "": "is no WASI command: it does not export _start",
        """(func (export "_start") (local v128) (drop (f32x4.relaxed_madd
           (local.get 0) (local.get 0) (local.get 0))))""": (
            r"could not convert .*\(it knows no relaxed SIMD\): \w+: error: unexpected opcode"
        ),
    }.items(),
    ids=["import", "no command", "relaxed SIMD"],
)
def test_what_cannot_be_compiled_is_told_and_leaves_nothing(records, tmp_path, text, words):
    wasm2c, compiler = map(files.read_json, records("wasm2c-gcc"))
    source = wasmtime.wat2wasm(f'(module {text} (memory (export "memory") 1))')
    (tmp_path / "m.wasm").write_bytes(source)
    arguments = ["--wasm2c", location.locate(wasm2c), "--compiler", location.locate(compiler)]
    with pytest.raises(UserError, match=words):
        through_c.main([*arguments, "--out", str(tmp_path / "m.elf"), str(tmp_path / "m.wasm")])
    assert [path.name for path in tmp_path.iterdir()] == ["m.wasm"]


def test_a_compiler_that_fails_is_told_and_leaves_no_executable(records, tmp_path):
    paths = records("wasm2c-gcc")
    (tmp_path / "m.wasm").write_bytes(wasmtime.wat2wasm(write_noop.NOOP))
    source, out, options = tmp_path / "m.wasm", tmp_path / "m.elf", '--options=["-fno-such-option"]'
    assert compile_with("wasm2c-gcc", paths, source, out, options) == 0
    said = files.read_json(tmp_path / "m.elf.refusal.json")
    assert "error: gcc could not compile what wasm2c wrote; see above" in said
    assert out.read_bytes() == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("m.elf", "m.elf.json", "m.elf.refusal.json", "m.wasm")
    ]


def test_without_a_compiler_it_is_told_what_to_take(records, tmp_path):
    """As where a `path` in the config takes the place of the table's tool."""
    with pytest.raises(UserError, match="take `tool: wasm2c-clang` or wasm2c-gcc"):
        compile_with("mine", records("wasm2c-gcc")[:1], tmp_path / "m.wasm", tmp_path / "m.elf")
    assert not list(tmp_path.iterdir())


def test_the_workflow_finds_records_and_hands_on_both_programs(root):
    overlays = ("--configfile", "config/quick.yaml", "config/engines.yaml")
    flags = ("--dry-run", "--nolock", "--forceall", "--printshellcmds")
    done = snakemake(root, *flags, *overlays, "--", "results/machine.json")
    assert done.returncode == 0, done.stderr
    records = "results/tools/wasm2c-gcc.json results/tools/gcc.json"
    assert re.search(rf"compile_aot .*--runner wasm2c --tool {records} ", done.stdout)
    for script in (r"oracle\.check", r"bench\.measure", r"report\.fingerprint"):
        assert re.search(rf"scripts\.{script} .*--tools .*{records}", done.stdout), script
