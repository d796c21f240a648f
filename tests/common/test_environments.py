"""The lists of Python packages: what the scripts import is in them, and nothing else."""

import ast
import re
import sys

import pytest
import yaml

from scripts.common import code_digest, host
from scripts.contenders import registry
from scripts.model import manifest

# Distributions whose modules have other names.
MODULES = {
    "ai-edge-litert": "ai_edge_litert",
    "markdown-it-py": "markdown_it",
    "matplotlib-base": "matplotlib",
    "mdit-py-plugins": "mdit_py_plugins",
    "pillow": "PIL",
    "protobuf": "google",
    "pyyaml": "yaml",
    "tensorflow-cpu": "tensorflow",
    "vl-convert-python": "vl_convert",
}
# What no script imports: the interpreter, the installer.
AROUND = {"python", "pip"}
# What the jobs of the stage deployment start beside their scripts.
STARTED = {"scripts.action.serve", "scripts.action.zygote", "scripts.deployment.probe"}


def outside(sources):
    """Return the top-level modules that files import from outside the standard library."""
    found = set()
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.split(".")[0])
    return found - {"scripts"} - set(sys.stdlib_module_names)


def programs(stage, rules):
    """Return what a stage's jobs run: its scripts, and this project's programs as contenders."""
    found = set(re.findall(r"python -m (scripts[.\w]+)", rules))
    for runner in map(registry.runner, registry.names()):
        is_timed = any(mode.is_timed for mode in runner.modes.values())
        if runner.module and (stage == "oracle" or (stage == "bench" and is_timed)):
            found.add(runner.module)
    return found | (STARTED if stage == "deployment" else set())


def of_the_manifest():
    """Return the packages whose files are read, and whose code is not imported."""
    entries = yaml.safe_load(manifest.MANIFEST.read_text()).values()
    return {entry["package"] for entry in entries if "package" in entry}


def modules(requirements):
    """Return the modules of a list of requirements."""
    names = {re.split(r"[=<> ]", line)[0] for line in requirements}
    return {MODULES.get(name, name) for name in names - AROUND}


STAGES = [
    "tools", "model", "build", "compile", "engines", "action", "oracle", "bench",
    "deployment", "scaling", "stats", "report", "history", "selfcheck", "watch", "machines",
]  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_s_environment_has_what_its_jobs_import_and_nothing_else(root, stage):
    listed = yaml.safe_load((root / f"envs/conda/{stage}.yaml").read_text())["dependencies"]
    named = [name for row in listed for name in (row["pip"] if isinstance(row, dict) else [row])]
    rules = (root / f"workflow/rules/{stage}.smk").read_text()
    used = set().union(*map(code_digest.closure, programs(stage, rules)))
    read = of_the_manifest() if stage == "model" else set()
    assert modules(named) == read | outside(code_digest.file_of(name, root) for name in used)
    assert set(re.findall(r"envs/conda/(\w+)\.yaml", rules)) == {stage}


def test_building_and_measuring_start_without_tensorflow(root):
    without = "tools", "build", "compile", "scaling", "stats", "report", "selfcheck", "machines"
    for stage in without:
        assert "tensorflow" not in (root / f"envs/conda/{stage}.yaml").read_text()


def test_the_requirements_have_what_the_scripts_import(root):
    lines = (root / "envs/requirements.in").read_text().splitlines()
    listed = modules([line for line in lines if line and line[0] != "#"])
    assert outside((root / "scripts").rglob("*.py")) | of_the_manifest() <= listed


def test_every_version_that_is_recorded_or_declared_can_be_told():
    """A distribution's name that nobody has would record None, and its change re-run nothing."""
    names = {
        *host.PACKAGES,
        *(name for known in registry.names() for name in registry.runner(known).packages),
    }
    assert not {name for name in names if host.version(name) is None}
