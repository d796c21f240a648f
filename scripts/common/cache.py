"""The cache outside the checkout, which every clone shares."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.common.errors import UserError


def cache_dir() -> Path:
    """Return the cache outside the checkout that every clone shares."""
    home = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # A relative one is to be ignored (XDG Base Directory Specification).
    return (home if home.is_absolute() else Path.home() / ".cache") / "mobilenet-infer-benchmark"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other clones from writing into `folder` of the cache at the same time.

    Raises:
        UserError: the cache cannot be written to.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stream = open(folder.with_name(f"{folder.name}.lock"), "w")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UserError(
            f"the cache {cache_dir()} cannot be written to ({error.strerror}); make it writable, "
            "or name another folder in XDG_CACHE_HOME"
        ) from error
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
