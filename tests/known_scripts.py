"""What this checkout's scripts mean to `code_digest`, found out once for all dry runs.

It is loaded before they are forked. The `code_digest` of a plan's own checkout then looks here
first, by a script's whole source, if it is the one that found it out.
"""

import importlib.util
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
SOURCE = SCRIPTS / "common/code_digest.py"
NAME = "scripts.common.code_digest"


def meanings() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what `code_digest` makes of each script that it can read, by its source."""
    spec = importlib.util.spec_from_file_location("before", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = {}
    for path in SCRIPTS.rglob("*.py"):
        with suppress(OSError, SyntaxError, ValueError):  # a plan tells, where it needs that one
            source = path.read_text(encoding="utf-8")
            found[source] = module.parsed(source)
    return found


KNOWN, FOUND_BY = meanings(), SOURCE.read_bytes()


class Loader(SourceFileLoader):
    """Loads a checkout's `code_digest`, and tells it what is known."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; put what is known before what it does."""
        super().exec_module(module)
        parsed = module.parsed
        module.parsed = lambda source: KNOWN.get(source) or parsed(source)


class Finder:
    """Finds `code_digest` where Python would, whichever checkout's that is."""

    @staticmethod
    def find_spec(name: str, path=None, target=None) -> ModuleSpec | None:
        """Return where the module is, to be loaded with what is known; nothing for all others."""
        spec = PathFinder.find_spec(name, path) if name == NAME else None
        if spec and Path(spec.origin).read_bytes() == FOUND_BY:
            spec.loader = Loader(name, spec.origin)
            return spec
        return None


def tell() -> None:
    """Let what is imported from now on know."""
    sys.meta_path.insert(0, Finder)
