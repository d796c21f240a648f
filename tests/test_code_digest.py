"""A cosmetic edit must not repeat a benchmark; a change of code, or of an imported module, must."""

import pytest
from code_digest import code_digest

SCRIPT = '''"""Doc."""
import helper

def main():
    """Say."""
    return helper.ANSWER  # why
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "helper.py").write_text("import deep\nANSWER = deep.ANSWER\n")
    (tmp_path / "deep.py").write_text("ANSWER = 42\n")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new"),
    [("# why", "# because"), ("Say.", "Tell."), ("import helper\n", "import helper\n\n\n")],
)
def test_cosmetic_edit_keeps_the_digest(folder, old, new):
    before = code_digest("script.py", folder)
    (folder / "script.py").write_text(SCRIPT.replace(old, new))
    assert code_digest("script.py", folder) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("script.py", "helper.ANSWER", "helper.ANSWER + 1"), ("deep.py", "42", "43")],
)
def test_change_of_code_changes_the_digest(folder, name, old, new):
    before = code_digest("script.py", folder)
    path = folder / name
    path.write_text(path.read_text().replace(old, new))
    assert code_digest("script.py", folder) != before
