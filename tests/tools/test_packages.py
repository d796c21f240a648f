"""Programs that lie in packages of npm and PyPI: the real npm and pip, asked offline."""

import base64
import csv
import hashlib
import json
import shutil
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run

import pytest

from scripts.common import files
from scripts.common.errors import UserError
from scripts.tools import collect, find, installers, location, lookup, pins

PROGRAM = "#!/bin/sh\necho cow 1.2.0\n"


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def pinned(monkeypatch, **install):
    """A table with one tool, which is got so; returns its pin."""
    pin = {"command": "cow", "suits": "==1.*", "install": {"version": "1.2.0", **install}}
    for module in (installers, location, pins):
        monkeypatch.setattr(module, "pins", lambda: {"cow": pin})
    return pin


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """npm's registry: a server of this machine with one package; returns its folder."""
    if not (npm := shutil.which("npm")):
        pytest.skip("needs npm on PATH")
    package, folder = tmp_path / "package", tmp_path / "shop"
    (package / "bin").mkdir(parents=True)
    folder.mkdir()
    described = {"name": "cow", "version": "1.2.0"}
    (package / "package.json").write_text(json.dumps(described))
    (package / "bin/moo").write_text(PROGRAM)
    (package / "bin/moo").chmod(0o755)
    packed = run([npm, "pack", "--json", package], cwd=folder, capture_output=True, check=True)
    (archive,) = json.loads(packed.stdout)
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        place = f"http://127.0.0.1:{server.server_port}"
        dist = {"tarball": f"{place}/{archive['filename']}", "integrity": archive["integrity"]}
        versions = {"1.2.0": described | {"dist": dist}}
        offer = {"name": "cow", "dist-tags": {"latest": "1.2.0"}, "versions": versions}
        (folder / "cow").write_text(json.dumps(offer))
        monkeypatch.setenv("npm_config_registry", place)
        monkeypatch.setenv("npm_config_fetch_retries", "0")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder
        server.shutdown()


def test_a_program_is_taken_out_of_a_package_of_npm(shop, tmp_path, monkeypatch):
    pin = pinned(monkeypatch, npm="cow", program="bin/moo")
    found = installers.find("cow", None, tmp_path / "log")
    assert (found["version"], found["source"]) == ("1.2.0", "from npm (cow 1.2.0)")
    place = pins.fetched_root(pin, "npm") / "bin/cow"
    assert location.locate(found) == str(place)
    assert place.read_text() == PROGRAM


def test_a_library_is_found_though_it_is_no_command(shop, tmp_path, monkeypatch):
    """Its version is the package's, and where it lies is where Node resolves its neighbours."""
    pinned(monkeypatch, npm="cow", program="package.json")["library"] = True
    found = installers.find("cow", None, tmp_path / "log")
    assert found["version"] == "1.2.0"
    place = Path(location.locate(found)).resolve()
    assert str(place).endswith("/cow-1.2.0-npm/node_modules/cow/package.json")


def test_a_package_that_is_not_what_npm_says_leaves_nothing_behind(shop, tmp_path, monkeypatch):
    pin = pinned(monkeypatch, npm="cow", program="bin/moo")
    offer = json.loads((shop / "cow").read_text())
    other = "sha512-" + base64.b64encode(bytes(64)).decode()
    offer["versions"]["1.2.0"]["dist"]["integrity"] = other
    (shop / "cow").write_text(json.dumps(offer))
    with pytest.raises(UserError, match=r"cow: cow 1\.2\.0 could not be fetched; see .*log"):
        installers.find("cow", None, tmp_path / "log")
    assert lookup.in_cache(pin) is None
    assert not list((tmp_path / "cache").rglob("moo"))


def test_without_npm_it_says_who_fetches_it(tmp_path, monkeypatch):
    pinned(monkeypatch, npm="cow", program="bin/moo")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="is not on PATH, nor is npm, which fetches it"):
        installers.find("cow", None, tmp_path / "log")


@pytest.mark.parametrize("may_be_missing", [True, False])
def test_what_may_be_missing_stops_nothing(tmp_path, monkeypatch, may_be_missing):
    pinned(monkeypatch, npm="cow", program="bin/moo")["may_be_missing"] = may_be_missing
    monkeypatch.setenv("PATH", "/nowhere")
    record, state = tmp_path / "cow.json", tmp_path / "cow.state"
    arguments = ["--tool=cow", f"--log={tmp_path / 'log'}", f"--out={record}"]
    arguments += ["--state=[]", f"--state-out={state}"]
    if not may_be_missing:
        with pytest.raises(UserError, match="nor is npm"):
            find.main(arguments)
        assert not record.exists()
        assert not state.exists()
        return
    find.main(arguments)
    why = files.read_json(record)["missing"]
    assert "nor is npm, which fetches it; once it can be had, `--forcerun find_tool`" in why
    with pytest.raises(UserError, match="nor is npm"):
        location.locate(files.read_json(record))
    assert location.missing([str(record)]) == why
    assert location.programs([str(record)]) == location.used([str(record)]) == {}
    assert location.version([files.read_json(record)]) == ""
    collect.main([str(record), f"--out={tmp_path / 'tools.csv'}"])
    (row,) = csv.DictReader((tmp_path / "tools.csv").open())
    assert (row["name"], row["path"]) == ("cow", why)


def test_a_version_that_does_wrong_is_refused_and_the_line_says_why(tmp_path, monkeypatch):
    """Python stands for an old Node: a program that has a version."""
    (tmp_path / "node").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = r"node ==26\.\* is not on PATH \(3\.[\d.]+ is, and is refused: Node 20 .+\), nor is npm"
    with pytest.raises(UserError, match=told):
        installers.find("node", None, tmp_path / "log")


@pytest.mark.parametrize(("machine", "package"), [("x86_64", "x64"), ("aarch64", "arm64")])
def test_a_package_is_the_one_for_this_processor(machine, package, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert pins.pins()["node"]["install"]["npm"] == f"node-linux-{package}"


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder with one wheel, in which alone pip looks."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info, program = "cow-1.2.0.dist-info", zipfile.ZipInfo("cow/bin/moo")
    # Some say of their program that it is one; this does not.
    program.external_attr = 0o100644 << 16
    with zipfile.ZipFile(folder / "cow-1.2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(program, PROGRAM)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: cow\nVersion: 1.2.0\n")
        tags = "Root-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\n{tags}")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def test_a_program_is_taken_out_of_a_wheel(wheels, tmp_path, monkeypatch):
    pinned(monkeypatch, wheel="cow", program="cow/bin/moo")
    found = installers.find("cow", None, tmp_path / "log")
    assert found["source"] == "from a wheel (cow 1.2.0)"
    assert location.locate(found).endswith("/cow-1.2.0-wheel/bin/cow")


DIGEST = hashlib.sha256(PROGRAM.encode()).hexdigest()


CRATE = {"crate": "cow-cli", "features": [], "wheel": "cow", "program": "cow/bin/moo"}


def test_a_crate_is_taken_from_its_wheel_and_built_where_there_is_none(
    wheels, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    pinned(monkeypatch, **CRATE, sha256=DIGEST)
    found = installers.find("cow", None, tmp_path / "log")
    assert found["source"] == "from a wheel (cow 1.2.0)"
    pinned(monkeypatch, **CRATE | {"version": "1.3.0"})
    with pytest.raises(UserError, match="no cargo was named to build it"):
        installers.find("cow", None, tmp_path / "log")
    assert "cow 1.3.0 could not be fetched" in (tmp_path / "log").read_text()


def test_a_program_of_another_digest_is_neither_kept_nor_replaced_unasked(
    wheels, tmp_path, monkeypatch
):
    pinned(monkeypatch, **CRATE, sha256="0" * 64)
    with pytest.raises(UserError, match=f"has the digest {DIGEST}, another than in envs/tools"):
        installers.find("cow", None, tmp_path / "log")
    assert not list((tmp_path / "cache").rglob("moo"))


def test_a_program_in_the_cache_is_held_against_the_digest(wheels, tmp_path, monkeypatch):
    """Also as an engine of the same version by another name; another version has another."""
    pin = pinned(monkeypatch, **CRATE, sha256=DIGEST)
    found = location.locate(installers.find("cow", None, tmp_path / "log"))
    for wanted in (pin, pins.of_version(pin, "1.2.0")):
        assert lookup.in_cache(wanted)
    spy = f"#!/bin/sh\ntouch {tmp_path}/ran\necho cow 1.2.0\n"
    Path(found).write_text(spy)
    for wanted in (pin, pins.of_version(pin, "1.2.0")):
        assert lookup.in_cache(wanted) is None
    assert not (tmp_path / "ran").exists()
    assert "sha256" not in pins.of_version(pin, "1.1.0")["install"]
    # Taken from the wheel again.
    assert installers.find("cow", None, tmp_path / "log")["sha256"] == DIGEST


def test_a_package_without_the_program_is_told_and_not_kept(wheels, tmp_path, monkeypatch):
    pinned(monkeypatch, wheel="cow", program="cow/bin/neigh")
    with pytest.raises(UserError, match=r"cow: cow 1\.2\.0 has no cow/bin/neigh"):
        installers.find("cow", None, tmp_path / "log")
    assert not list((tmp_path / "cache").rglob("moo"))
