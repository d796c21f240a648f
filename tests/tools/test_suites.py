"""A program of another of Debian's releases: the real apt, asked of a mirror on this disk.

The patcher in it is `echo`, which tells in the log what it is asked; the last test has a real one.
"""

import hashlib
import os
import shutil
import sysconfig
from pathlib import Path
from subprocess import check_output, run

import pytest

from scripts.common import cache
from scripts.common.errors import UserError
from scripts.tools import installers, location, lookup, pins, suites

TRIPLET = sysconfig.get_config_var("MULTIARCH")
NEEDED = ("apt-get", "apt-cache", "dpkg", "dpkg-deb", "gpg", "gpgconf")
PIN = {"command": "cow", "suits": ">=8", "install": {"debian": "cow", "suite": "new"}}
LIBRARIES = f"usr/lib/{TRIPLET}"
SIGN = ["gpg", "--batch", "--passphrase", "", "--pinentry-mode", "loopback"]


def packed(folder, name, version, files, depends=""):
    """Make a package of files of this machine; return its paragraph of the mirror's index."""
    tree = folder / "trees" / f"{name}-{version}"
    for place, source in files.items():
        (tree / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, tree / place)
    (tree / "DEBIAN").mkdir(parents=True)
    machine = check_output(["dpkg", "--print-architecture"], text=True).strip()
    control = f"Package: {name}\nVersion: {version}\nArchitecture: {machine}\n{depends}"
    control += "Maintainer: Nobody <nobody@localhost>\nDescription: a package\n"
    (tree / "DEBIAN" / "control").write_text(control)
    deb = folder / f"{name}_{version}.deb"
    run(["dpkg-deb", "--build", "--root-owner-group", tree, deb], check=True)
    size, digest = deb.stat().st_size, hashlib.sha256(deb.read_bytes()).hexdigest()
    return f"{control}Filename: {deb.name}\nSize: {size}\nSHA256: {digest}\n\n"


def release(folder, suite, *paragraphs):
    """Write and sign the index of a release."""
    machine = check_output(["dpkg", "--print-architecture"], text=True).strip()
    place, index = folder / "dists" / suite, f"main/binary-{machine}/Packages"
    (place / index).parent.mkdir(parents=True)
    content = "".join(paragraphs).encode()
    (place / index).write_bytes(content)
    text = f"Origin: Debian\nLabel: Debian\nSuite: {suite}\nCodename: {suite}\nComponents: main\n"
    text += f"Architectures: {machine}\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
    text += f" {hashlib.sha256(content).hexdigest()} {len(content)} {index}\n"
    (place / "Release").write_text(text)
    signed = [*SIGN, "--yes", "--clearsign", "--output", place / "InRelease", place / "Release"]
    run(signed, check=True)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror that apt has the release `old` from, whose cow is too old; returns its folder."""
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        pytest.skip(f"needs {', '.join(missing)} on PATH")
    folder, apt, keys = (tmp_path / name for name in ("mirror", "apt", "keys"))
    for made in (folder, apt / "lists" / "partial", apt / "archives" / "partial", apt / "trusted"):
        made.mkdir(parents=True)
    keys.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(keys))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run([*SIGN, "--quick-generate-key", "mirror", "ed25519", "sign", "never"], check=True)
    run(["gpg", "--batch", "--export", "--output", apt / "trusted" / "mirror.gpg"], check=True)
    libc = {f"{LIBRARIES}/{path.name}": path for path in own_libc()}
    release(
        folder,
        "new",
        packed(folder, "cow", "9.9-1", {"usr/bin/cow": "/bin/true"}, "Depends: libc\n"),
        packed(folder, "patchelf", "1.0", {"usr/bin/patchelf": "/bin/echo"}, "Depends: libc\n"),
        packed(folder, "libc", "1.0", libc),
    )
    release(folder, "old", packed(folder, "cow", "1.0-1", {}), packed(folder, "calf", "9.0-1", {}))
    (apt / "sources.list").write_text(f"deb copy:{folder} old main\n")
    (apt / "status").touch()
    settings = {
        "Dir::State::lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt,
        "Dir::Cache::archives": apt / "archives",
        "Dir::Bin::dpkg": "/bin/false",
        "Dir::Etc::sourcelist": apt / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::trustedparts": apt / "trusted",
        "Dir::Etc::parts": "/dev/null",
        "APT::Sandbox::User": "root",
        "APT::Update::Post-Invoke::": f"touch {apt}/updated",
    }
    lines = [f'{key} "{value}";\n' for key, value in settings.items()]
    (apt / "apt.conf").write_text("".join(lines))
    monkeypatch.setenv("APT_CONFIG", str(apt / "apt.conf"))
    run(["apt-get", "update"], check=True)
    (apt / "updated").unlink()
    for module in (installers, location, pins):
        monkeypatch.setattr(module, "pins", lambda: {"cow": PIN})
    gpgconf = shutil.which("gpgconf")
    yield folder
    run([gpgconf, "--kill", "all"], check=True)


def own_libc():
    """Return the loader and the C library of this machine."""
    folder = Path("/") / LIBRARIES
    return [*folder.glob("ld-linux*"), folder / "libc.so.6"]


def state(folder):
    """Return all files of a folder, with when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_program_comes_with_what_it_needs_and_is_told_where_that_lies(mirror, tmp_path):
    apt = state(tmp_path / "apt")
    found = installers.find("cow", None, tmp_path / "log")
    assert found["source"] == f"from Debian new (cow {found['version']})"
    root = pins.suite_root(PIN)
    assert location.locate(found) == str(root / "bin/cow")
    loader, libc = own_libc()
    told = (tmp_path / "log").read_text().splitlines()
    named = f"--set-interpreter {root}/{LIBRARIES}/{loader.name}"
    place = f"--force-rpath --set-rpath $ORIGIN/../{LIBRARIES}"
    assert told[-1] == f"{named} {place} {root}.work/bin/cow"
    assert told[-2].startswith("--remove-rpath ")
    assert f"{root}.work/{LIBRARIES}/{libc.name}" in told[-2].split()
    assert (root / LIBRARIES / libc.name).is_file()
    assert sorted(kept()) == ["", ".lock"]
    assert state(tmp_path / "apt") == apt, "the system's apt is as it was"


def test_what_the_release_that_runs_here_has_is_not_fetched_from_another(mirror):
    assert not suites.offered(PIN), "its cow is too old"
    assert suites.offered(PIN | {"install": {"debian": "calf"}})
    assert not suites.offered(PIN | {"install": {"debian": "horse"}})


def kept():
    """Return the endings of what the cache has of tools."""
    return [path.suffix for path in (cache.cache_dir() / "tools").iterdir()]


def damage(mirror):
    with (mirror / "libc_1.0.deb").open("ab") as stream:
        stream.write(b"more")


def sign_anew(mirror):
    """Sign the release with a key that apt does not know."""
    run([*SIGN, "--quick-generate-key", "other", "ed25519", "sign", "never"], check=True)
    place = mirror / "dists/new"
    signed = ["--local-user", "other", "--yes", "--clearsign", "--output", place / "InRelease"]
    run([*SIGN, *signed, place / "Release"], check=True)


def go_offline(mirror):
    shutil.rmtree(mirror)


@pytest.mark.parametrize("spoil", [damage, sign_anew, go_offline])
def test_what_cannot_be_fetched_or_trusted_leaves_nothing_behind(mirror, tmp_path, spoil):
    spoil(mirror)
    told = r"^cow: cow of Debian new could not be fetched; see .*log$"
    with pytest.raises(UserError, match=told):
        installers.find("cow", None, tmp_path / "log")
    assert lookup.in_cache(PIN) is None
    assert kept() == [".lock"]


def test_a_package_without_the_program_is_told_and_not_kept(mirror, tmp_path, monkeypatch):
    pin = PIN | {"command": "neigh"}
    monkeypatch.setattr(installers, "pins", lambda: {"cow": pin})
    with pytest.raises(UserError, match="cow of Debian new could not be made to run from a folder"):
        installers.find("cow", None, tmp_path / "log")
    assert kept() == [".lock"]


@pytest.mark.parametrize("path", ["/nowhere", os.environ["PATH"]], ids=["no apt", "no mirror"])
def test_where_apt_knows_no_mirror_it_says_what_to_do(mirror, tmp_path, monkeypatch, path):
    shutil.rmtree(tmp_path / "apt/lists")
    monkeypatch.setenv("PATH", path)
    with pytest.raises(UserError, match="apt knows no mirror .+ once `apt-get update` has run"):
        installers.find("cow", None, tmp_path / "log")


def test_in_a_cache_that_was_moved_it_is_not_there(mirror, tmp_path, monkeypatch):
    """Its loader is named by where the cache was: the program would not start."""
    found = installers.find("cow", None, tmp_path / "log")
    (tmp_path / "cache").rename(tmp_path / "moved")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "moved"))
    with pytest.raises(UserError, match="nor in the cache any more; type"):
        location.locate(found)
    assert lookup.in_cache(PIN) is None


def test_no_script_on_path_is_taken_for_it(mirror, tmp_path, monkeypatch):
    """One that starts it through another loader would be measured with it."""
    script = tmp_path / "bin/cow"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho cow 9.9\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    assert pins.program_on_path(PIN) is None
    assert pins.program_on_path(PIN | {"install": {"debian": "cow"}}) == script


def test_of_the_real_one_all_libraries_are_its_own(tmp_path):
    """None is the system's, which may be there today."""
    pin = pins.pins()["wasmedge"]
    if lookup.on_path(pin) or suites.offered(pin):
        pytest.skip("the release that runs here has wasmedge")
    try:
        program = location.locate(installers.find("wasmedge", None, tmp_path / "log"))
    except UserError as error:
        pytest.skip(str(error))
    root = pins.suite_root(pin)
    (loader,) = (root / LIBRARIES).glob("ld-linux*")
    listed = check_output([loader, "--list", program], text=True).splitlines()
    found = [line.split("=>")[1].split()[0] for line in listed if "=>" in line]
    assert len(found) > 10
    assert [path for path in found if not path.startswith(str(root))] == []
    assert f"{loader}\0".encode() in Path(program).read_bytes()
