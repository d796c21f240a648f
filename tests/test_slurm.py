"""On a cluster: real Slurm with two nodes on this machine, the shipped profile, real jobs."""

import contextlib
import importlib.util
import os
import shutil
import subprocess

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


def of_types(*names):
    """The types of nodes that the config names."""
    return "--config", f"compare={{machines: [{', '.join(names)}]}}"


def submit(folder, cluster, *arguments, node_types=("measured",)):
    """Run the workflow through the profile."""
    return snakemake(folder, *CLUSTER, *of_types(*node_types), *arguments, **cluster.variables)


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


@pytest.mark.parametrize(
    ("node_type", "rules"), [("measured", set()), ("other", {"compile_noop", "measure_peak"})]
)
def test_what_is_compiled_for_a_processor_is_of_the_node_type(cluster, done, node_type, rules):
    plan = submit(done, cluster, "--dry-run", "--", *TARGETS, node_types=[node_type])
    assert plan.returncode == 0, plan.stderr
    assert planned_rules(plan) == rules


def test_a_cluster_without_a_type_of_nodes_is_refused(cluster, done):
    refused = submit(done, cluster, "--forceall", "--", paths.NOOP_MODULE, node_types=[])
    assert refused.returncode != 0
    assert "compare.machines is empty" in refused.stderr


def test_each_machine_is_measured_on_its_own_nodes_with_the_same_model(cluster, done):
    places = {name: paths.MACHINES.format(machine=name) for name in ("left", "right")}
    model = paths.GRAPH.format(model="mobilenet_v2_0.35_96")
    targets = [place + file for place in places.values() for file in (paths.PEAK_RATES, model)]
    several = submit(done, cluster, "--", *targets, node_types=places)
    assert several.returncode == 0, several.stdout[-2000:] + several.stderr[-6000:]
    jobs = cluster.jobs()
    for name, node in (("left", "node1"), ("right", "node2")):
        (peak,) = jobs[f"on_{name}_measure_peak"]
        told = (peak["Features"], peak["NodeList"], peak["OverSubscribe"])
        assert told == (name, node, "NO")
        assert (done / places[name] / model).read_bytes() == (done / model).read_bytes()
    assert len(jobs["fetch_model"]) == 1


@contextlib.contextmanager
def endless(program, began):
    """A program that is measured does not end; `began` is there once it has begun."""
    whole = program.read_bytes()
    program.write_text(f"#!/bin/sh\ntouch {began}\nsleep 3600\n")
    yield
    program.write_bytes(whole)


@contextlib.contextmanager
def running(folder, cluster, console, *arguments):
    """The workflow, at work on the cluster."""
    with open(console, "w") as stream:
        process = subprocess.Popen(
            ["snakemake", *CLUSTER, *of_types("measured"), *arguments],
            cwd=folder,
            stdout=stream,
            stderr=stream,
            env=os.environ | cluster.variables,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_measurement_whose_node_dies_fails_and_runs_again(cluster, done, tmp_path):
    target, began, console = done / paths.PEAK_RATES, tmp_path / "began", tmp_path / "console"
    with (
        endless(done / paths.PEAK, began),
        running(done, cluster, console, "--", paths.PEAK_RATES) as run,
    ):
        cluster.wait_for(lambda: began.exists() or run.poll() is not None)
        cluster.lose(cluster.jobs()["measure_peak"][-1]["NodeList"])
        assert run.wait(1800) != 0
    assert "NODE_FAIL" in console.read_text()
    assert not target.exists()
    again = submit(done, cluster, "--", paths.PEAK_RATES)
    assert again.returncode == 0, again.stdout[-2000:] + again.stderr[-6000:]
    lost, found = cluster.jobs()["measure_peak"][-2:]
    assert (lost["JobState"], found["JobState"]) == ("NODE_FAIL", "COMPLETED")
    assert lost["NodeList"] != found["NodeList"]
    assert files.read_json(target)["kernels"]
    assert not list((done / "results").rglob(f"*{files.UNFINISHED}"))
