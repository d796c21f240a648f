"""The watch's check counts alarms over equals and found slow-downs, on made and on real rounds."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import build_measure

from scripts.bench.rounds import Limits
from scripts.common import files, paths
from scripts.common.errors import UserError
from scripts.selfcheck import check_watch, windows

LEVEL, THRESHOLD = 0.99, 0.03


def made(ratio, count=200, noise=0.02, seed=1):
    """Shares of windows of made rounds: the candidate takes `ratio` times as long, give or take."""
    rng = np.random.default_rng(seed)
    candidate, base = 0.1 * rng.lognormal(0, noise, (2, count * windows.ROUNDS))
    return windows.shares(ratio * candidate, base, LEVEL, THRESHOLD)


def test_a_window_is_as_long_as_the_cold_starts_of_the_watch(root):
    watch = yaml.safe_load((root / "config/watch.yaml").read_text())
    assert watch["benchmarks"]["cold_start"]["max_rounds"] == windows.ROUNDS


def test_equals_raise_no_alarm_and_that_passes():
    found = made(1.0)
    assert (found["windows"], found["slower"]) == (200, 0)
    assert windows.alarm_state(found, 1 - LEVEL) == "passed"


def test_at_the_threshold_alarms_are_no_more_than_the_level_allows():
    """What lies at the threshold is where alarms are likeliest; a dozen share the level."""
    assert made(1 + THRESHOLD, count=1000)["slower"] <= 3


def test_a_watch_that_is_misled_fails():
    found = made(1.05, noise=0.005)
    assert windows.alarm_state(found, 1 - LEVEL) == "failed"
    assert windows.alarm_state(made(1.0, count=20), 1 - LEVEL) == "undecided"


@pytest.mark.parametrize(
    ("ratio", "noise", "state"),
    [(1.05, 0.005, "passed"), (1.05, 0.2, "failed"), (1.0, 0.005, "failed")],
)
def test_a_slow_down_that_is_found_passes_and_one_that_is_not_fails(ratio, noise, state):
    assert windows.power_state(made(ratio, 50, noise)) == state


def test_what_is_found_in_about_so_many_is_undecided():
    assert windows.power_state({"low": 0.7, "high": 0.9}) == "undecided"


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder with spawn and burn."""
    return build_measure(tmp_path_factory.mktemp("measure"))


@pytest.fixture
def run(tmp_path, programs, monkeypatch):
    """A function that checks the watch on a program, with two windows of each kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(windows, "ROUNDS", 3)
    monkeypatch.setattr(windows, "limits", lambda _: Limits(1, 6, 6, 0.0, 60))
    row = {"model": "m", "build": "small", "engine": "none", "mode": "native", "runner": "native"}
    (tmp_path / "request.json").write_text("{}")

    def check(script):
        executable = tmp_path / paths.EXECUTABLE.format(model="m", build="small")
        executable.parent.mkdir(parents=True)
        executable.write_text(f"#!/bin/sh\n{script}\n")
        executable.chmod(0o755)
        words = ["--contender", json.dumps(row), "--request=request.json", "--seed=1"]
        words += [f"--{name}={programs / name}" for name in ("spawn", "burn")]
        words += [f"--confidence={LEVEL}", f"--threshold={THRESHOLD}"]
        return check_watch.main([*words, "--out=out.md", "--json=out.json"])

    return check


def test_on_real_programs(run, capfd):
    """Everything is measured and written; what the busy machine of a test shows is not judged."""
    assert run("sleep 0.05") == 0
    checks = files.read_json("out.json")["checks"]
    assert {name: row["windows"] for name, row in checks.items()} == {"equals": 2, "slow-down": 2}
    assert {name: list(row["walls"]) for name, row in checks.items()} == {
        "equals": ["plain", "twin"], "slow-down": ["slowed", "wrapped"],
    }  # fmt: skip
    text = Path("out.md").read_text()
    assert "`small`, in windows of 3 interleaved rounds" in text
    assert text in capfd.readouterr().out


def test_a_slow_down_is_of_the_slowed(run, monkeypatch):
    """Not of what it is compared with: `burn` works as long again, whatever the machine does."""
    monkeypatch.setattr(check_watch.rounds, "SLOW_DOWN", 1.0)
    run("sleep 0.05")
    assert files.read_json("out.json")["checks"]["slow-down"]["ratio"] > 1.5


def test_a_contender_that_fails_is_told_in_one_line(run):
    with pytest.raises(UserError, match="the watch's check of small: .* ended with exit code 3"):
        run("exit 3")
    assert not Path("out.md").exists()
