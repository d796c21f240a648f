"""What a script does, as a digest: comments, docstrings and layout do not count.

Rules take it as a parameter, so that a cosmetic edit does not repeat hours of benchmarks while a
change of the script, or of a module it imports from its own folder, does.
"""

import ast
import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def code_digest(script: str, folder: Path = FOLDER) -> str:
    """Return the digest of a script of `folder` and of every module there that it imports."""
    digest = hashlib.sha256()
    for path in sorted(closure(folder / script)):
        digest.update(path.name.encode())
        digest.update(meaning(path.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()[:16]


def meaning(source: str) -> str:
    """Return the syntax tree of Python source as text, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and is_text(body[0]):
            body[0].value.value = ""
    return ast.dump(tree)


def is_text(node: ast.AST) -> bool:
    """Tell whether a statement is a bare string."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def closure(path: Path) -> set[Path]:
    """Return a script and the modules beside it that it imports, directly or not."""
    found, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        waiting += [
            module for name in imports(current) if (module := path.parent / f"{name}.py").exists()
        ]
    return found


def imports(path: Path) -> set[str]:
    """Return the top-level names of the modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
