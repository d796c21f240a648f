"""One run of the workflow at a time in a folder, by locks that end with their holders.

Snakemake's own lock is a file that a killed run leaves behind for a person to remove (the profile
turns it off). A killed run can also leave jobs behind that go on and would write into the next
run's outputs: every job holds the lock JOBS, shared, so the next run waits for them. What a job
that is killed alone has started, such as cargo, does not hold it, but writes no output either; the
spawner ends with its job.
"""

import fcntl
import shutil
import sys
from pathlib import Path
from typing import IO

from scripts.common import files
from scripts.common.errors import UserError

FOLDER = Path(".snakemake")
RUN, JOBS = FOLDER / "run.lock", FOLDER / "jobs.lock"
# What the shell of a job does first; descriptor 9 is open until the job's shell and its script end.
# Open for reading too: on NFS no lock can be shared on a file that is open for writing alone.
SHELL_PREFIX = f"exec 9<>{JOBS}; flock --shared 9; "


def claim(results: Path) -> IO[str]:
    """Take a folder for this run and remove the unfinished files of killed jobs below `results`.

    Return what has to stay open until the run ends.

    Raises:
        UserError: another run is at work in this folder.
    """
    FOLDER.mkdir(exist_ok=True)
    run = open(RUN, "w")  # noqa: SIM115 - open for as long as this process lives
    try:
        fcntl.flock(run, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UserError(
            f"another run is at work in {Path.cwd()}; wait until it ends, or stop it"
        ) from None
    wait_for_jobs()
    for path in results.rglob(f".*{files.UNFINISHED}"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return run


def wait_for_jobs() -> None:
    """Wait until no job of an earlier run is left."""
    with open(JOBS, "w") as jobs:
        try:
            fcntl.flock(jobs, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Waiting for the jobs that a killed run left behind ...", file=sys.stderr)
            fcntl.flock(jobs, fcntl.LOCK_EX)
