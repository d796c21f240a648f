"""The facts of the machine that a job measures on."""

import subprocess

import pytest

from scripts.common import host


def test_the_commit_is_this_project_s_wherever_results_lie(root, tmp_path, monkeypatch):
    """The working folder is inside another repository, with a commit of its own."""
    asked = ["git", "-C", str(root), "rev-parse", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("the checkout is no repository")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init"], [*identity, "commit", "--allow-empty", "--message", "other"]):
        subprocess.run(["git", *command], cwd=tmp_path, capture_output=True, check=True)
    (tmp_path / "results").mkdir()
    monkeypatch.chdir(tmp_path / "results")
    assert host.git()["commit"] == done.stdout.strip()
