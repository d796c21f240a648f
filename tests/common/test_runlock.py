"""One run at a time; a killed one leaves nothing that a person has to remove."""

import signal
import subprocess
import sys

import pytest

from scripts.common import files, runlock
from scripts.common.errors import UserError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    return tmp_path


def holder(root, what):
    """Another process that does `what` and then sleeps; it prints a line when it is ready."""
    code = f"import pathlib, time; from scripts.common import runlock; {what}; "
    code += "print('ready', flush=True); time.sleep(600)"
    path = {"PYTHONPATH": str(root)}
    process = subprocess.Popen([sys.executable, "-c", code], env=path, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_second_run_is_refused_until_the_first_is_dead(root, folder):
    first = holder(root, "lock = runlock.claim(pathlib.Path('results'))")
    with pytest.raises(UserError, match="another run is at work"):
        runlock.claim(folder / "results")
    first.send_signal(signal.SIGKILL)
    first.wait()
    runlock.claim(folder / "results").close()


def test_jobs_that_a_killed_run_left_are_waited_for(folder):
    runlock.claim(folder / "results").close()
    job = ["bash", "-c", f"{runlock.SHELL_PREFIX} echo ready; sleep 1; touch results/done"]
    with subprocess.Popen(job, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        runlock.claim(folder / "results").close()
        assert (folder / "results/done").exists()


def test_jobs_can_hold_the_lock_on_a_shared_file_system(folder):
    """NFS makes of flock a lock by byte ranges, as here: that is shared by who may read alone."""
    (folder / runlock.FOLDER).mkdir()
    shared = f"{sys.executable} -c 'import fcntl; fcntl.lockf(9, fcntl.LOCK_SH)'"
    subprocess.run(["bash", "-c", f"set -e; {runlock.SHELL_PREFIX} {shared}"], check=True)


def test_what_a_killed_job_left_unfinished_is_removed(root, folder):
    write = (
        "from scripts.common import files;"
        "whole = files.atomic_write('results/table.csv'); stream = whole.__enter__()"
    )
    job = holder(root, f"{write}; stream.write('half'); stream.flush()")
    job.send_signal(signal.SIGKILL)
    job.wait()
    (half,) = (folder / "results").iterdir()
    assert half.name.endswith(files.UNFINISHED)
    (folder / "results/whole.csv").touch()
    runlock.claim(folder / "results").close()
    assert [path.name for path in (folder / "results").iterdir()] == ["whole.csv"]
