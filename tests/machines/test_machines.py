"""Several types of nodes in one run: what each makes itself, and what is made once for all."""

import re

import pytest
from conftest import QUICK, planned_rules, snakemake

from scripts.common.errors import UserError
from scripts.machines import take, write

# Photographs are where they are for all machines.
TWO = ("--config", "compare={machines: [one, other-1]}", "image=photographs/a.jpg")
TWO += ("oracle={images: [photographs/b.jpg]}", "accuracy={labelled: photographs/labelled.csv}")


@pytest.fixture(scope="module")
def plan(root, tmp_path_factory):
    """What a whole report of two machines would run."""
    place = tmp_path_factory.mktemp("two")
    (place / "photographs").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (place / "photographs" / name).touch()
    (place / "photographs/labelled.csv").write_text("file,class\nb.jpg,1\n")
    folder = ("--directory", str(place))
    files = (*QUICK[:3], str(root / QUICK[3]), "--snakefile", str(root / "Snakefile"))
    done = snakemake(root, *folder, *files, *TWO, "--dry-run", "--", "report")
    assert done.returncode == 0, done.stderr
    return done


def test_the_model_and_wasm_modules_are_made_once_and_the_rest_on_every_machine(plan):
    rules = planned_rules(plan)
    own = [
        {rule.removeprefix(f"on_{machine}_") for rule in rules if rule.startswith(f"on_{machine}_")}
        for machine in ("one", "other-1")
    ]
    assert own[0] == own[1]
    assert own[0] > {"find_tool", "build_native", "compile_aot", "check_oracle", "cold_start"}
    once = {rule for rule in rules if not rule.startswith("on_")}
    assert once > {"fetch_model", "build_wasm", "build_wasm_packed", "snapshot", "take"}
    assert once & own[0] == {"find_tool"}


def test_the_jobs_of_a_machine_ask_for_its_nodes(plan):
    asked = re.findall(
        r"rule on_(\S+?)_[a-z_]+:\n(?:    .+\n)*?.*constraint=([^,\s]+)", plan.stdout
    )
    assert set(asked) == {("one", "one"), ("other-1", "other-1")}


def test_all_machines_add_to_one_history(plan):
    assert plan.stdout.count("Adding the run to the history in history\n") == 2


def test_types_of_nodes_are_refused_where_there_is_no_cluster(root, tmp_path):
    folder = ("--directory", str(tmp_path), "--snakefile", str(root / "Snakefile"))
    machine = ("--config", "compare={machines: [one]}")
    done = snakemake(root, *folder, *machine, "--cores=1", "--", "results/harness/noop.wasm")
    assert done.returncode != 0
    assert "compare.machines names types of nodes: it takes a cluster" in done.stderr
    assert not (tmp_path / "results/harness/noop.wasm").exists()


def test_what_is_taken_is_the_same(tmp_path):
    (tmp_path / "module.wasm").write_bytes(b"\0asm")
    take.main([str(tmp_path / "module.wasm"), "--out", str(tmp_path / "one/module.wasm")])
    assert (tmp_path / "one/module.wasm").read_bytes() == b"\0asm"


def test_a_machine_without_results_is_named_and_nothing_is_written(tmp_path):
    machines = [str(tmp_path / f"{name}/results/machine.json") for name in ("one", "other")]
    with pytest.raises(UserError, match="there is no folder .*one/results"):
        write.main([*machines, "--out", str(tmp_path / "machines.md")])
    assert not list(tmp_path.iterdir())
