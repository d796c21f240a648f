"""Dry runs of Snakemake, each in a process forked from one that has loaded it.

The tests make two hundred. A third of a plan's time is for loading Snakemake, pandas and what else
plans take from packages, another one for parsing this project's scripts. No module of the project
is loaded beforehand: a plan takes those of its own checkout, as one of `snakemake` does.
"""

import atexit
import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing import forkserver
from pathlib import Path

import pytest

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "dry_runs",
        "known_scripts",
        "snakemake.cli",
        "snakemake.report.html_reporter",
        "pandas",
        "jsonschema",
        "smart_open",
    ]
)
OUTPUTS = ("stdout", "stderr")


def start() -> None:
    """Start what dry runs are forked from, where it does not run; it finds the tests' modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        forkserver.ensure_running()


def dry_run(
    folder: Path, command: list[str], environment: dict[str, str], timeout: float
) -> subprocess.CompletedProcess:
    """Run a command of `snakemake` in a folder; return what a subprocess would."""
    start()
    with tempfile.TemporaryDirectory() as said:
        process = CONTEXT.Process(target=become, args=(folder, command, environment, said))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(command, timeout)
        texts = [Path(said, name).read_text() for name in OUTPUTS]
    return subprocess.CompletedProcess(command, process.exitcode, *texts)


def become(folder: Path, command: list[str], environment: dict[str, str], said: str) -> None:
    """Go on as the command, started in a folder with an environment; never return."""
    import known_scripts
    from snakemake.cli import main
    from snakemake.workflow import Workflow

    for number, name in enumerate(OUTPUTS, start=1):
        os.dup2(os.open(Path(said, name), os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    Workflow._rundir = str(Path.cwd())  # else the folder in which Snakemake was loaded
    sys.argv = command
    # The tests' own checkout is no more to be found than by an interpreter that starts.
    installed = (sys.prefix, sys.base_prefix)
    sys.path = [name for name in sys.path if name.startswith(installed)]
    sys.dont_write_bytecode = False  # as conftest.py has it of all that tests start
    known_scripts.tell()
    gc.freeze()  # what was loaded beforehand is not looked through again and again
    try:
        main()
    finally:
        # Snakemake removes its own files there; what multiprocessing forks calls none of it.
        atexit._run_exitfuncs()
