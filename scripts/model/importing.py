"""What importers of other formats share: the ends of their graphs, and one line of error."""

from collections.abc import Iterator
from contextlib import contextmanager

from scripts.common.errors import UserError
from scripts.model.manifest import Model

# Nodes of the converted graph.
INPUT, OUTPUT = "image", "answer"
INSTEAD = "give a frozen TensorFlow graph instead"


def line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return next(iter(str(error).strip().splitlines()), "no reason")


@contextmanager
def told(model: Model, whence: str = "") -> Iterator[None]:
    """Tell any error as one line.

    A file may hold anything, and what reads it has errors of its own, or none.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"{model.member} is damaged, or has a part that is not converted{whence} "
            f"({type(error).__name__}: {line(error)}); {INSTEAD}"
        ) from error
