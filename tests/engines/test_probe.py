"""The probes find out what an engine can do: the real wasmtime, and one made to fail."""

import csv
import dataclasses
import json
import sys

import pytest

from scripts.common import files
from scripts.contenders import registry
from scripts.contenders.contender import Contender
from scripts.contenders.modes import just_in_time, later_runs
from scripts.contenders.runner import AOT, CACHED, Runner
from scripts.engines import collect, features, modules, probe, probes, probing, running
from scripts.engines.subject import MODULES, Subject
from scripts.report import engines


@pytest.fixture
def folder(root, tmp_path):
    """A folder with the modules."""
    modules.write(list((root / "scripts/engines/wat").glob("*.wat")), tmp_path / MODULES)
    return tmp_path


@pytest.fixture
def ask(folder, monkeypatch):
    """A function that asks an engine in one mode about one feature, by wasmtime's commands.

    It returns what does not work, and why.
    """

    def asked(feature, program, *options, mode="jit"):
        contender = Contender("none", "probe", "engine", mode, "wasmtime", options=options)
        subject = Subject(contender, str(program), list(options), folder)
        chosen = [probe for probe in probes.PROBES if probe.feature == feature]
        with monkeypatch.context() as patch:
            patch.setattr(probing, "PROBES", chosen)
            rows = list(probing.of_mode(subject))
        assert {row["feature"] for row in rows} >= {feature}
        return {row["probe"]: row["said"] for row in rows if not row["works"]}

    return asked


@pytest.fixture
def everything(folder):
    """A function that puts every probe to an engine in all modes of a runner."""

    def asked(program, runner="wasmtime"):
        engine = {"name": "engine", "runner": runner, "run_options": [], "compile_options": []}
        return probing.probed(engine, str(program), folder)

    return asked


@pytest.fixture
def program(tmp_path):
    """A function that writes a program in place of the engine's."""

    def write(text):
        path = tmp_path / "program"
        path.write_text(text)
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def wrapped(wasmtime, program):
    """A function that puts the engine's command, `"$@"`, into a line of a shell."""
    return lambda line: program(f'#!/bin/sh\nset -- {wasmtime} "$@"\n{line}\n')


def test_wasmtime_can_do_it_all_and_keeps_nothing_elsewhere(
    everything, wasmtime, tmp_path, monkeypatch
):
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home))
    rows = everything(wasmtime)
    assert all(row["works"] for row in rows), rows
    of_modes = set(features.TITLES) - {"aot", "cache"}
    for mode, asked in (("jit", of_modes), ("aot", {"aot", *of_modes}), ("jit-cached", {"cache"})):
        assert {row["feature"] for row in rows if row["mode"] == mode} == asked
    madd = {row["said"] for row in rows if row["probe"] == "multiply-add"}
    assert madd in ({probes.FUSED}, {probes.ROUNDED})
    assert not list(home.iterdir())


@pytest.mark.parametrize("mode", ["jit", "aot"])
def test_what_an_engine_lacks_is_told_in_its_own_words(ask, wasmtime, mode):
    found = ask("relaxed_simd", wasmtime, "-W", "relaxed-simd=n", mode=mode)
    assert set(found) == {"results are right", "multiply-add"}
    assert all("relaxed SIMD support is not enabled" in said for said in found.values())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('head -c 65536 | "$@"', "65536 of 1048576 bytes arrive"),
        ("""tr '\\000' '\\001' | "$@" """, "other bytes arrive"),
    ],
)
def test_stdin_that_does_not_arrive_whole_is_found_out(ask, wrapped, line, words):
    assert ask("stdin", wrapped(line)) == {
        "a pipe that is written slowly": words,
        "a file": words,
    }


def test_an_engine_that_fails_on_files_alone_is_found_out(ask, wrapped):
    found = ask(
        "stdin", wrapped('test ! -f /dev/stdin && exec "$@"; echo error: stdin >&2; exit 1')
    )
    assert found == {"a file": "error: stdin"}


def test_an_engine_that_takes_the_first_pause_for_the_end_is_found_out(ask, wrapped):
    (found,) = ask("stdin", wrapped('dd bs=1M count=1 2> /dev/null | "$@"')).items()
    assert found[0] == "a pipe that is written slowly"
    assert found[1].endswith(" of 1048576 bytes arrive")


def test_a_lost_exit_code_is_found_out(ask, wrapped):
    assert ask("exit_codes", wrapped('"$@"; exit 0')) == {
        "the module's own is passed on": "exit code 0 instead of 3",
        "a trap is told": "exit code 0",
    }


def test_a_trap_without_a_word_is_found_out(ask, wrapped):
    (found,) = ask("exit_codes", wrapped('"$@" 2> /dev/null')).items()
    assert found[0] == "a trap is told"
    assert found[1].endswith(", and nothing on stderr")


# One instruction for another with the same operands, so that the module is as valid as before.
EXCHANGED = f"""#!{sys.executable}
import os, pathlib, sys
path = pathlib.Path(sys.argv[-1])
path.write_bytes(path.read_bytes().replace(bytes.fromhex("{{old}}"), bytes.fromhex("{{new}}")))
os.execv("{{wasmtime}}", ["wasmtime", *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    ("feature", "probe", "name", "old", "new"),
    [
        ("simd", "results are right", "i32x4.dot_i16x8_s", "fdba01", "fdb501"),
        (
            *("relaxed_simd", "results are right"),
            *("i32x4.relaxed_dot_i8x16_i7x16_add_s", "fd9302", "fd8b02"),
        ),
        ("relaxed_simd", "multiply-add", "f32x4.relaxed_madd", "fd8502", "fd8602"),
    ],
    ids=["dot", "relaxed dot", "madd"],
)
def test_a_wrong_instruction_is_named(ask, program, wasmtime, feature, probe, name, old, new):
    engine = program(EXCHANGED.format(old=old, new=new, wasmtime=wasmtime))
    assert ask(feature, engine) == {probe: f"{name} is wrong"}


def test_wrong_is_wrong_also_where_the_exit_code_is_lost(ask, wrapped):
    line = 'case "$*" in *simd*) echo "f32x4.add is wrong";; *) "$@";; esac'
    assert ask("simd", wrapped(line)) == {"results are right": "f32x4.add is wrong"}


def test_an_engine_that_runs_nothing_is_not_right(ask, program):
    assert ask("simd", program("#!/bin/sh\n")) == {"results are right": "nothing printed"}


def test_a_limit_of_memory_is_found(ask, wasmtime):
    found = ask("memory", wasmtime, "-W", f"max-memory-size={2**30}")
    assert found == {"it grows so far": "1024 MiB at the most"}


FILLS = """case "$*" in *memory*) exec {python} -c '
import time
kept = []
for size in range(64, 4097, 64):
    kept.append(b"x" * 2**26)
    print(f"{{size:08x}}", flush=True)
    time.sleep(0.2)
';; *) "$@";; esac"""


def test_an_engine_that_fills_what_it_grows_is_stopped(ask, wrapped, monkeypatch):
    monkeypatch.setattr(probes, "MOST_MIB", 150)
    (said,) = ask("memory", wrapped(FILLS.format(python=sys.executable))).values()
    assert said.startswith("it fills what it grows: stopped at ")
    assert int(said.split()[-2]) < 4096


def test_a_cache_that_stays_empty_is_none(ask, wrapped, tmp_path):
    found = ask("cache", wrapped(f'XDG_CACHE_HOME={tmp_path}/mine "$@"'), mode="jit-cached")
    assert set(found.values()) == {"nothing is in the cache's folder afterwards"}


def test_what_runs_from_a_folder_is_asked_everything(everything, wasmtime, monkeypatch):
    """It is a mode by itself, unlike later starts, which are asked whether anything is kept."""
    kept = dataclasses.replace(later_runs("run"), traits=frozenset({CACHED}), job=AOT)
    folder = Runner("wasm", {"aot": kept}, cache_variables=("XDG_CACHE_HOME",))
    monkeypatch.setattr(registry, "runner", {"folder": folder}.__getitem__)
    rows = everything(wasmtime, "folder")
    assert {row["feature"] for row in rows if row["mode"] == "aot"} == set(features.TITLES)
    assert all(row["works"] for row in rows), rows


def test_a_mode_that_there_is_not_is_told_with_its_reason(everything, monkeypatch):
    plain = Runner("wasm", {"jit": just_in_time("run")}, lacks={"aot": "it interprets"})
    monkeypatch.setattr(registry, "runner", {"plain": plain}.__getitem__)
    rows = everything("/nowhere/engine", "plain")
    assert {row["feature"]: row["said"] for row in rows if not row["mode"]} == {
        "aot": "it interprets",
        "cache": "its runner has no such mode",
    }


def test_what_does_not_start_is_asked_once_a_mode(everything, program, tmp_path):
    count = tmp_path / "count"
    rows = everything(
        program(f'#!/bin/sh\necho >> {count}\necho "error: no such CPU" >&2\nexit 1\n')
    )
    assert {row["said"] for row in rows} == {"error: no such CPU"}
    assert not any(row["works"] for row in rows)
    assert len(count.read_text()) == 3


def test_an_engine_that_is_not_there_says_so(everything):
    assert {row["said"] for row in everything("/nowhere/engine")} == {
        "cannot start /nowhere/engine: No such file or directory"
    }


def test_an_engine_that_hangs_is_ended(ask, program, monkeypatch):
    monkeypatch.setattr(running, "TIMEOUT", 1)
    hanging = program("#!/bin/sh\nsleep 600\n")
    assert set(ask("stdin", hanging).values()) == {"no end within 1 s"}


def test_the_table_has_a_row_a_probe_and_keeps_versions_as_they_are(tmp_path):
    probe = {"feature": "simd", "probe": "p", "mode": "jit", "works": False, "said": 'a, "b"'}
    for name in ("one", "two"):
        record = {"engine": name, "version": "1.10", "licence": "MIT", "probes": [probe]}
        files.write_json(tmp_path / f"{name}.json", record)
    out = tmp_path / "engines.csv"
    collect.main([*(str(tmp_path / f"{name}.json") for name in ("one", "two")), f"--out={out}"])
    rows = list(csv.DictReader(out.open()))
    assert [row["engine"] for row in rows] == ["one", "two"]
    assert rows[0]["version"] == "1.10"
    assert rows[0]["said"] == 'a, "b"'


def test_of_an_engine_that_is_missing_every_cell_says_so(tmp_path, root):
    tool, out = tmp_path / "tool.json", tmp_path / "engine.json"
    missing = {"name": "node", "version": "", "sha256": "", "missing": "no npm"}
    files.write_json(tool, missing)
    engine = {"name": "node", "runner": "node", "run_options": [], "compile_options": []}
    arguments = [f"--engine={json.dumps(engine)}", f"--tool={tool}", "--licence=MIT"]
    probe.main(
        [*arguments, f"--out={out}", "--", *map(str, (root / "scripts/engines/wat").glob("*"))]
    )
    collect.main([str(out), f"--out={tmp_path / 'engines.csv'}"])
    (line,) = engines.table(list(csv.DictReader((tmp_path / "engines.csv").open())))
    assert (line["engine"], line["version"]) == ("node", "")
    assert set(line["cells"]) == {"no: no npm"}
