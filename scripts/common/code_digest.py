"""What a script does, as a digest: comments, docstrings and layout do not count.

Rules take it as a parameter, so that a cosmetic edit does not repeat hours of benchmarks while a
change of the script, or of a module of this project that it imports, does.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where a statement holds others.
BODIES = ("body", "orelse", "handlers", "finalbody", "cases")


def code_digest(*modules: str, root: Path = ROOT) -> str:
    """Return the digest of modules, by dotted name below `root`, and of all there they import."""
    digest = hashlib.sha256()
    for name in sorted(closure(*modules, root=root)):
        digest.update(name.encode())
        digest.update(meaning(file_of(name, root).read_text(encoding="utf-8")).encode())
    return digest.hexdigest()[:16]


def meaning(source: str) -> str:
    """Return the syntax tree of Python source as text, without docstrings."""
    return parsed(source)[0]


def imported(source: str) -> tuple[str, ...]:
    """Return the dotted names that source imports, each as a module and as one in a package."""
    return parsed(source)[1]


@cache
def parsed(source: str) -> tuple[str, tuple[str, ...]]:
    """Return both at once: a syntax tree takes long to make, and much memory to keep."""
    tree = ast.parse(source)
    return dump(tree), tuple(names_imported(tree))


def dump(node: object) -> str:
    """Return a syntax tree as text, the same from every Python; a docstring is an empty one.

    Fields without a value are left out: which of them there are, and whether `ast.dump` shows them,
    differs between versions.
    """
    if isinstance(node, list):
        if node and is_text(node[0]):
            node = [ast.Expr(ast.Constant("")), *node[1:]]
        return f"[{','.join(map(dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [(name, getattr(node, name, None)) for name in node._fields]
    shown = [f"{name}={dump(value)}" for name, value in fields if value not in (None, [])]
    return f"{type(node).__name__}({','.join(shown)})"


def is_text(node: ast.AST) -> bool:
    """Tell whether a statement is a bare string."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def closure(*modules: str, root: Path = ROOT) -> set[str]:
    """Return modules and those below `root` that they import, directly or not."""
    found, waiting = set[str](), list(modules)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += imports(current, root)
    return found


def imports(module: str, root: Path) -> list[str]:
    """Return the modules below `root` that one imports.

    `from package import name` means the module `package.name` where there is one, else the package.
    """
    names = imported(file_of(module, root).read_text(encoding="utf-8"))
    return [name for name in names if is_below(name, root)]


@cache
def is_below(module: str, root: Path) -> bool:
    """Tell whether a module lies below `root`."""
    return file_of(module, root).is_file()


def names_imported(tree: ast.Module) -> Iterator[str]:
    """Yield what the statements of a syntax tree import."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is below a statement, and no expressions, which are most of a tree."""
    for name in BODIES:
        for inner in getattr(node, name, ()):
            yield inner
            yield from statements(inner)


def file_of(module: str, root: Path) -> Path:
    """Return where the source of a module lies, or would lie."""
    return root.joinpath(*module.split(".")).with_suffix(".py")
