"""A cosmetic edit must not repeat a benchmark; a change of code, or of an imported module, must."""

import hashlib

import pytest

from scripts.common.code_digest import code_digest, imported, meaning

SCRIPT = '''"""Doc."""
from package import helper

def main():
    """Say."""
    return helper.ANSWER  # why
'''


@pytest.fixture
def folder(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "script.py").write_text(SCRIPT)
    (package / "helper.py").write_text("import package.deep as deep\nANSWER = deep.ANSWER\n")
    (package / "deep.py").write_text("from package.deeper import ANSWER\n")
    (package / "deeper.py").write_text("ANSWER = 42\n")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new"),
    [("# why", "# because"), ("Say.", "Tell."), ("import helper\n", "import helper\n\n\n")],
)
def test_cosmetic_edit_keeps_the_digest(folder, old, new):
    before = code_digest("package.script", root=folder)
    (folder / "package/script.py").write_text(SCRIPT.replace(old, new))
    assert code_digest("package.script", root=folder) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("script.py", "helper.ANSWER", "helper.ANSWER + 1"), ("deeper.py", "42", "43")],
)
def test_change_of_code_changes_the_digest(folder, name, old, new):
    before = code_digest("package.script", root=folder)
    path = folder / "package" / name
    path.write_text(path.read_text().replace(old, new))
    assert code_digest("package.script", root=folder) != before


NESTED = """
def function():
    import package.in_function
class Class:
    import package.in_class
if 1:
    pass
else:
    import package.in_else
try:
    with open(""):
        import package.in_with
except OSError:
    import package.in_handler
finally:
    import package.at_last
match 1:
    case 1:
        import package.in_case
async def later():
    async for _ in later():
        from package import in_loop
"""


def test_what_is_imported_below_a_statement_counts():
    names = {name for name in imported(NESTED) if name != "package"}
    assert names == {
        f"package.{name}"
        for name in (
            "in_function", "in_class", "in_else", "in_with", "in_handler", "at_last", "in_case",
            "in_loop",
        )
    }  # fmt: skip


def test_each_of_several_scripts_counts(folder):
    (folder / "package/runner.py").write_text("SPEED = 1\n")
    before = code_digest("package.script", "package.runner", root=folder)
    (folder / "package/runner.py").write_text("SPEED = 2\n")
    assert code_digest("package.script", "package.runner", root=folder) != before


def test_the_digest_is_the_same_for_every_python():
    """Digested by 3.11: another version's syntax trees have other fields, which may not count."""
    source = "class A:\n    def f(self, *, b=1):\n        return [c for c in b if c]\n"
    found = hashlib.sha256(meaning(source).encode()).hexdigest()
    assert found.startswith("94452ab4f4d26480")
