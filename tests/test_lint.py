"""The style the project promises, checked by the tools that define it."""

import subprocess

import pytest
import yaml

CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "snakefmt": ["snakefmt", "--check", "Snakefile", "workflow"],
    "snakemake --lint": ["snakemake", "--lint"],
    "codespell": ["codespell"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_clean(root, name):
    done = subprocess.run(CHECKS[name], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_before_a_commit_check_the_same_and_fetch_nothing(root):
    config = yaml.safe_load((root / ".pre-commit-config.yaml").read_text())
    (source,) = config["repos"]
    assert source["repo"] == "local"
    assert {hook["language"] for hook in source["hooks"]} == {"system"}
    named = {hook["name"] for hook in source["hooks"]}
    # Snakemake's linter takes seconds; the Rust tests check Rust's format.
    assert named == {*CHECKS, "cargo fmt"} - {"snakemake --lint"}
