"""The tools: the compiler that is recorded is the one that compiles; records that went stale."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from conftest import MODEL, QUICK, copy_checkout, planned, snakemake

from scripts.common import cache, files
from scripts.common.errors import UserError
from scripts.contenders import engines
from scripts.tools import installers, location, lookup, pins, rust

# A crate like wasmer's convert_case: it asks rustup for another compiler. Its build script notes
# which compilers it finds, the one cargo names and the one on PATH.
CRATE = {
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.83.0"\n',
    "Cargo.toml": '[package]\nname = "chosen"\nversion = "1.0.0"\nedition = "2021"\n[workspace]\n',
    "src/main.rs": 'fn main() { println!("{}\\n{}", env!("BY_NAME"), env!("BY_PATH")); }\n',
    "build.rs": """
use std::process::Command;

fn version(rustc: &str) -> String {
    let output = Command::new(rustc).arg("-V").output().expect(rustc);
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

fn main() {
    println!("cargo:rustc-env=BY_NAME={}", version(&std::env::var("RUSTC").unwrap()));
    println!("cargo:rustc-env=BY_PATH={}", version("rustc"));
}
""",
}


@pytest.fixture
def crate(tmp_path):
    folder = tmp_path / "chosen"
    for name, text in CRATE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(params=["rustup", "distribution"])
def compiler(request, tmp_path, monkeypatch):
    """The record of the compiler, got the one way and the other; without a way its test skips."""
    monkeypatch.setenv(location.RUST_VARIABLE, request.param)
    try:
        return rust.find(pins.pins()["rust"], tmp_path / "rust.log")
    except UserError as error:
        pytest.skip(str(error))


def cargo(compiler, crate, *arguments, wasm=False):
    environment = rust.cargo_environment(compiler, wasm=wasm, rustflags=[])
    command = [compiler["path"], *arguments]
    subprocess.run(command, cwd=crate, env=environment, check=True)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def offered(crate, tmp_path):
    """A cargo home whose crates.io is a folder that offers that crate; returns the home."""
    shop, home = tmp_path / "shop", tmp_path / "cargo"
    index = shop / "index/ch/os/chosen"
    index.parent.mkdir(parents=True)
    home.mkdir()
    archive = shop / "chosen-1.0.0.crate"
    with tarfile.open(archive, "w:gz") as stream:
        stream.add(crate, "chosen-1.0.0")
    entry = {"name": "chosen", "vers": "1.0.0", "deps": [], "features": {}, "yanked": False}
    index.write_text(json.dumps(entry | {"cksum": files.sha256(archive)}) + "\n")
    (home / "config.toml").write_text(
        f'[source.crates-io]\nreplace-with = "shop"\n[source.shop]\nlocal-registry = "{shop}"\n'
    )
    return home


def test_what_is_built_from_crates_io_cannot_either(compiler, offered, tmp_path, monkeypatch):
    """As an engine is: into the cache, by the compiler of the record."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    environment = rust.cargo_environment(compiler, wasm=False, rustflags=[])
    cargo = installers.Cargo(compiler["path"], environment | {"CARGO_HOME": str(offered)}, jobs=1)
    wanted = {"crate": "chosen", "version": "1.0.0", "features": []}
    pin = {"command": "chosen", "suits": "==1.0.0", "install": wanted}
    installers.install_crate("chosen", pin, cargo, tmp_path / "log")
    recorded = output(compiler["rustc"], "-V").strip()
    program = pins.crate_root(pin) / "bin/chosen"
    assert output(program).splitlines() == [recorded, recorded]


def test_the_compiler_is_named_to_cargo_and_to_rustups_proxies(compiler):
    """By name each holds where the other is not read: PATH alone is undone by a rustup proxy."""
    environment = rust.cargo_environment(compiler, wasm=False, rustflags=[])
    assert environment["RUSTC"] == compiler["rustc"]
    assert environment["RUSTUP_TOOLCHAIN"] == str(Path(compiler["rustc"]).parent.parent)


@pytest.mark.parametrize("subcommand", ["build", "install"])
def test_a_crate_cannot_choose_another_compiler(compiler, crate, tmp_path, subcommand):
    """Whatever toolchain a crate asks for, the recorded compiler compiles it."""
    if subcommand == "build":
        cargo(compiler, crate, "build", "--target-dir", str(tmp_path / "out"))
        program = tmp_path / "out/debug/chosen"
    else:
        cargo(compiler, crate, "install", "--path", ".", "--root", str(tmp_path / "out"))
        program = tmp_path / "out/bin/chosen"
    recorded = output(compiler["rustc"], "-V").strip()
    assert output(program).splitlines() == [recorded, recorded]
    assert compiler["version"] in recorded
    assert compiler["compiler"] == output(compiler["rustc"], "-vV")


def test_the_compiler_builds_for_wasm(compiler, crate, tmp_path):
    extra = compiler["wasm"]
    arguments = ["build", "--target", extra["target"], *extra["cargo_args"]]
    # In the cache: the distribution's way compiles the standard library, too.
    target = cache.cache_dir() / "target" / f"chosen-{compiler['version']}"
    with cache.locked(target):
        cargo(compiler, crate, *arguments, "--target-dir", str(target), wasm=True)
        module = tmp_path / "chosen.wasm"
        shutil.copy(target / extra["target"] / "debug/chosen.wasm", module)
    assert module.read_bytes()[:4] == b"\0asm"


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """A tool on PATH and its record; its version suits."""
    path = tmp_path / "bin" / "wasm-strip"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\necho 1.0.36\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)
    return path, installers.find("wasm-strip", None, tmp_path / "log")


def test_a_tool_is_found_by_its_digest_wherever_it_lies(tool, tmp_path, monkeypatch):
    path, record = tool
    assert "path" not in record
    assert location.locate(record) == str(path)
    moved = tmp_path / "elsewhere" / path.name
    moved.parent.mkdir()
    path.rename(moved)
    monkeypatch.setenv("PATH", str(moved.parent), prepend=os.pathsep)
    assert location.locate(record) == str(moved)


def test_a_tool_that_was_replaced_is_not_run_in_its_place(tool, tmp_path):
    path, record = tool
    files.write_json(tmp_path / "wasm-strip.json", record)
    before = location.state("wasm-strip", tmp_path)
    files.write_json(tmp_path / "wasm-strip.state", before)
    assert location.state("wasm-strip", tmp_path) == before
    path.write_text(path.read_text() + "# another build\n")
    assert location.state("wasm-strip", tmp_path) != before
    with pytest.raises(UserError, match=r"wasm-strip 1\.0\.36.* any more; type"):
        location.locate(record)


def test_a_tool_in_the_cache_may_move_with_it(tmp_path, monkeypatch):
    """Another cache folder makes no record stale, be the tool in it or not."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    pin = pins.pins()["wasmtime"]
    program = pins.crate_root(pin) / "bin" / "wasmtime"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho wasmtime {pin['install']['version']}\n")
    program.chmod(0o755)
    record = installers.find("wasmtime", None, tmp_path / "log")
    files.write_json(tmp_path / "wasmtime.json", record)
    before = location.state("wasmtime", tmp_path)
    files.write_json(tmp_path / "wasmtime.state", before)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "two"))
    assert location.state("wasmtime", tmp_path) == before
    (tmp_path / "one").rename(tmp_path / "two")
    assert location.state("wasmtime", tmp_path) == before
    assert location.locate(record).startswith(str(tmp_path / "two"))


@pytest.mark.parametrize("name", ["wasmtime", "wazero"])
def test_an_engine_is_a_program_and_no_script_that_starts_one(name, tmp_path, monkeypatch):
    """The script's interpreter would be part of every start that is measured."""
    pin, program = pins.pins()[name], tmp_path / name
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    shutil.copy("/bin/true", program)
    assert pins.program_on_path(pin) == program
    version = pin["install"]["version"]
    program.write_text(f"#!/bin/sh\necho {name} {version}\n")
    program.chmod(0o755)
    assert lookup.on_path(pin) is None
    assert program not in pins.candidates(pin)


def test_another_way_of_getting_a_compiler_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv(location.RUST_VARIABLE, "conda")
    with pytest.raises(UserError, match="MOBILENET_RUST is 'conda'; it may be rustup or distrib"):
        rust.find(pins.pins()["rust"], tmp_path / "log")


@pytest.mark.parametrize(("way", "status"), [("rustup", 0), ("distribution", 1)])
def test_setup_takes_the_packages_of_the_compiler_where_they_are_asked_for(root, way, status):
    environment = os.environ | {location.RUST_VARIABLE: way, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "envs/rustup-suits.sh"], cwd=root, env=environment, check=False)
    assert done.returncode == status


@pytest.fixture
def setup_says(root, tmp_path):
    """What setup says is missing on a machine without rustup whose compiler is as old as told.

    Its table has one package more, which is never there: setup always stops, and installs nothing.
    """
    usr, bin = tmp_path / "usr", tmp_path / "usr/bin"
    (usr / "lib/rustlib/src").mkdir(parents=True)
    shutil.copytree(root / "envs", tmp_path / "envs")
    table = tmp_path / "envs/debian-packages.txt"
    table.write_text(table.read_text().replace("/usr/", f"{usr}/") + "never-there false\n")
    bin.mkdir()
    write_script(bin / "id", "echo 1000")
    environment = os.environ | {"PATH": f"{bin}:/usr/bin:/bin"}
    environment[location.RUST_VARIABLE] = "distribution"

    def says(version):
        for name in ("cargo", "rustc") if version else ():
            write_script(bin / name, f"echo '{name} {version} (built from a source tarball)'")
        command = ["sh", "envs/setup.sh"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "never-there" in done.stderr
        return set(done.stderr.split())

    return says


def write_script(path, text):
    """Write a program for the shell."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("version", ["", "1.63.0", "1.94.1"])
def test_setup_replaces_a_distribution_s_compiler_that_is_too_old(setup_says, version):
    """And the standard library's source, which is of one compiler."""
    assert {"cargo-web", "rustc-web", "rust-web-src"} <= setup_says(version)


@pytest.mark.parametrize("version", ["1.95.0", "1.100.0"])
def test_setup_leaves_a_distribution_s_compiler_that_suits(setup_says, version):
    assert not {"cargo-web", "rustc-web", "rust-web-src"} & setup_says(version)


def test_asking_for_another_way_makes_only_the_compilers_record_stale(monkeypatch, tmp_path):
    monkeypatch.delenv(location.RUST_VARIABLE, raising=False)
    before = {name: location.state(name, tmp_path) for name in ("rust", "wasmer")}
    monkeypatch.setenv(location.RUST_VARIABLE, "distribution")
    assert location.state("rust", tmp_path) != before["rust"]
    assert location.state("wasmer", tmp_path) == before["wasmer"]


TARGETS = (
    f"{MODEL}/model.pb",
    "results/input.json",
    "results/tools/rust.json",
    "results/tools/wasm-opt.json",
)


@pytest.fixture
def place(tmp_path):
    """A copy of the checkout after a small run, with a wasm-opt of its own on PATH."""
    shutil.copy(shutil.which("wasm-opt"), tmp_path / "wasm-opt")
    folder = copy_checkout(tmp_path / "checkout")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def run():
        done = snakemake(folder, *QUICK, "--", *TARGETS, PATH=path)
        assert done.returncode == 0, done.stderr

    run()
    return folder, path, run


def test_a_tool_replaced_in_place_is_looked_for_again(place, tmp_path):
    folder, path, run = place
    tool = tmp_path / "wasm-opt"
    before = files.read_json(folder / "results/tools/wasm-opt.json")
    times = tool.stat()
    with open(tool, "ab") as stream:
        stream.write(b"another build of the same version")
    os.utime(tool, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert planned(folder, targets=TARGETS, PATH=path) == {"find_tool"}
    run()
    after = files.read_json(folder / "results/tools/wasm-opt.json")
    assert after == before | {"sha256": files.sha256(tool)}
    assert planned(folder, targets=TARGETS, PATH=path) == set()


def test_a_cache_that_cannot_be_written_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "mobilenet-infer-benchmark").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    locked = cache.locked(cache.cache_dir() / "tools" / "wasmtime")
    with pytest.raises(UserError, match="cannot be written to .* XDG_CACHE_HOME"), locked:
        pass


def test_without_go_nothing_is_built_of_go_modules_and_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match=r"vegeta ==12\.13\.\* is not on PATH, nor is Go, .*; inst"):
        installers.find("vegeta", None, tmp_path / "log")


def test_what_no_registry_has_is_told_with_what_a_person_can_do(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        UserError, match=r"wavm >=0 is not on PATH; no registry has it; its authors"
    ):
        installers.find("wavm", None, tmp_path / "log")
    assert not list(tmp_path.iterdir())


def test_a_go_module_that_cannot_be_had_leaves_nothing_behind(tmp_path, monkeypatch):
    """Go itself is asked, and told to fetch nothing."""
    if not (go := shutil.which("go")):
        pytest.skip("needs Go on PATH")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/go").symlink_to(go)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    for name, value in {"XDG_CACHE_HOME": "cache", "GOMODCACHE": "go", "GOCACHE": "build"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setenv("GOPROXY", "off")
    with pytest.raises(UserError, match=r"vegeta 12\.13\.0 could not be built; see .*log"):
        installers.find("vegeta", None, tmp_path / "log")
    assert "GOPROXY=off" in (tmp_path / "log").read_text()
    pin = pins.pins()["vegeta"]
    assert lookup.in_cache(pin) is None
    program = pins.module_root(pin) / "bin/vegeta"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho Version: 12.13.0\necho Runtime: go1.26.8\n")
    program.chmod(0o755)
    found = installers.find("vegeta", None, tmp_path / "log")
    assert found["source"] == "built by Go (github.com/tsenart/vegeta/v12 12.13.0)"
    assert location.locate(found) == str(program)


@pytest.mark.parametrize("offered", [True, False])
def test_what_the_authors_built_is_taken_where_it_is_offered(offered, tmp_path, monkeypatch):
    """By a cargo-binstall that puts a program where it was asked to, or has none to offer."""
    folder = tmp_path / "bin"
    folder.mkdir()
    asked = f'echo "$@" > {tmp_path}/asked; while [ "$1" != --root ]; do shift; done\n'
    put = (
        'mkdir -p "$2/bin"\nprintf "#!/bin/sh\\necho wasmer 7.4.2\\n" > "$2/bin/wasmer"\n'
        'chmod +x "$2/bin/wasmer"\n'
    )
    binstall = folder / "cargo-binstall"
    binstall.write_text("#!/bin/sh\n" + asked + (put if offered else "exit 76\n"))
    binstall.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if offered:
        found = installers.find("wasmer", None, tmp_path / "log")
        assert "--disable-strategies compile,quick-install" in (tmp_path / "asked").read_text()
        assert found["source"].startswith("prebuilt")
        assert found["version"] == "7.4.2"
    else:
        with pytest.raises(UserError, match="no cargo was named to build it"):
            installers.find("wasmer", None, tmp_path / "log")
    words = (tmp_path / "asked").read_text()
    assert "--disable-strategies compile" in words
    assert "wasmer-cli@7.4.2" in words


@pytest.fixture
def added(monkeypatch):
    """A function that adds the pins of a config's engines to the table, as the workflow does."""

    def add(**configured):
        engines.complete(configured)
        monkeypatch.setenv(pins.ADDED_VARIABLE, json.dumps(engines.added(configured)))

    return add


def test_an_engine_can_be_a_file_of_ones_own(added, wasmtime, tmp_path):
    own = tmp_path / "own"
    shutil.copy(wasmtime, own)
    added(mine={"runner": "wasmtime", "path": str(own)})
    found = installers.find("mine", None, tmp_path / "log")
    assert found["source"] == "the config's file"
    assert found["sha256"] == files.sha256(wasmtime)
    assert location.locate(found) == str(own)
    own.write_bytes(b"another")
    with pytest.raises(UserError, match="mine 48"):
        location.locate(found)


def test_a_file_that_is_no_engine_is_refused_by_its_path(added, tmp_path):
    added(mine={"runner": "wasmtime", "path": "Makefile"})
    with pytest.raises(UserError, match=r"mine: .*/Makefile is no program that tells its version"):
        installers.find("mine", None, tmp_path / "log")


def test_another_version_is_not_the_one_on_path(added, wasmtime, tmp_path, monkeypatch):
    """With no wheel and no cargo to build it, it cannot be had."""
    monkeypatch.setenv("PATH", f"{Path(wasmtime).parent}:/usr/bin:/bin")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    added(old={"runner": "wasmtime", "version": "47.0.2"})
    with pytest.raises(UserError, match=r"old ==47\.0\.2 is not on PATH"):
        installers.find("old", None, tmp_path / "log")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("wasmi", "built from crates.io with its default features and simd"),
        ("wasmtime-runtime", "built from crates.io with the feature run alone"),
        ("wasmer", "built from crates.io with its default features and cranelift"),
    ],
)
def test_what_is_built_says_with_which_features(name, told):
    assert next(iter(pins.cached_roots(pins.pins()[name]))) == told


def test_packages_differ_by_processor_and_what_building_takes_does_not():
    text = (
        "engine: {install: {npm: {x86_64: one, aarch64: two}, environment: {PREFIX: /usr}, "
        "sha256: {x86_64: a1, aarch64: b2}}}"
    )
    wanted = pins.parsed(text, "aarch64")["engine"]["install"]
    assert wanted == {"npm": "two", "environment": {"PREFIX": "/usr"}, "sha256": "b2"}
    assert pins.parsed(text, "riscv64")["engine"]["install"]["npm"] == "none"


def test_every_tool_has_its_licence():
    assert all(pins.licence(name) != "not stated" for name in pins.pins())


def test_a_build_with_less_is_none_that_is_on_path_or_prebuilt(wasmtime, tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "wasmtime").symlink_to(wasmtime)
    (folder / "cargo-binstall").write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    (folder / "cargo-binstall").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert installers.find("wasmtime", None, tmp_path / "log")["source"] == "PATH"
    with pytest.raises(UserError, match="no cargo was named to build it"):
        installers.find("wasmtime-runtime", None, tmp_path / "log")
    assert not (tmp_path / "asked").exists()
