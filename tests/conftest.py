"""Fixtures: a copy of the checkout, the mirror for tests."""

import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest
from dry_runs import dry_run
from hypothesis import HealthCheck, settings

from scripts.common.cache import locked
from scripts.tools import installers, location, pins, rust

# The same examples each time, however long they take: a failure is of what changed.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# Containers set it, users do not: what has run once in a checkout stays compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

QUICK = ("--cores", "2", "--configfile", "config/quick.yaml")
# Where the quick run keeps what it makes of its model.
MODEL = "results/models/mobilenet_v2_0.35_96"
ROOT = Path(__file__).resolve().parent.parent
# Files of tests that take minutes, the longest first.
LONGEST = ("test_workflow.py", "test_killed.py", "test_rust.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the quick run; what shares it comes last, before it what is compiled as it is.

    Else another worker would wait for it, or have it wait for a compiler's folder, or have nothing
    left to do while it builds, or while one file goes on for minutes: the longest come first.
    """
    shares = [
        {item.path for item in items if fixture in item.fixturenames}
        for fixture in ("run", "record")
    ]
    begins = min((item.path for item in items if "run" in item.fixturenames), default=None)
    items.sort(
        key=lambda item: (
            item.path != begins,
            *(item.path in paths for paths in shares),
            -length(item.path.name),
        )
    )


def length(name: str) -> int:
    """Tell by a larger number that a file of tests takes longer."""
    return len(LONGEST) - LONGEST.index(name) if name in LONGEST else 0


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout with real weights and photographs; tests skip without it."""
    folder = ROOT.parent / "shared"
    if not (folder / "models").is_dir():
        pytest.skip("needs the folder `shared` with trained weights beside the checkout")
    return folder


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    """The record of the workflow's compiler."""
    return rust.find(pins.pins()["rust"], tmp_path_factory.mktemp("log") / "log")


@pytest.fixture(scope="session")
def wasmtime(record, tmp_path_factory):
    """The workflow's wasmtime."""
    log = tmp_path_factory.mktemp("log") / "log"
    environment = rust.cargo_environment(record, wasm=False, rustflags=[])
    compiler = installers.Cargo(record["path"], environment, os.cpu_count() or 1)
    return location.locate(installers.find("wasmtime", compiler, log))


def tracked(folder: Path) -> list[str]:
    """Return the files of a folder of the checkout that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in filter(None, listed.split("\0")) if (folder / name).is_file()]


def copy_checkout(target: Path) -> Path:
    """Copy the working tree, as a fresh clone of it would be."""
    for name in tracked(ROOT):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def fetch_trained(shared: Path, folder: Path) -> Path:
    """Take the shared folder's trained model into a folder, by way of a cache of its own there."""
    fetch_model("mobilenet_v2_1.0_224_dequantized", shared / "models", folder)
    return folder


def fetch_model(name: str, mirror: Path, folder: Path, *options: str) -> Path:
    """Take a mirror's model into a folder, by way of a cache of its own; return its record."""
    from scripts.model import fetch, pretrained

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pretrained.MIRROR_VARIABLE, str(mirror))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        fetch.main([
            f"--model={name}",
            "--weights=pretrained",
            f"--out={folder / 'model.pb'}",
            f"--labels-out={folder / 'labels.txt'}",
            f"--json-out={folder / 'model.json'}",
            *options,
        ])  # fmt: skip
    return folder / "model.json"


def complaint(function, *arguments) -> str:
    """Return what a function complains of, in a `UserError`; nothing where it does not."""
    from scripts.common.errors import UserError

    try:
        function(*arguments)
    except UserError as error:
        return str(error)
    return ""


def build_measure(folder: Path) -> Path:
    """Compile the harness's programs into a folder, as the workflow does."""
    from scripts.build import compile_harness
    from scripts.common import files
    from scripts.tools import pins, rust

    record = folder / "rust.json"
    files.write_json(record, rust.find(pins.pins()["rust"], folder / "rust.log"))
    compile_harness.main(["--rust", str(record), "--out-dir", str(folder)])
    return folder


def snakemake(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run Snakemake in a checkout, as a user with the environment active does."""
    command, timeout = ["snakemake", *arguments], 4 * 3600
    # Where an interpreter is told something, what it makes of that is tried too.
    if "--dry-run" in arguments and not any(name.startswith("PYTHON") for name in environment):
        return dry_run(folder, command, os.environ | environment, timeout)
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        timeout=timeout,
    )


def report_quickly(folder: Path) -> None:
    """Make one quick report in a copy of the checkout."""
    done = snakemake(folder, *QUICK, "--", "report")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    # An engine that fails once in thousands of runs is reported; one that fails again is a fault.
    if once := failed_on_the_way(folder):
        warnings.warn(f"measured once more: {once}", stacklevel=2)
        done = snakemake(folder, *QUICK, "--forcerun", *once, "--", "report")
        assert done.returncode == 0, done.stderr[-4000:]
    again = failed_on_the_way(folder)
    assert not again, f"{once}, then {again}"


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A copy of the checkout after one quick report, which the workers of a session share."""
    own = tmp_path_factory.getbasetemp()
    session = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made, failed = session / "quick", session / "quick.failed"
    with locked(made):
        if failed.exists():
            pytest.fail("the quick run failed in another worker, which tells how")
        if not made.exists():
            folder = copy_checkout(tmp_path_factory.mktemp("quick"))
            failed.touch()
            report_quickly(folder)
            folder.rename(made)
            failed.unlink()
    return shutil.copytree(made, own / "checkout", symlinks=True)


@pytest.fixture
def copied(run, tmp_path):
    """A copy of the quick run, for a test that leaves it otherwise or asks of another folder."""
    return copy_of_run(run, tmp_path)


def copy_of_run(run: Path, folder: Path) -> Path:
    """Copy the quick run into a folder; return where it is there."""
    return Path(shutil.copytree(run, folder / "run", symlinks=True))


def failed_on_the_way(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return the samples of the benchmarks in which contenders failed, and what failed how."""
    found = {}
    for path in sorted((folder / MODEL / "samples").glob("*/*.json")):
        if skipped := json.loads(path.read_text())["skipped"]:
            found[str(path.with_suffix(".csv").relative_to(folder))] = skipped
    return found


def planned(
    folder: Path, *arguments: str, targets: tuple[str, ...] = ("report",), **environment: str
) -> set[str]:
    """Return the rules that a dry run of the quick report, or of other targets, would run."""
    done = snakemake(folder, *QUICK, *arguments, "--dry-run", *targets, **environment)
    assert done.returncode == 0, done.stderr
    return planned_rules(done)


def planned_rules(done: subprocess.CompletedProcess) -> set[str]:
    """Return the rules that a dry run would run."""
    # The table of jobs at the end: `rule count`, a line each; there is none when nothing is to do.
    _, _, table = (done.stdout + done.stderr).partition("Job stats:")
    rows = (line.split() for line in table.split("\n\n")[0].splitlines())
    return {row[0] for row in rows if len(row) == 2 and row[1].isdigit()} - {"total"}


def write_job(folder: Path, table, skipped=()) -> Path:
    """Write a job's samples and record, as bench/measure.py does; return the samples' path."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "cold_start.csv", index=False)
    record = {"mode": folder.name, "benchmark": "cold_start", "skipped": list(skipped)}
    (folder / "cold_start.json").write_text(json.dumps(record))
    return folder / "cold_start.csv"
