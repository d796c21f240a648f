"""What a script does, as a digest: comments, docstrings and layout do not count.

Rules take it as a parameter, so that a cosmetic edit does not repeat hours of benchmarks while a
change of the script, or of a module of this project that it imports, does.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def code_digest(*modules: str, root: Path = ROOT) -> str:
    """Return the digest of modules, by dotted name below `root`, and of all there they import."""
    digest = hashlib.sha256()
    for name in sorted(closure(*modules, root=root)):
        digest.update(name.encode())
        digest.update(meaning(file_of(name, root).read_text(encoding="utf-8")).encode())
    return digest.hexdigest()[:16]


@cache
def meaning(source: str) -> str:
    """Return the syntax tree of Python source as text, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and is_text(body[0]):
            body[0].value.value = ""
    return dump(tree)


def dump(node: object) -> str:
    """Return a syntax tree as text, the same from every Python.

    Fields without a value are left out: which of them there are, and whether `ast.dump` shows them,
    differs between versions.
    """
    if isinstance(node, list):
        return f"[{','.join(map(dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
    return f"{type(node).__name__}({','.join(f'{name}={dump(value)}' for name, value in fields)})"


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
    return [name for name in names if file_of(name, root).is_file()]


@cache
def imported(source: str) -> tuple[str, ...]:
    """Return the dotted names that source imports, each as a module and as one in a package."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)


def file_of(module: str, root: Path) -> Path:
    """Return where the source of a module lies, or would lie."""
    return root.joinpath(*module.split(".")).with_suffix(".py")
