"""The harness with its real spawner and real little programs."""

import json
import random
import sys

import bench
import pandas as pd
import pytest
from benchmarks import BENCHMARKS, Benchmark, Harness
from conftest import build_measure
from rounds import Limits, Rounds
from spawn import RunError, Spawner

CLASSIFIER = """
import json, sys, time
entered = time.time_ns()
request = json.load(sys.stdin)
answer = {"label": "x", "confidence": 1.0}
if "iterations" in request:
    answer["inference_ns"] = [9_000_000] + [2_000_000] * (request["iterations"] - 1)
if "phases" in request:
    started = time.perf_counter_ns()
    time.sleep(0.05)
    infer = time.perf_counter_ns() - started
    answer["phases"] = {"entered_ns": entered, "read_ns": 0, "decode_ns": 0, "load_ns": 0,
                        "infer_ns": infer, "finished_ns": time.time_ns()}
print(json.dumps(answer))
"""


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """The folder with spawn, noop and burn."""
    return build_measure(tmp_path_factory.mktemp("measure"))


@pytest.fixture
def spawner(programs, tmp_path):
    return Spawner(str(programs / "spawn"), tmp_path)


@pytest.fixture
def request_file(tmp_path):
    path = tmp_path / "request.json"
    path.write_text('{"image": "aGVsbG8="}')
    return path


def contender(name, command, **keys):
    """A record as describe_contender.py writes it."""
    record = {"contender": name, "build": name, "engine": "none", "mode": "native", "env": {}}
    return {**record, "command": command, "noop_command": ["true"], "cache_dir": None, **keys}


def test_a_noop_weighs_next_to_nothing_though_the_harness_has_pandas(spawner, programs):
    assert pd.__name__ in sys.modules
    run = spawner.run([str(programs / "noop")], {}, "/dev/null")[0]
    assert 0 < run.peak_rss < 4


def test_a_heavy_child_is_seen(spawner):
    run = spawner.run([sys.executable, "-c", "x = b'x' * (100 << 20)"], {}, "/dev/null")[0]
    assert run.peak_rss > 100


def test_cpu_time_is_the_childs(spawner):
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    run = spawner.run([sys.executable, "-c", spin], {}, "/dev/null")[0]
    assert 0.25 < run.user + run.sys <= run.wall + 0.05
    assert run.ended - run.started >= run.wall * 1e9 * 0.99


def test_stdin_is_read_anew_each_time(spawner, request_file):
    runs = spawner.run(["cat"], {}, request_file, count=3)
    assert len(runs) == 3
    assert spawner.stdout().read_text() == request_file.read_text()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["sh", "-c", "echo out of luck >&2; exit 3"], "exit code 3: out of luck"),
        (["sh", "-c", "kill -9 $$"], "signal 9"),
        (["no-such-program"], "cannot run no-such-program"),
    ],
)
def test_a_failure_is_told_in_one_line(spawner, command, words):
    with pytest.raises(RunError, match=words):
        spawner.run(command, {}, "/dev/null", count=2)


def test_the_environment_reaches_the_child(spawner):
    spawner.run(["sh", "-c", "echo $GREETING"], {"GREETING": "hello"}, "/dev/null")
    assert spawner.stdout().read_text() == "hello\n"


def rounds(measure, names, limits, failed=None):
    """Rounds over contenders that do not run anything."""
    records = {name: contender(name, []) for name in names}
    order = random.Random(7)
    return Rounds(records, measure, "wall", names[0], 0.99, limits, order)


def constant(record):
    """The same value for everybody, but for the contender called slow."""
    return [("wall", "s", 2.0 if record["contender"] == "slow" else 1.0)]


def test_every_round_measures_all_in_its_own_order():
    job = rounds(constant, ["a", "b", "c", "d"], Limits(2, 6, 6, 0.0, 60))
    job.run()
    table = pd.DataFrame(job.samples)
    orders = table.sort_values(["round", "position"]).groupby("round").contender.agg(tuple)
    assert all(sorted(order) == ["a", "b", "c", "d"] for order in orders)
    assert len(set(orders)) > 1
    assert set(table[table.warmup == 1]["round"]) == {0, 1}


def test_it_stops_when_the_intervals_are_narrow():
    job = rounds(constant, ["a", "slow"], Limits(0, 8, 50, 0.05, 60))
    assert "within 5 %" in job.run()
    assert max(row["round"] for row in job.samples) == 7


def test_it_goes_on_while_the_intervals_are_wide():
    noise = random.Random(1)
    job = rounds(
        lambda _: [("wall", "s", noise.uniform(1, 2))], ["a", "b"], Limits(0, 8, 20, 0.01, 60)
    )
    assert "the most rounds" in job.run()


def test_the_budget_ends_it():
    noise = random.Random(1)
    job = rounds(
        lambda _: [("wall", "s", noise.uniform(1, 2))], ["a", "b"], Limits(0, 3, 99, 0.01, 1e-9)
    )
    assert "budget" in job.run()
    assert max(row["round"] for row in job.samples) == 2


def test_a_contender_that_fails_is_left_out_and_the_others_go_on():
    def measure(record):
        if record["contender"] == "b":
            raise RunError("ended with exit code 1: broken")
        return constant(record)

    job = rounds(measure, ["a", "b", "c"], Limits(0, 8, 8, 0.05, 60))
    job.run()
    assert job.failed == {"b": "ended with exit code 1: broken"}
    assert {row["contender"] for row in job.samples} == {"a", "c"}


def test_without_the_baseline_nothing_can_be_compared():
    def measure(record):
        raise RunError("ended with signal 9")

    with pytest.raises(RunError, match="the baseline a ended with signal 9"):
        rounds(measure, ["a", "b"], Limits(0, 3, 3, 0.05, 60)).run()


def test_inference_drops_the_first_and_gives_quantiles(spawner):
    harness = Harness(spawner, {"image": "x"}, {"iterations": 10, "discard": 1})
    rows = BENCHMARKS["inference"].measure(
        harness, contender("a", [sys.executable, "-c", CLASSIFIER])
    )
    values = {metric: value for metric, _, value in rows}
    assert values["p50"] == values["p99"] == 2.0
    assert values["inferences_per_second"] == 500.0
    assert [metric for metric, _, _ in rows].count("inference") == 10


def test_phases_add_up_to_the_wall_time(spawner):
    harness = Harness(spawner, {"image": "x"}, {})
    rows = BENCHMARKS["phases"].measure(harness, contender("a", [sys.executable, "-c", CLASSIFIER]))
    values = {metric: value for metric, _, value in rows}
    assert values["infer"] >= 50
    parts = sum(value for metric, value in values.items() if metric not in ("wall", "unaccounted"))
    assert parts == pytest.approx(values["wall"], rel=0.05)
    assert abs(values["unaccounted"]) < 5


@pytest.mark.parametrize("side_by_side", [1, 2])
def test_throughput_counts_full_runs(spawner, side_by_side):
    settings = {"runs_per_block": 4, "concurrency": side_by_side}
    harness = Harness(spawner, {}, settings)
    ((_, _, value),) = BENCHMARKS["throughput"].measure(harness, contender("a", ["sleep", "0.1"]))
    assert 0.5 * side_by_side * 10 < value <= side_by_side * 10


@pytest.fixture
def plan(tmp_path, request_file):
    """A plan of two contenders and one that the oracle refused."""
    gate = tmp_path / "gate.json"
    gate.write_text(json.dumps({"passed": False, "reason": "wrong label"}))
    settings = {"warmup_rounds": 1, "min_rounds": 2, "max_rounds": 2, "ratio_width": 0.1}
    return {
        "benchmark": "cold_start",
        "mode": "aot",
        "model": "m",
        "weights": "seeded",
        "seed": 1,
        "baseline": "a",
        "confidence": 0.99,
        "settings": settings | {"budget_seconds": 60},
        "request": str(request_file),
        "contenders": [
            contender("a", ["true"], gate=None, artifacts={}),
            contender("b", ["cat"], gate=None, artifacts={}),
            contender("wrong", ["true"], gate=str(gate), artifacts={}),
        ],
    }


def run_bench(tmp_path, programs, plan):
    """Run the script on a plan; return its samples and meta."""
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    paths = {"--plan": "plan.json", "--out": "samples.csv", "--meta": "meta.json"}
    arguments = [word for key, name in paths.items() for word in (key, str(tmp_path / name))]
    assert bench.main([*arguments, "--spawn", str(programs / "spawn")]) == 0
    return pd.read_csv(tmp_path / "samples.csv"), json.loads((tmp_path / "meta.json").read_text())


def test_what_the_oracle_refused_is_not_timed_but_told(tmp_path, programs, plan):
    samples, meta = run_bench(tmp_path, programs, plan)
    assert set(samples.contender) == {"a", "b"}
    assert samples.groupby(["contender", "metric"]).size().unique() == [3]
    (skipped,) = meta["skipped"]
    assert skipped["contender"] == "wrong"
    assert "wrong label" in skipped["reason"]


def test_an_engines_cache_is_emptied_and_filled_for_later_runs(tmp_path, programs, plan):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "stale").touch()
    command = ["sh", "-c", 'test ! -e "$CACHE/stale" && touch "$CACHE/filled"']
    plan["contenders"][1] |= {
        "command": command,
        "env": {"CACHE": str(cache)},
        "cache_dir": str(cache),
        "mode": "jit-cached",
    }
    samples, _ = run_bench(tmp_path, programs, plan)
    assert "b" in set(samples.contender)
    assert [path.name for path in cache.iterdir()] == ["filled"]


def test_every_benchmark_says_what_decides_it():
    for name, benchmark in BENCHMARKS.items():
        assert isinstance(benchmark, Benchmark)
        assert (benchmark.headline is None) == (name == "size")


def test_blocks_go_on_until_the_budget_ends():
    """All runs where the time allows it; never fewer blocks than an interval needs."""
    loop = BENCHMARKS["warm_loop"]
    settings = {"runs": 100, "runs_per_block": 4, "budget_seconds": 60}
    found = bench.limits(loop, settings, 0.99)
    assert (found.min_rounds, found.max_rounds, found.budget_seconds) == (8, 25, 60)
    found = bench.limits(loop, settings | {"runs": 8}, 0.99)
    assert (found.min_rounds, found.max_rounds) == (2, 2)
