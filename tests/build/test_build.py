"""Clones share cargo's target folders, and none gets what was compiled of another's sources."""

import json
import os
import shutil
import subprocess

import pytest
import wasmtime

from scripts.build import compile_classifier, crate, kept, optimise
from scripts.common import files
from scripts.common.code_digest import closure
from scripts.common.errors import UserError
from scripts.tools import pins, rust

MANIFEST = """
[package]
name = "mobilenet-oc"
version = "0.1.0"
edition = "2024"
[workspace]
"""


@pytest.fixture
def cargo(tmp_path, monkeypatch):
    """A function that builds and runs a clone's program in the folder that all of them share."""
    record = rust.find(pins.pins()["rust"], tmp_path / "log")
    environment = rust.cargo_environment(record, wasm=False, rustflags=[])
    target = tmp_path / "target"

    def run(folder):
        monkeypatch.setattr(crate, "CLASSIFIER", folder)
        manifest = ["--manifest-path", str(folder / "Cargo.toml"), "--target-dir", str(target)]
        with crate.claimed(target):
            command = [record["path"], "build", "--release", *manifest]
            subprocess.run(command, env=environment, check=True, capture_output=True)
            program = [target / "release" / "mobilenet-oc"]
            return subprocess.run(program, check=True, capture_output=True, text=True).stdout

    return run


def clone(folder, says, made):
    """Sources of a program, as a clone made at that time (Unix seconds) has them."""
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "src" / "main.rs").write_text(f'fn main() {{ print!("{says}"); }}')
    for path in (folder / "Cargo.toml", folder / "src" / "main.rs"):
        os.utime(path, (made, made))
    return folder


def test_an_older_clone_gets_its_own_program(cargo, tmp_path):
    old, new = clone(tmp_path / "a", "old", 1e9), clone(tmp_path / "b", "new", 1.1e9)
    assert cargo(new) == "new"
    assert cargo(old) == "old"
    assert cargo(new) == "new"


# Its build script makes each compilation another, as LLVM may.
TURNS = {
    "Cargo.toml": """
[package]
name = "mobilenet-oc"
version = "0.1.0"
edition = "2024"
[features]
wasm = []
graph = []
snapshot = []
[workspace]
""",
    "src/lib.rs": "",
    "build.rs": """
fn main() {
    println!("cargo::rerun-if-env-changed=MOBILENET_MODEL");
    println!("cargo::rerun-if-changed={}", std::env::var("MOBILENET_MODEL").unwrap());
    println!("cargo::rustc-env=ONCE={:?}", std::time::SystemTime::now());
}
""",
    "examples/mobilenet-oc-l.rs": """
fn main() { println!("{} {}", include_str!(env!("MOBILENET_MODEL")), env!("ONCE")); }
""",
}


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """A function that compiles a program with a model embedded by the rule's script."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "crate"
    for name, text in TURNS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setattr(crate, "CLASSIFIER", folder)
    record = rust.find(pins.pins()["rust"], tmp_path / "log")
    files.write_json(tmp_path / "rust.json", record)
    lock = [record["path"], "generate-lockfile", "--offline", "--manifest-path"]
    subprocess.run([*lock, str(folder / "Cargo.toml")], check=True, env=os.environ | record["env"])
    settings = {"build": "b", "target": "native", "rustflags": [], "profile": {}, "lanes": "auto"}
    settings |= {"runtime": "tract", "numbers": "f32", "snapshot": False}
    model = {"input_range": [-1, 1], "size": 96, "input": "in", "output": "out"}
    files.write_json(tmp_path / "model.json", model)

    def compile_model(text, made=None, labels="a", **changed):
        (tmp_path / "model.pb").write_text(text)
        (tmp_path / "labels.txt").write_text(labels)
        if made is not None:
            os.utime(tmp_path / "model.pb", (made, made))
        chosen = json.dumps(settings | changed)
        arguments = [f"--settings={chosen}", f"--rust={tmp_path / 'rust.json'}"]
        arguments += [f"--model={tmp_path / 'model.json'}", f"--file={tmp_path / 'model.pb'}"]
        arguments += [f"--out={tmp_path / 'out/mobilenet-oc-l'}"]
        assert compile_classifier.main([*arguments, f"--json-out={tmp_path / 'b.json'}"]) == 0
        program = [tmp_path / "out/mobilenet-oc-l"]
        return subprocess.run(program, check=True, capture_output=True, text=True).stdout

    return compile_model


@pytest.fixture
def asked(monkeypatch):
    """The calls of cargo that compile, as they come."""
    calls, run = [], subprocess.run

    def counted(command, **options):
        if "build" in command:
            calls.append(command)
        return run(command, **options)

    monkeypatch.setattr(compile_classifier.subprocess, "run", counted)
    return calls


def test_a_model_made_again_gives_the_executable_that_it_gave(compiled):
    """Though it is written anew, and another was compiled in the same folder meanwhile."""
    first = compiled("one")
    assert first.startswith("one ")
    assert compiled("two", made=1e9).startswith("two ")
    assert compiled("one") == first
    source = crate.CLASSIFIER / "src/lib.rs"
    source.write_text("// another\n")
    assert compiled("one") != first
    source.write_text("")
    assert compiled("one") == first


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": "b"},
        {"lanes": "portable"},
        {"snapshot": True},
        {"profile": {"debug-assertions": True}},
    ],
)
def test_another_recipe_is_another_compilation(compiled, asked, changed):
    compiled("one")
    compiled("one", **changed)
    compiled("one")
    assert len(asked) == 2


def test_builds_that_wasm_opt_alone_tells_apart_are_one_compilation(compiled, asked):
    assert compiled("one", build="a") == compiled("one", build="b")
    assert len(asked) == 1


def test_other_scripts_and_another_c_compiler_compile_anew(compiled, asked, monkeypatch):
    compiled("one")
    monkeypatch.setenv("CFLAGS_x86_64_unknown_linux_gnu", "-O1")
    compiled("one")
    monkeypatch.setattr(compile_classifier, "code_digest", lambda *names: "another")
    compiled("one")
    assert len(asked) == 3


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("")])
def test_a_damaged_executable_is_made_anew(compiled, tmp_path, damage):
    compiled("one")
    (program,) = (tmp_path / "cache").rglob("kept/*/mobilenet-oc-l")
    damage(program)
    assert compiled("one").startswith("one ")


def test_sources_that_change_while_they_are_compiled_are_not_taken_for_the_old(
    compiled, monkeypatch
):
    run = subprocess.run

    def edited(command, **options):
        if "build" in command:
            (crate.CLASSIFIER / "src/lib.rs").write_text("// edited meanwhile\n")
        return run(command, **options)

    with monkeypatch.context() as patch:
        patch.setattr(compile_classifier.subprocess, "run", edited)
        with pytest.raises(UserError, match="sources changed meanwhile"):
            compiled("one")
    assert compiled("one").startswith("one ")


def test_the_cache_keeps_the_last_few(tmp_path):
    (tmp_path / "program").write_text("x")
    folders = [kept.folder(tmp_path, [number]) for number in range(kept.MOST + 3)]
    for age, folder in enumerate(folders):
        kept.keep(folder, tmp_path / "program")
        os.utime(folder, (age, age))
    assert sorted((tmp_path / "kept").iterdir()) == sorted(folders[3:])
    assert kept.take(folders[-1], tmp_path / "program")


def test_a_new_path_of_the_workflow_compiles_nothing_anew():
    """Executables are kept by the code that makes them, to which names of results do not belong."""
    assert "scripts.common.paths" not in closure("scripts.build.compile_classifier")


RECORD = {
    "path": "cargo",
    "compiler": "1.95.0",
    "wasm": {"target": "wasm32-wasip1", "cargo_args": []},
}
SETTINGS = {
    "target": "native",
    "rustflags": ["-Ctarget-cpu=native"],
    "profile": {},
    "runtime": "packed",
    "numbers": "f32",
    "snapshot": False,
}


def test_cargo_takes_no_more_cores_than_its_job(tmp_path):
    command = crate.cargo_command(RECORD, SETTINGS, tmp_path, jobs=3)
    assert command[command.index("--jobs") + 1] == "3"


@pytest.mark.parametrize(
    ("numbers", "form"), [("f32", "packed"), ("w8a8", "integers"), ("w8a7", "integers")]
)
def test_only_builds_in_integers_have_their_kernels(numbers, form):
    assert crate.features(SETTINGS | {"numbers": numbers}) == ["wasm", form]


def test_what_is_compiled_for_one_processor_is_no_others(monkeypatch):
    """Nodes of a cluster share the home folder: what depends on the processor is kept apart."""
    portable = SETTINGS | {"rustflags": []}
    folders = {}
    for node in ("one", "two"):
        monkeypatch.setattr(crate.cpu, "key", lambda node=node: node)
        folders[node] = [crate.target_dir(RECORD, each) for each in (SETTINGS, portable)]
    assert folders["one"][0] != folders["two"][0]
    assert folders["one"][1] == folders["two"][1]


def test_builds_of_two_runtimes_do_not_wait_for_each_other():
    tract = SETTINGS | {"runtime": "tract"}
    assert crate.target_dir(RECORD, SETTINGS) != crate.target_dir(RECORD, tract)


def test_the_sources_key_is_that_of_names_and_contents(tmp_path):
    first, same = clone(tmp_path / "a", "x", 1e9), clone(tmp_path / "b", "x", 2e9)
    assert crate.sources_key(first) == crate.sources_key(same)
    (same / "src" / "main.rs").rename(same / "src" / "other.rs")
    assert crate.sources_key(first) != crate.sources_key(same)


@pytest.mark.parametrize(
    ("target", "machine", "name"),
    [
        ("native", "x86_64", "sse2"),
        ("native", "aarch64", "neon"),
        ("wasm", "x86_64", "simd128"),
    ],
)
def test_lanes_of_128_bits_on_any_target(monkeypatch, target, machine, name):
    monkeypatch.setattr(crate.platform, "machine", lambda: machine)
    assert crate.lanes({"lanes": "128", "target": target}) == name
    assert crate.lanes({"lanes": "auto", "target": target}) == "auto"


ONE, TWO = (wasmtime.wat2wasm(f"(module (memory {pages}))") for pages in (1, 2))


@pytest.fixture
def optimised(tmp_path, monkeypatch):
    """A function that has a module optimised by the rule's script; what it calls notes that."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, does in {
        "wasm-opt": f'echo "$BINARYEN_CORES" >> {tmp_path}/calls; cp "$2" "$4"',
        "strip": "",
    }.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
        files.write_json(tmp_path / f"{name}.json", {"path": str(program)})
    monkeypatch.setattr(optimise, "FEATURES", ())
    monkeypatch.setattr(optimise.location, "locate", lambda record: record["path"])

    def run(module, *options, threads=3):
        (tmp_path / "in.wasm").write_bytes(module)
        (tmp_path / "out.wasm").unlink(missing_ok=True)
        optimise.main([
            str(tmp_path / "in.wasm"), f"--wasm-opt={tmp_path / 'wasm-opt.json'}",
            f"--wasm-strip={tmp_path / 'strip.json'}", f"--out={tmp_path / 'out.wasm'}",
            f"--options={json.dumps(options)}", f"--threads={threads}",
        ])  # fmt: skip
        calls = tmp_path / "calls"
        return (tmp_path / "out.wasm").read_bytes(), calls.read_text() if calls.exists() else ""

    return run


def test_wasm_opt_takes_the_cores_of_its_job(optimised):
    """It is told by a variable."""
    assert optimised(ONE, "-O3") == (ONE, "3\n")


def test_a_module_is_optimised_once(optimised):
    assert optimised(ONE, "-O3", threads=1) == (ONE, "1\n")
    assert optimised(TWO, "-O3", threads=2) == (TWO, "1\n2\n")
    assert optimised(ONE, "-O3", threads=3) == (ONE, "1\n2\n")
    assert optimised(ONE, "-Oz", threads=4) == (ONE, "1\n2\n4\n")


@pytest.mark.parametrize("tool", ["wasm-opt", "strip"])
def test_another_tool_optimises_anew(optimised, tmp_path, tool):
    assert optimised(ONE, "-O3") == (ONE, "3\n")
    with open(tmp_path / tool, "a") as script:
        script.write("# newer\n")
    assert optimised(ONE, "-O3") == (ONE, "3\n3\n")


def test_the_libraries_of_a_tool_count():
    assert len(optimise.programs([shutil.which("ls")])) > 1


def test_a_module_that_changes_meanwhile_is_not_kept_as_the_old_one(optimised, tmp_path):
    with open(tmp_path / "wasm-opt", "r+") as script:
        text = script.read().replace("cp ", f"cp {tmp_path}/newer {tmp_path}/in.wasm; cp ")
        script.seek(0)
        script.write(text)
    (tmp_path / "newer").write_bytes(TWO)
    assert optimised(ONE, "-O3")[0] == ONE
    assert optimised(ONE, "-O3") == (ONE, "3\n")


def test_a_module_that_was_cut_off_is_refused_and_not_kept(optimised, tmp_path):
    whole = (tmp_path / "strip").read_text()
    (tmp_path / "strip").write_text(f"{whole}truncate -s -1 $1\n")
    for _ in range(2):
        with pytest.raises(UserError, match="no valid module"):
            optimised(ONE, "-O3")
    assert not (tmp_path / "out.wasm").exists()
    assert (tmp_path / "calls").read_text() == "3\n3\n"


def test_what_the_cache_cannot_take_is_written_all_the_same(optimised, tmp_path, capsys):
    assert optimised(ONE, "-O3") == (ONE, "3\n")
    shutil.rmtree(tmp_path / "cache/mobilenet-infer-benchmark/optimised/kept")
    (tmp_path / "cache/mobilenet-infer-benchmark/optimised/kept").write_text("in the way")
    assert optimised(ONE, "-O3") == (ONE, "3\n3\n")
    assert "not kept in the cache" in capsys.readouterr().err


def test_without_options_wasm_opt_is_not_called(optimised):
    assert optimised(ONE) == (ONE, "")
