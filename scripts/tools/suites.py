"""Take a program from another of Debian's releases, with all that it needs, into a folder.

Where the release that runs here lacks it: its libraries, the C library and the loader among them,
are newer than the system's, so it gets its own, and nothing of the system is changed. It is no
script that starts it through that loader, which would be measured with it: the program itself names
the loader, and where its libraries lie.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts.common.cache import locked
from scripts.common.errors import UserError
from scripts.tools.lookup import in_cache
from scripts.tools.packages import run_logged, whole
from scripts.tools.pins import VERSION, suite_root, suits

# What rewrites the program; it comes from the same release.
PATCHER = "patchelf"
# Read after the system's configuration, of which a proxy and the trusted keys stay. What the system
# does after an update, such as emptying its archive, it is not to do for this.
CONFIGURATION = """\
#clear APT::Update;
Dir::State::lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::State::extended_states "{folder}/extended_states";
Dir::Cache "{folder}";
Dir::Cache::archives "{folder}/archives";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"""
MIRROR = ("Identifier: Packages", "Origin: Debian", "Label: Debian", "Component: main")


def offered(pin: dict[str, Any]) -> bool:
    """Tell whether the release that runs here has a package of a version that suits."""
    told = asked("apt-cache", "show", "--no-all-versions", pin["install"]["debian"])
    versions = [line for line in told if line.startswith("Version: ")]
    found = VERSION.search(versions[0]) if versions else None
    return found is not None and suits(found.group(), pin)


def asked(*command: str) -> list[str]:
    """Return the lines that a command prints; none where it fails or is not there."""
    if not shutil.which(command[0]):
        return []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def install_from_suite(name: str, pin: dict[str, Any], log: str | Path) -> None:
    """Take a program from another release into the cache, whole or not at all.

    It comes from where apt has the release that runs here from, and is checked as that is.
    """
    root, wanted = suite_root(pin), pin["install"]
    what = f"{wanted['debian']} of Debian {wanted['suite']}"
    mirrors = asked("apt-get", "indextargets", "--format", "$(REPO_URI)", *MIRROR)
    if not mirrors:
        raise UserError(
            f"{name} {pin['suits']} is not on PATH, and apt knows no mirror of Debian's to fetch "
            f"{what} from; it does once `apt-get update` has run"
        )
    with locked(root):
        if in_cache(pin):
            return
        with whole(root) as work:
            fetch(mirrors[0], wanted, work, log, f"{name}: {what} could not be fetched; see {log}")
            hint = f"{name}: {what} could not be made to run from a folder of its own; see {log}"
            make_runnable(pin, work, root, log, hint)


def fetch(mirror: str, wanted: dict[str, Any], work: Path, log: str | Path, hint: str) -> None:
    """Unpack a package of a release, and all that it and the patcher need, into a folder."""
    with tempfile.TemporaryDirectory() as name:
        folder, configuration = Path(name), Path(name) / "apt.conf"
        # As root, apt reads from the network as a user of its own.
        folder.chmod(0o755)
        for part in ("lists", "archives"):
            (folder / part / "partial").mkdir(parents=True)
        configuration.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
        source = f"deb {mirror} {wanted['suite']} main\n"
        (folder / "sources.list").write_text(source, encoding="utf-8")
        # Nothing is installed, so that all that is needed is fetched.
        (folder / "status").touch()
        apt = ["apt-get", f"--config-file={configuration}"]
        run_logged([*apt, "update"], log, hint)
        options = ["--yes", "--download-only", "--no-install-recommends"]
        run_logged([*apt, "install", *options, wanted["debian"], PATCHER], log, hint)
        for package in sorted((folder / "archives").glob("*.deb")):
            run_logged(["dpkg-deb", "--extract", str(package), str(work)], log, hint)


def make_runnable(pin: dict[str, Any], work: Path, root: Path, log: str | Path, hint: str) -> None:
    """Make a program in the folder `work` run by its own loader once that is the folder `root`.

    A library that says where its own lie would have theirs looked for there, and then in the
    system's folders, but not where the program says.
    """
    unpacked, program = (work / folder / pin["command"] for folder in ("usr/bin", "bin"))
    found = [path for path in sorted(work.rglob("ld-linux*")) if not path.is_symlink()]
    if not found or not unpacked.is_file():
        raise UserError(hint)
    program.parent.mkdir()
    unpacked.rename(program)
    loader = found[0]
    libraries = loader.parent
    files = [path for path in sorted(libraries.glob("*.so*")) if not path.is_symlink()]
    patcher = [str(loader), "--library-path", str(libraries), str(work / "usr/bin" / PATCHER)]
    run_logged([*patcher, "--remove-rpath", *map(str, files)], log, hint)
    place = f"$ORIGIN/{os.path.relpath(libraries, program.parent)}"
    named = ["--set-interpreter", str(root / loader.relative_to(work))]
    run_logged([*patcher, *named, "--force-rpath", "--set-rpath", place, str(program)], log, hint)
