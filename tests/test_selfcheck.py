"""The self-check passes where it should and fails where it should, on made and on real rounds."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
import selfcheck
from conftest import build_measure
from rounds import Limits

LEVEL = 0.99


def rounds(seed, twin=1.0, slowed=1.05, count=60):
    """Wall times of runs of 0.1 s, 3 % noisy, in rounds that are slow or fast as a whole."""
    rng = np.random.default_rng(seed)
    common = rng.lognormal(0, 0.2, count)
    factors = dict(zip(selfcheck.ENTRIES, (1.0, twin, 1.01, 1.01 * slowed), strict=True))
    return pd.DataFrame(
        {name: 0.1 * f * common * rng.lognormal(0, 0.03, count) for name, f in factors.items()}
    )


@pytest.mark.parametrize("seed", range(5))
def test_equals_raise_no_more_alarms_than_allowed(seed):
    check = selfcheck.judge(rounds(seed), LEVEL, seed)["false alarms"]
    assert check["passed"]
    assert check["alarms"] <= check["limit"] == 6


def test_draws_are_seeded():
    pairs = rounds(1)[[selfcheck.PLAIN, selfcheck.TWIN]].to_numpy()
    counts = [selfcheck.alarms(pairs, 0.9, seed, swap=True) for seed in (1, 1, 2, 3)]
    assert counts[0] == counts[1]
    assert len(set(counts)) > 1


def test_a_method_that_is_too_sure_is_caught(monkeypatch):
    """Intervals at 90 % that are said to be at 99 %."""
    honest = selfcheck.estimates.ratio
    monkeypatch.setattr(selfcheck.estimates, "ratio", lambda a, b, _: honest(a, b, 0.9))
    assert not selfcheck.judge(rounds(1), LEVEL, 1)["false alarms"]["passed"]


def test_a_harness_that_favours_one_of_two_equals_is_caught():
    checks = selfcheck.judge(rounds(1, twin=1.05), LEVEL, 1)
    assert not checks["equals"]["passed"]
    assert checks["equals"]["verdict"] == "more"
    assert checks["false alarms"]["alarms_unswapped"] > checks["false alarms"]["limit"]
    assert checks["false alarms"]["passed"]


def test_a_slow_down_is_found():
    check = selfcheck.judge(rounds(1), LEVEL, 1)["slow-down"]
    assert check["passed"]
    assert 1 < check["low"] < 1.05 < check["high"]
    assert 8 <= check["rounds_needed"] <= 60
    assert check["against_plain"]["ratio"] > check["ratio"]


def test_the_wrapper_alone_is_no_slow_down():
    check = selfcheck.judge(rounds(1, slowed=1.0), LEVEL, 1)["slow-down"]
    assert not check["passed"]
    assert check["rounds_needed"] is None


def test_rounds_needed_are_those_from_which_the_verdict_stays():
    values = np.array([2.0] * 10 + [0.5] * 6 + [2.0] * 30)
    needed = selfcheck.rounds_needed(values, np.ones(len(values)), LEVEL)
    assert 16 < needed < len(values)
    again = [
        selfcheck.compare(values[:count], np.ones(count), LEVEL)["verdict"]
        for count in (needed - 1, needed)
    ]
    assert again == ["no difference", "more"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder with spawn, noop and burn."""
    return build_measure(tmp_path_factory.mktemp("measure"))


def run(tmp_path, programs, command):
    """Run the script on a contender; return its exit code."""
    record = {"contender": "small", "build": "small", "command": command, "env": {}}
    (tmp_path / "contender.json").write_text(json.dumps(record))
    (tmp_path / "request.json").write_text("{}")
    folders = {"contender.json": tmp_path, "request.json": tmp_path}
    folders |= dict.fromkeys(("spawn", "noop", "burn"), programs)
    words = [w for n, f in folders.items() for w in (f"--{n.removesuffix('.json')}", str(f / n))]
    words += ["--seed", "1", "--confidence", str(LEVEL)]
    words += ["--out", str(tmp_path / "out.md"), "--json", str(tmp_path / "out.json")]
    return selfcheck.main(words)


def test_on_real_programs(tmp_path, programs, monkeypatch, capfd):
    """Everything is measured and written; what the busy machine of a test shows is not judged."""
    monkeypatch.setattr(selfcheck, "LIMITS", Limits(1, 12, 12, 0.0, 60))
    assert run(tmp_path, programs, ["sleep", "0.1"]) == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert set(found["checks"]) == {"false alarms", "equals", "slow-down", "memory"}
    assert found["checks"]["memory"]["passed"]
    assert found["checks"]["memory"]["harness"] > 50
    assert {len(values) for values in found["walls"].values()} == {found["rounds"]} == {12}
    text = (tmp_path / "out.md").read_text()
    assert text.splitlines()[0].endswith("PASSED") == found["passed"]
    assert text in capfd.readouterr().out


def test_a_failed_check_stands_on_the_first_line(tmp_path, programs, monkeypatch):
    monkeypatch.setattr(selfcheck, "LIMITS", Limits(0, 8, 8, 0.0, 60))
    monkeypatch.setattr(selfcheck, "SLOW_DOWN", 0.0)
    monkeypatch.setattr(selfcheck, "NOOP_LIMIT_MIB", 0.1)
    assert run(tmp_path, programs, ["true"]) == 0
    (first, *_) = (tmp_path / "out.md").read_text().splitlines()
    assert "FAILED" in first
    assert "memory" in first
    assert json.loads((tmp_path / "out.json").read_text())["passed"] is False


def test_a_contender_that_fails_is_told_in_one_line(tmp_path, programs):
    with pytest.raises(selfcheck.UserError, match="small: the baseline plain ended with exit code"):
        run(tmp_path, programs, [sys.executable, "-c", "raise SystemExit(3)"])
