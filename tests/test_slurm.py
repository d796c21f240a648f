"""On a cluster: real Slurm with two nodes on this machine, the shipped profile, real jobs."""

import importlib.util
import os
import shutil

import pytest
from conftest import copy_checkout, planned_rules, snakemake
from slurm import Cluster

from scripts.common import files, host, paths

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue")
TARGETS = (paths.PEAK_RATES, paths.NOOP_AOT.format(engine="wasmtime", suffix="cwasm"))
CLUSTER = (
    "--workflow-profile=slurm",
    "--cores=2",
    "--configfile=config/quick.yaml",
    "--slurm-no-account",
    "--slurm-status-command=squeue",
    "--slurm-init-seconds-before-status-checks=2",
)


def lacking() -> str:
    """What is missing for the test, or ""."""
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        return f"needs {', '.join(missing)} (Debian's slurm-wlm and munge)"
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "needs the packages of envs/requirements-slurm.txt"
    return "" if os.geteuid() == 0 else "needs root, as Slurm's daemons do"


pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster, and nothing left of it afterwards."""
    cluster = Cluster(tmp_path_factory.mktemp("slurm") / "cluster")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def done(cluster, tmp_path_factory):
    """A copy of the checkout in which a measurement and a compilation ran on the cluster."""
    folder = copy_checkout(tmp_path_factory.mktemp("clustered"))
    done = submit(folder, cluster, "--", *TARGETS)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    return folder


def submit(folder, cluster, *arguments, node_type="measured"):
    """Run the workflow through the profile."""
    variables = cluster.variables | {"MOBILENET_NODE_TYPE": node_type}
    return snakemake(folder, *CLUSTER, *arguments, **variables)


def test_a_measurement_has_a_node_of_the_type_to_itself(cluster, done):
    jobs = cluster.jobs()
    assert set(jobs) == {
        "find_tool", "build_measure", "measure_peak", "build_noop_module", "compile_noop",
    }  # fmt: skip
    every = [job for found in jobs.values() for job in found]
    assert {job["Features"] for job in every} == {"measured"}
    alone = {name for name, found in jobs.items() for job in found if job["OverSubscribe"] == "NO"}
    assert alone == {"measure_peak"}
    assert files.read_json(done / paths.PEAK_RATES)["host"]["name"] == host.facts()["name"]


@pytest.mark.parametrize(("node_type", "rules"), [("measured", set()), ("other", {"compile_noop"})])
def test_what_is_compiled_for_a_processor_is_of_the_node_type(cluster, done, node_type, rules):
    plan = submit(done, cluster, "--dry-run", "--", *TARGETS, node_type=node_type)
    assert plan.returncode == 0, plan.stderr
    assert planned_rules(plan) == rules
