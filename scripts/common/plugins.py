"""Packages of which each file is one thing of a kind, a runner or a benchmark, called as it."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def module(package: ModuleType, name: str) -> str:
    """Return the dotted name of the module that a thing is written in."""
    return f"{package.__name__}.{name}"


def names(package: ModuleType) -> list[str]:
    """Return the names of all things in a package, sorted."""
    return sorted(found.name for found in pkgutil.iter_modules(package.__path__))


def load(package: ModuleType, name: str, attribute: str) -> Any:
    """Return the object of a file; raise `ModuleNotFoundError` where there is no such file."""
    return getattr(importlib.import_module(module(package, name)), attribute)
