"""How the checks of this stage are run, and how their figures become files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts.bench.harness import Harness
from scripts.bench.spawning import RunError, Spawner
from scripts.common import files
from scripts.common.errors import UserError


@contextmanager
def harness(spawn: str, request: str, what: str) -> Iterator[Harness]:
    """Give a harness with a folder of its own.

    Args:
        spawn: the program that starts processes.
        request: the file of the request.
        what: is checked, for the error.

    Raises:
        UserError: one of the runs failed.
    """
    asked = files.read_json(request)
    with TemporaryDirectory() as folder:
        try:
            yield Harness(Spawner(spawn, Path(folder)), asked, {})
        except RunError as error:
            raise UserError(f"{what}: {error}") from error


def write(found: dict[str, Any], figures: str, text: str, out: str) -> None:
    """Write the figures as JSON and the text into `out`, and print the text."""
    files.write_json(figures, found)
    with files.atomic_write(out) as stream:
        stream.write(text)
    print(text)


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.3g} %"
