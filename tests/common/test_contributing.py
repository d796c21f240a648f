"""CONTRIBUTING.md and its neighbours: the examples work as they stand, links lead somewhere."""

import json
import re
import shutil

import pandas as pd
import pytest
import yaml
from conftest import MODEL, QUICK, snakemake
from snakemake.utils import update_config

from scripts.common import cache, checks
from scripts.model import manifest


@pytest.fixture
def example(root):
    """A function that returns the one fenced block of a language under a heading."""
    text = (root / "CONTRIBUTING.md").read_text()

    def find(heading, language="yaml"):
        _, _, rest = text.partition(f"\n### {heading}\n")
        section = re.split("^##", rest, flags=re.MULTILINE)[0]
        (block,) = re.findall(f"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        return block

    return find


@pytest.fixture
def place(example):
    """A function that writes an example into a folder, as the file that its first line names."""

    def write(folder, heading, language="yaml"):
        block = example(heading, language)
        path = folder / block.splitlines()[0].removeprefix("# ")
        path.write_text(block)
        return path

    return write


def test_the_build_is_planned_in_every_stage_that_it_takes_part_in(root, example, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(example("A build"))
    config = yaml.safe_load((root / "config/config.yaml").read_text())
    shipped = set(config["builds"])
    update_config(config, yaml.safe_load(overlay.read_text()))
    checks.accept(config, root / "workflow/schemas/config.schema.yaml")
    (added,) = set(config["builds"]) - shipped
    assert added in config["compare"]["builds"]
    assert added in {lever["to"] for lever in config["levers"]}

    arguments = ["--forceall", "--printshellcmds", "--configfile", str(overlay), "--", "report"]
    done = snakemake(root, "--dry-run", "--nolock", *arguments)
    assert done.returncode == 0, done.stderr
    for job in (
        f"Compiling build {added}",
        f"Compiling {added} ahead of time with wasmtime",
        f"Checking {added}@wasmer-jit",
        rf"scripts\.bench\.measure .*--contenders '[^']*{added}",
    ):
        assert re.search(job, done.stdout), job


def test_the_model_is_an_entry_that_the_manifest_takes(root, example, tmp_path):
    entries = yaml.safe_load(example("A model"))
    shipped = manifest.MANIFEST.read_text()
    (name,) = set(entries) - set(yaml.safe_load(shipped))
    shutil.copytree(manifest.MANIFEST.parent / "labels", tmp_path / "labels")
    (tmp_path / "manifest.yaml").write_text(f"{shipped}\n{example('A model')}")
    model = manifest.load(name, tmp_path / "manifest.yaml")
    assert f"_{model.width}_{model.size}" in name
    assert f"models: [{name}]" in (root / "CONTRIBUTING.md").read_text()


def test_the_engine_is_checked_and_timed(copied, place):
    """For real: it passes the oracle and has a peak of memory.

    Without tract's module, which takes half a minute to compile where what it computes is counted.
    """
    place(copied, "An engine", "python")
    overlay = place(copied, "An engine")
    contender = "wasm-packed@fuel-metered"
    target = f"{MODEL}/samples/jit/memory.csv"
    fewer = ("--config", "compare={builds: [native-plain, wasm-packed]}", "levers=[]")
    done = snakemake(copied, *QUICK, str(overlay), *fewer, "--", target)
    assert done.returncode == 0, done.stderr[-4000:]
    assert contender in set(pd.read_csv(copied / target).contender)
    verdict = json.loads((copied / f"{MODEL}/oracle/{contender}.json").read_text())
    assert verdict["passed"], verdict["reason"]


def test_the_benchmark_has_a_table_and_a_figure_in_the_report(copied, place):
    place(copied, "A benchmark", "python")
    overlay = place(copied, "A benchmark")
    done = snakemake(copied, *QUICK, str(overlay), "--", "report")
    assert done.returncode == 0, done.stderr[-4000:]
    report = (copied / "results/report.md").read_text()
    assert "### Page faults" in report
    assert "Pages that the kernel maps for one fresh process" in report
    for mode in ("jit", "aot"):
        figure = f"{MODEL}/figures/{mode}/page_faults.svg"
        assert f"]({figure.removeprefix('results/')})" in report
        assert b"minor faults" in (copied / figure).read_bytes()
        table = pd.read_csv(copied / f"results/{mode}.csv")
        assert set(table.benchmark) == {"page_faults"}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_to_files_of_the_repository(root, page):
    links = re.findall(r"\]\(([^)#]+)", (root / page).read_text())
    missing = [link for link in links if ":" not in link and not (root / link).is_file()]
    assert not missing


def test_github_keeps_the_cache_that_there_is(root):
    """A wrong path or key would be no error there: every run would take hours."""
    job = yaml.safe_load((root / ".github/workflows/ci.yml").read_text())["jobs"]["test"]
    (kept,) = [step["with"] for step in job["steps"] if "/cache@" in step.get("uses", "")]
    assert kept["path"] == f"~/.cache/{cache.cache_dir().name}"
    named = re.findall(r"'([^']+)'", kept["key"])
    assert named
    assert not [path for path in named if not (root / path).is_file()]
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
