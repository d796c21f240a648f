"""The self-check passes where it should and fails where it should, on made and on real rounds."""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from conftest import build_measure

from scripts.bench.harness import Harness
from scripts.bench.rounds import Limits
from scripts.bench.spawning import Run
from scripts.common.errors import UserError
from scripts.selfcheck import check_method, judge, rounds
from scripts.stats import verdicts

LEVEL, MARGIN = 0.99, 0.05


class Machine:
    """A made machine on which a run takes 0.1 s, give or take: a spawner with a clock of its own.

    `twin` is by how much it is wrong about the second entry, in every `n`-th of its runs; `drift`
    by what share of itself everything gets slower each second; `burn` what the wrapper adds.
    """

    def __init__(self, folder, seed=1, noise=0.01, twin=lambda n: 1.0, drift=0.0, moods=0.0):
        self.folder, self.rng = folder, np.random.default_rng(seed)
        self.noise, self.twin, self.drift, self.moods = noise, twin, drift, moods
        self.clock, self.turns, self.mood = 0.0, {}, 0.0

    def run(self, command, environment, *_, **__):
        name = environment["entry"]
        turn = self.turns[name] = self.turns.get(name, 0) + 1
        self.mood = 0.98 * self.mood + self.moods * self.rng.normal()
        wall = 0.1 * self.rng.lognormal(self.mood, self.noise) * (1 + self.drift * self.clock)
        wall *= self.twin(turn) if name == rounds.TWIN else 1.0
        wall *= 1 + float(command[1]) / 100 if command[0] == "burn" else 1.0
        self.clock += wall
        nothing = dict.fromkeys((field.name for field in fields(Run)), 0)
        return [Run(**nothing | {"wall": wall, "user": wall, "peak_rss": 1.0, "counted": ""})]


def judged(tmp_path, windows=150, **kind):
    """What the checks of equals make of a made machine: rounds as the harness takes them."""
    record = {"contender": "small", "build": "small", "command": ["small"], "env": {}}
    entries = {name: record | {"env": {"entry": name}} for name in rounds.EQUALS}
    length = rounds.window_rounds(LEVEL)
    limits = Limits(2, windows * length, windows * length, 0.0, 600)
    harness = Harness(Machine(tmp_path, **kind), {}, {})
    walls, _ = rounds.measure(harness, entries, limits, LEVEL, seed=kind.get("seed", 1))
    plain, twin = (walls[name].to_numpy() for name in rounds.EQUALS)
    return (
        judge.false_alarms(twin, plain, length, LEVEL, MARGIN),
        judge.equals(twin, plain, LEVEL, MARGIN),
    )


def autocorrelated(seed):
    """An error of 3 % that lasts some twenty rounds: for a while one of two equals is favoured."""
    rng, state = np.random.default_rng(seed), [0.0]

    def factor(turn):
        state[0] = 0.95 * state[0] + rng.normal(0, 0.03 * (1 - 0.95**2) ** 0.5)
        return np.exp(state[0])

    return factor


@pytest.mark.parametrize("seed", range(2))
def test_an_honest_harness_passes(tmp_path, seed):
    alarms, equals = judged(tmp_path, seed=seed)
    assert (alarms["state"], equals["state"]) == (verdicts.PASSED, verdicts.PASSED)
    assert alarms["windows"] == 150
    assert alarms["low"] <= alarms["rate"] <= alarms["high"] < 0.05


@pytest.mark.parametrize("factor", [2.0, 1.1])
def test_a_biased_harness_fails(tmp_path, factor):
    alarms, equals = judged(tmp_path, windows=20, twin=lambda _: factor)
    assert (alarms["state"], equals["state"]) == (verdicts.FAILED, verdicts.FAILED)
    assert alarms["rate"] == 1


def test_a_harness_whose_error_lasts_fails(tmp_path):
    """Over all rounds it favours nobody; a report, which sees ten, would be misled."""
    alarms, equals = judged(tmp_path, twin=autocorrelated(1))
    assert alarms["state"] == verdicts.FAILED
    assert equals["state"] != verdicts.FAILED


def test_a_harness_whose_second_entry_drifts_fails(tmp_path):
    """One per mille slower each round: twice as slow in the end."""
    alarms, equals = judged(tmp_path, twin=lambda turn: 1 + turn / 1500)
    assert (alarms["state"], equals["state"]) == (verdicts.FAILED, verdicts.FAILED)


# Everything gets slower by a quarter within a minute and a half.
STEEP = {"drift": 0.1, "noise": 0.002}


def test_drift_and_moods_that_hit_both_alike_pass(tmp_path):
    alarms, equals = judged(tmp_path, **STEEP)
    assert (alarms["state"], equals["state"]) == (verdicts.PASSED, verdicts.PASSED)
    alarms, equals = judged(tmp_path, moods=0.05)
    assert alarms["state"] == verdicts.PASSED


def test_the_same_drift_fails_a_harness_that_does_not_shuffle(tmp_path, monkeypatch):
    """In a fixed order the second entry always comes later, when everything is slower."""

    class Fixed(random.Random):
        def shuffle(self, names):
            names.sort()

    monkeypatch.setattr(rounds.random, "Random", Fixed)
    alarms, _ = judged(tmp_path, **STEEP)
    assert alarms["state"] == verdicts.FAILED


def test_few_or_noisy_rounds_are_undecided(tmp_path):
    alarms, _ = judged(tmp_path, windows=20)
    assert alarms["state"] == verdicts.UNDECIDED
    _, equals = judged(tmp_path, windows=2, noise=0.3)
    assert equals["state"] == verdicts.UNDECIDED


def test_a_method_that_is_too_sure_is_caught(tmp_path, monkeypatch):
    """Intervals at 75 % that are said to be at 99 %."""
    honest = judge.intervals.ratio
    monkeypatch.setattr(judge.intervals, "ratio", lambda a, b, _: honest(a, b, 0.75))
    assert judged(tmp_path)[0]["state"] == verdicts.FAILED


@pytest.mark.parametrize(("alarms", "windows", "state"), [
    (0, 104, "passed"), (0, 103, "undecided"), (1, 150, "passed"), (3, 150, "undecided"),
    (8, 150, "failed"), (2, 4, "failed"),
])  # fmt: skip
def test_the_rates_own_interval_decides(alarms, windows, state):
    """By hand: 0.005 ** (1 / 104) > 0.95 > 0.005 ** (1 / 103)."""
    plain = np.ones(windows * 10)
    twin = np.tile([0.99, 1.01], windows * 5)
    twin[: alarms * 10] = 1.2
    found = judge.false_alarms(twin, plain, 10, LEVEL, MARGIN)
    assert (found["alarms"], found["windows"], found["state"]) == (alarms, windows, state)


def slow(factor, noise=0.03, count=60):
    """The judgement of a slow-down on runs of 0.1 s."""
    rng = np.random.default_rng(1)
    wrapped, slowed = 0.1 * rng.lognormal(0, noise, (2, count))
    return judge.slow_down(factor * slowed, wrapped, LEVEL, MARGIN)


def test_a_slow_down_is_found():
    check = slow(1.05)
    assert check["state"] == verdicts.PASSED
    assert 1 < check["low"] < 1.05 < check["high"]
    assert 8 <= check["rounds_needed"] <= 60


def test_a_slow_down_that_is_not_found_fails_and_one_in_the_noise_is_undecided():
    assert slow(1.0, noise=0.01)["state"] == verdicts.FAILED
    assert slow(0.9)["state"] == verdicts.FAILED
    assert slow(1.0)["rounds_needed"] is None
    assert slow(1.05, noise=0.5)["state"] == verdicts.UNDECIDED


def test_rounds_needed_are_those_from_which_the_verdict_stays():
    values = np.array([2.0] * 10 + [0.5] * 6 + [2.0] * 30)
    needed = judge.rounds_needed(values, np.ones(len(values)), LEVEL)
    assert 16 < needed < len(values)
    again = [
        judge.compare(values[:count], np.ones(count), LEVEL, MARGIN)["verdict"]
        for count in (needed - 1, needed)
    ]
    assert again == ["undecided", "more"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder with spawn, noop and burn."""
    return build_measure(tmp_path_factory.mktemp("measure"))


@pytest.fixture
def short(monkeypatch):
    """Few rounds, for real programs on a busy machine."""
    monkeypatch.setattr(rounds, "WINDOWS", 2)
    monkeypatch.setattr(rounds, "SLOW_LIMITS", Limits(1, 12, 12, 0.0, 60))


def run(tmp_path, programs, command):
    """Run the script on a contender; return its exit code."""
    (tmp_path / "request.json").write_text("{}")
    folders = {"request.json": tmp_path} | dict.fromkeys(("spawn", "noop", "burn"), programs)
    words = [w for n, f in folders.items() for w in (f"--{n.removesuffix('.json')}", str(f / n))]
    words += ["--contender", "small", "--seed", "1", "--confidence", str(LEVEL)]
    words += ["--margin", str(MARGIN)]
    words += ["--out", str(tmp_path / "out.md"), "--json", str(tmp_path / "out.json")]
    return check_method.main([*words, "--", *command])


def test_on_real_programs(tmp_path, programs, short, capfd):
    """Everything is measured and written; what the busy machine of a test shows is not judged."""
    assert run(tmp_path, programs, ["sleep", "0.1"]) == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert set(found["checks"]) == {"false alarms", "equals", "slow-down", "memory"}
    assert found["checks"]["memory"]["state"] == verdicts.PASSED
    assert found["checks"]["memory"]["harness"] > 50
    assert found["rounds"] == {"equals": 20, "slow-down": 12}
    assert {name: len(walls) for name, walls in found["walls"].items()} == {
        "plain": 20, "twin": 20, "wrapped": 12, "slowed": 12,
    }  # fmt: skip
    assert found["checks"]["false alarms"]["windows"] == 2
    text = (tmp_path / "out.md").read_text()
    assert text.startswith(f"# Self-check: {found['state'].upper()} (")
    assert text in capfd.readouterr().out


def test_a_failed_check_stands_on_the_first_line(tmp_path, programs, short, monkeypatch):
    monkeypatch.setattr(check_method, "NOOP_LIMIT_MIB", 0.1)
    assert run(tmp_path, programs, ["true"]) == 0
    (first, *_) = (tmp_path / "out.md").read_text().splitlines()
    assert first.startswith("# Self-check: FAILED (")
    assert "memory failed" in first
    assert json.loads((tmp_path / "out.json").read_text())["state"] == verdicts.FAILED


def test_a_contender_that_fails_is_told_in_one_line(tmp_path, programs):
    with pytest.raises(UserError, match="small: the baseline plain ended with exit code"):
        run(tmp_path, programs, [sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize(
    ("verdict", "code"), [("PASSED", 0), ("FAILED (equals failed)", 2), ("UNDECIDED (equals)", 2)]
)
def test_make_selfcheck_succeeds_only_where_it_passed(tmp_path, root, verdict, code):
    """The target with a workflow that only writes the verdict."""
    shutil.copy(root / "Makefile", tmp_path)
    for name, text in (
        ("envs/setup.sh", ""),
        (
            ".venv/bin/snakemake",
            f"#!/bin/sh\necho '# Self-check: {verdict}' > results/selfcheck.md",
        ),
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "results").mkdir()
    done = subprocess.run(
        ["make", "selfcheck"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert f"# Self-check: {verdict}\n" in done.stdout
    assert (f"error: Self-check: {verdict}\n" in done.stderr) == bool(code)
