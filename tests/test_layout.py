"""The folders show the stages: rules, scripts and tests have the same, and scripts stand alone."""

import ast
import re
from collections import Counter
from fnmatch import fnmatch

from conftest import snakemake

from scripts.common import code_digest

# Not stages: what is compared, what is run as a contender's command, what several stages use.
SHARED = {"common", "contenders", "runners"}


def folders(path):
    return {child.parent.name for child in path.glob("*/*.py")}


def rule_scripts(root):
    """Return the scripts that the rules run, by dotted name."""
    rules = "".join(path.read_text() for path in (root / "workflow/rules").glob("*.smk"))
    return set(re.findall(r"python -m (scripts[.\w]+)", rules))


def test_stages_have_the_same_name_everywhere(root):
    rules = {path.stem for path in (root / "workflow/rules").glob("*.smk")}
    assert folders(root / "scripts") - SHARED == rules - SHARED
    assert folders(root / "tests") == folders(root / "scripts")


def test_pytest_looks_into_every_folder_of_tests(root, pytestconfig):
    """It passes over some names: for two days those of the stage `build` were not run."""
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {path.parent.relative_to(root) for path in (root / "tests").rglob("test_*.py")}
    assert len(folders) > 10
    for folder in folders:
        assert not [
            part for part in folder.parts if any(fnmatch(part, name) for name in passed_over)
        ], folder


def test_a_rule_script_is_run_and_never_imported(root):
    scripts = rule_scripts(root)
    assert len(scripts) > 20
    for name in scripts:
        assert (root / f"{name.replace('.', '/')}.py").is_file(), name
    for path in (root / "scripts").rglob("*.py"):
        assert not scripts & set(code_digest.imported(path.read_text())), path


def test_the_picture_of_the_rules_is_of_these_rules(root):
    picture = (root / "docs/rulegraph.svg").read_text()
    only = ("--config", "compare={benchmarks: [cold_start]}", "--forceall", "--nolock")
    done = snakemake(root, "--rulegraph", "dot", *only, "--", "all")
    drawn = set(re.findall(r"<text [^>]*>(\w+)</text>", picture))
    assert drawn == set(re.findall(r'label = "(\w+)"', done.stdout))


def test_no_two_files_of_tests_have_one_name(root):
    """Pytest imports them by their bare names, and a second one stops the whole suite."""
    names = Counter(path.name for path in (root / "tests").rglob("*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_says_what_it_is(root):
    for path in (root / "scripts").rglob("*.py"):
        text = ast.get_docstring(ast.parse(path.read_text()))
        assert text, path
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        assert text.startswith("Rule script:") == (name in rule_scripts(root)), path
