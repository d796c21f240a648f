"""Engines keep their caches where a benchmark puts them, and leave nothing anywhere else."""

from pathlib import Path

import pytest
from conftest import MODEL

from scripts.bench import job
from scripts.bench.harness import Harness
from scripts.bench.spawning import Spawner
from scripts.common import files, paths
from scripts.contenders import records
from scripts.tools import location

BUILD = "wasm-packed"


@pytest.fixture
def home(run, tmp_path, monkeypatch):
    """An empty home folder, in the checkout of the quick run."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(run)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(folder))
    for name in ("WASMER_DIR", "WASMER_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def programs(run):
    """The engines of the quick run, found before the home folder is another."""
    names = ("wasmtime", "wasmer")
    return {
        name: location.locate(files.read_json(run / f"results/tools/{name}.json")) for name in names
    }


@pytest.fixture
def harness(run, tmp_path):
    """What a benchmark of the quick run measures with."""
    spawner = Spawner(str(run / paths.SPAWN), tmp_path)
    return Harness(spawner, files.read_json(run / paths.REQUEST), {})


@pytest.fixture
def contender(programs):
    """A function that makes the record of a contender."""

    def make(engine, mode):
        row = {"model": Path(MODEL).name, "build": BUILD, "engine": engine, "mode": mode}
        row |= {"runner": engine, "tool": engine, "options": []}
        return records.record(row, programs)

    return make


def cached(record):
    """The files in the cache of a contender's engine that can be compiled code."""
    found = Path(record["cache_dir"]).rglob("*")
    return [path for path in found if path.is_file() and path.stat().st_size > 100_000]


@pytest.mark.parametrize("engine", ["wasmtime", "wasmer"])
@pytest.mark.parametrize(
    ("mode", "is_filled"), [("jit", False), ("jit-cached", True), ("aot", False)]
)
def test_only_later_runs_have_a_cache(harness, contender, home, engine, mode, is_filled):
    record = contender(engine, mode)
    job.prepare_cache(record, harness)
    harness.run(record)
    assert bool(cached(record)) == is_filled
    assert not list(home.iterdir())


@pytest.mark.parametrize("engine", ["wasmtime", "wasmer"])
def test_a_warm_loop_fills_its_own(harness, contender, home, engine):
    """The engine's defaults, from an empty cache, as a user would see it."""
    record = contender(engine, "jit")
    job.prepare_cache(record, harness)
    harness.loop(record, 2)
    assert cached(record)
    assert not list(home.iterdir())
