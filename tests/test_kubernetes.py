"""For Kubernetes: the profile with its plugins. There is no cluster here: nothing is submitted."""

import importlib.util

import pytest
from conftest import MODEL, QUICK, copy_checkout, snakemake

from scripts.common import paths

PLUGINS = ("snakemake_executor_plugin_kubernetes", "snakemake_storage_plugin_fs")
lacking = any(importlib.util.find_spec(name) is None for name in PLUGINS)
pytestmark = pytest.mark.skipif(lacking, reason="needs envs/requirements-kubernetes.txt")


def test_the_profile_plans_pods_for_the_nodes_that_the_config_names(tmp_path):
    folder = copy_checkout(tmp_path / "checkout")
    storage = f"--default-storage-prefix={tmp_path}/data"
    only = ("--config", "compare={machines: [m7i.4xlarge]}", "--configfile=config/quick.yaml")
    profile = ("--workflow-profile=kubernetes", storage, *only)
    done = snakemake(folder, *profile, "--dry-run", "--", paths.NOOP_MODULE)
    assert done.returncode == 0, done.stderr
    assert "machine_type=m7i.4xlarge" in done.stdout
    assert f"{tmp_path}/data/{paths.NOOP_MODULE} (send to storage)" in done.stdout


def test_jobs_find_their_files_among_the_storage_s_copies(tmp_path):
    """By the local executor: what the storage does is the same in a pod. A reference is checked."""
    folder, data = copy_checkout(tmp_path / "checkout"), tmp_path / "data"
    storage = ("--default-storage-provider=fs", f"--default-storage-prefix={data}")
    gate = f"{MODEL}/gates/litert.json"
    done = snakemake(folder, *storage, *QUICK, "--", gate)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    assert '"passed": true' in (data / gate).read_text()
