"""The harness with its real spawner and real little programs."""

import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import build_measure

from scripts.bench import (
    concurrency,
    job,
    kernel,
    measure,
    one_core,
    page_cache,
    registry,
    spawning,
)
from scripts.bench.benchmark import Benchmark
from scripts.bench.harness import Harness
from scripts.bench.rounds import Limits, Rounds
from scripts.bench.spawning import RunError, Spawner
from scripts.common import files, memory
from scripts.contenders import records
from scripts.contenders.contender import Contender
from scripts.contenders.runner import COMPILING
from scripts.stats import estimate, intervals

# Of an inference benchmark: nothing is compiled while it runs.
DISCARD = {"discard": 1, "compiling_seconds": 0}
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


# Seconds after which something hangs, however slow and busy the machine is.
PATIENCE = 120


def contender(name, command, **keys):
    """A record as records.py makes it."""
    record = {"contender": name, "build": name, "engine": "none", "mode": "native", "env": {}}
    record |= {"traits": [], "judged_as": name}
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
        (
            ["sh", "-c", "printf 'Error: no\\n\\nCaused by:\\n    trap' >&2; exit 1"],
            "exit code 1: Error: no Caused by: trap$",
        ),
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
    assert job.failed == {"b": "failed in round 1: ended with exit code 1: broken"}
    assert {row["contender"] for row in job.samples} == {"a", "c"}


def test_without_the_baseline_nothing_can_be_compared():
    def measure(record):
        raise RunError("ended with signal 9")

    with pytest.raises(RunError, match="the baseline a ended with signal 9"):
        rounds(measure, ["a", "b"], Limits(0, 3, 3, 0.05, 60)).run()


@pytest.mark.parametrize(("seconds", "count"), [(60, 10), (0.0205, 10), (0.0165, 4), (0.001, 1)])
def test_inference_drops_the_first_and_makes_as_many_as_its_seconds_allow(spawner, seconds, count):
    """Of the program's inferences the first takes 9 ms, every other 2 ms."""
    settings = {"iterations": 10, "seconds_per_process": seconds} | DISCARD
    harness = Harness(spawner, {"image": "x"}, settings)
    program = contender("a", [sys.executable, "-c", CLASSIFIER])
    for _ in range(2):
        rows = registry.benchmark("inference").measure(harness, program)
        values = [value for metric, _, value in rows if metric == "inference"]
        assert values == [2.0] * count
        found = {metric: value for metric, _, value in rows if metric != "inference"}
        assert found["p50"] == 2.0
        assert found["inferences_per_second"] == pytest.approx(500.0)


@pytest.mark.parametrize(("traits", "discarded"), [([COMPILING], 8), ([], 1)])
def test_inference_lets_an_engine_that_compiles_come_to_its_last_code(spawner, traits, discarded):
    """Of the program's inferences the first takes 9 ms, every other 2 ms."""
    settings = {"iterations": 10, "seconds_per_process": 60, "discard": 1}
    settings |= {"compiling_seconds": 0.015}
    harness = Harness(spawner, {"image": "x"}, settings)
    program = contender("a", [sys.executable, "-c", CLASSIFIER]) | {"traits": traits}
    registry.benchmark("inference").measure(harness, program)
    assert len(harness.answer("inference_ns")) == 10 + discarded


@pytest.mark.parametrize("name", ["memory", "inference", "phases"])
def test_what_a_run_costs_the_kernel_is_kept(spawner, name):
    settings = {"iterations": 2, "seconds_per_process": 60} | DISCARD
    program = contender("a", [sys.executable, "-c", CLASSIFIER])
    harness = Harness(spawner, {"image": "x"}, settings)
    found = {metric for metric, _, _ in registry.benchmark(name).measure(harness, program)}
    assert {"minor_faults", "major_faults", "voluntary_switches", "involuntary_switches"} <= found


def test_phases_add_up_to_the_wall_time(spawner):
    harness = Harness(spawner, {"image": "x"}, {})
    program = contender("a", [sys.executable, "-c", CLASSIFIER])
    # Between two phases a busy machine may let others compute.
    for _ in range(10):
        rows = registry.benchmark("phases").measure(harness, program)
        values = {metric: value for metric, _, value in rows}
        if abs(values["unaccounted"]) < 5:
            break
    assert values["infer"] >= 50
    parts = sum(values[phase] for phase in registry.benchmark("phases").metrics)
    assert parts == pytest.approx(values["wall"], rel=0.05)
    assert abs(values["unaccounted"]) < 5


def test_throughput_is_measured_at_every_concurrency(spawner):
    settings = {"runs_per_block": 3, "concurrency": [1, 4]}
    harness = Harness(spawner, {}, settings)
    rows = registry.benchmark("throughput").measure(harness, contender("a", ["sleep", "0.2"]))
    values = {metric: value for metric, _, value in rows}
    units = {metric: unit for metric, unit, _ in rows}
    one, four = values["runs_per_second_at_1"], values["runs_per_second_at_4"]
    # Sleeping takes no core, so that even on one of them four at once are more.
    assert one <= 5
    assert one < four <= 20
    assert values["runs_per_second"] == four
    assert values["scaling"] == four / one
    assert units["runs_per_second_at_1"] == units["runs_per_second"] == "1/s"


def test_one_concurrency_has_no_scaling(spawner):
    harness = Harness(spawner, {}, {"runs_per_block": 1, "concurrency": [2]})
    rows = registry.benchmark("throughput").measure(harness, contender("a", ["true"]))
    metrics = {metric for metric, _, _ in rows}
    assert {"runs_per_second", "runs_per_second_at_2"} <= metrics
    assert "scaling" not in metrics


def test_a_failure_beside_others_is_told(spawner):
    script = "case $(readlink /proc/$$/fd/2) in *-2) echo out of luck >&2; exit 3;; esac"
    with pytest.raises(RunError, match="exit code 3: out of luck"):
        spawner.run(["sh", "-c", script], {}, "/dev/null", side_by_side=3)


@pytest.mark.parametrize(
    ("wanted", "cores", "levels"),
    [
        ([], 1, [1]),
        ([], 2, [1, 2]),
        ([], 6, [1, 2, 4, 6]),
        ([], 8, [1, 2, 4, 8]),
        ([3, 1], 8, [1, 3]),
    ],
)
def test_concurrency_goes_up_to_the_cores(wanted, cores, levels):
    assert concurrency.levels(wanted, cores) == levels


@pytest.mark.parametrize(
    ("runs", "rate"),
    [
        # One after another, with a gap.
        ([(0, 0, 1), (0, 1.5, 2)], 1.0),
        # Two slots alike.
        ([(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 2)], 2.0),
        # The second slot is half as fast; the first waits for nobody after its end.
        ([(0, 0, 1), (0, 1, 2), (1, 0, 2), (1, 2, 4)], 1.5),
        # A slot that starts late does not count before it starts.
        ([(0, 0, 2), (0, 2, 4), (1, 1, 2), (1, 2, 3), (1, 3, 4)], 1.5),
    ],
)
def test_the_rate_is_that_of_the_time_when_all_are_busy(spawner, runs, rate):
    (any_run,) = spawner.run(["true"], {}, "/dev/null")
    runs = [
        replace(any_run, slot=slot, started=int(started * 1e9), ended=int(ended * 1e9))
        for slot, started, ended in runs
    ]
    assert concurrency.rate(runs) == pytest.approx(rate)


@pytest.fixture
def program(root):
    """A program of a folder on a disk, as the folder for tests may be in memory."""
    with tempfile.TemporaryDirectory(dir=root / "results") as folder:
        yield shutil.copy(shutil.which("true"), folder)


def test_cold_on_disk_is_read_from_the_disk_and_warm_is_not(spawner, program):
    harness, record = Harness(spawner, {}, {}), contender("a", [program])
    cold, warm = registry.benchmark("cold_disk"), registry.benchmark("cold_start")
    cold.prepare(harness, record)
    page_cache.fill(record)
    values = {"cold_disk": cold.measure(harness, record)}
    # Where memory is short, or the kernel watches pages, some of what was read may leave again.
    for _ in range(5):
        spawner.run(["true"], {}, "/dev/null", evict=[program])
        values["cold_start"] = warm.measure(harness, record)
        if not dict(row[::2] for row in values["cold_start"])["major_faults"]:
            break
    values = {name: dict(row[::2] for row in rows) for name, rows in values.items()}
    assert values["cold_disk"]["resident"] == 0
    assert values["cold_disk"]["major_faults"] > 0
    assert values["cold_disk"]["disk_read"] > 0
    assert "resident" not in values["cold_start"]
    assert values["cold_start"]["major_faults"] == values["cold_start"]["disk_read"] == 0
    assert values["cold_start"]["minor_faults"] > 0


def test_files_are_all_that_a_command_names_and_the_engines_cache(tmp_path):
    engine, module = tmp_path / "engine", tmp_path / "module.wasm"
    cached = tmp_path / "cache" / "modules" / "compiled"
    cached.parent.mkdir(parents=True)
    for path in (engine, module, cached):
        path.touch(mode=0o755)
    command = [str(engine), "run", "-C", "cache=n", str(module)]
    record = contender("a", command, cache_dir=str(tmp_path / "cache"))
    assert page_cache.files_of(record) == [str(engine), str(module), str(cached)]
    assert page_cache.files_of(contender("noop", ["true"])) == [shutil.which("true")]


def test_files_of_a_browser_are_in_its_words_too(tmp_path):
    row = {"model": "net", "build": "wasm", "engine": "x", "mode": "page", "runner": "chromium"}
    row |= {"tool": "chromium", "options": ()}
    programs = {name: str(tmp_path / name) for name in Contender(**row).tools}
    for path in programs.values():
        Path(path).touch(mode=0o755)
    found = page_cache.files_of(records.record(row, programs))
    assert len(programs) == 4
    assert set(programs.values()) <= set(found)
    assert len(found) == len(set(found))


# Holds 60 MiB while a child in a session of its own, for which nobody waits, holds as much.
TREE = """
import subprocess, sys, time
if sys.argv[1:]:
    child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True,
                             stdout=subprocess.PIPE)
held = b"x" * (60 << 20)
if sys.argv[1:]:
    child.stdout.readline()
print("{}", flush=True)
time.sleep(1)
"""


def test_the_memory_of_all_processes_is_their_sum(spawner):
    harness = Harness(spawner, {}, {})
    record = contender("tree", [sys.executable, "-c", TREE, TREE], traits=["browser"])
    found = {name: registry.benchmark(name) for name in ("memory", "memory_tree")}
    values = {name: dict(row[::2] for row in one.measure(harness, record))
              for name, one in found.items()}  # fmt: skip
    assert 60 < values["memory"]["peak_rss"] < 110
    assert 120 < values["memory_tree"]["sampled_pss"] < 190
    assert values["memory_tree"]["processes"] == 2
    assert not found["memory"].takes(frozenset(record["traits"]))
    assert found["memory_tree"].takes(frozenset(record["traits"]))


def test_memory_that_nobody_may_see_is_not_called_none(spawner, monkeypatch):
    def refuse(pids):
        raise PermissionError("not yours")

    monkeypatch.setattr(memory, "together", refuse)
    with pytest.raises(RunError, match="memory was not sampled: not yours"):
        registry.benchmark("memory_tree").measure(
            Harness(spawner, {}, {}), contender("a", ["sleep", "0.5"])
        )


def test_what_nobody_can_tell_is_not_called_cold(spawner):
    (run,) = spawner.run(["true"], {}, "/dev/null")
    page_cache.must_be_empty(replace(run, resident=None, disk_read=0.1))
    page_cache.must_be_empty(replace(run, resident=0.5, disk_read=0.0))
    for untold in (replace(run, resident=None, disk_read=0.0), replace(run, resident=2.0)):
        with pytest.raises(RunError, match="cannot be had cold on disk"):
            page_cache.must_be_empty(untold)


def test_what_cannot_be_counted_has_no_row(spawner):
    (run,) = spawner.run(["true"], {}, "/dev/null")
    runs = [replace(run, instructions=4, cycles=None), replace(run, instructions=8, cycles=2)]
    values = {metric: value for metric, _, value in kernel.account(runs)}
    assert values["instructions"] == 6
    assert "cycles" not in values
    assert values["minor_faults"] == run.minor_faults


@pytest.fixture
def plan():
    """A plan of two contenders and one that the oracle refused."""
    right, wrong = (
        {"passed": True, "reason": None},
        {"passed": False, "ran": True, "reason": "wrong label"},
    )
    settings = {"warmup_rounds": 1, "min_rounds": 2, "max_rounds": 2, "ratio_width": 0.1}
    return {
        "benchmark": "cold_start",
        "mode": "aot",
        "model": "m",
        "weights": "seeded",
        "seed": 1,
        "baseline": "a",
        "confidence": 0.99,
        "programs": {},
        "settings": settings | {"budget_seconds": 60},
        "contenders": [
            contender("a", ["true"], gate=right, artifacts={}),
            contender("b", ["cat"], gate=right, artifacts={}),
            contender("wrong", ["true"], gate=wrong, artifacts={}),
        ],
    }


def run_bench(spawner, plan):
    """Measure a plan; return its samples and how it went."""
    samples, meta = job.measure(plan, spawner, {"image": "aGVsbG8="})
    return pd.DataFrame(samples), meta


def test_what_the_oracle_refused_is_not_timed_but_told(spawner, plan):
    samples, meta = run_bench(spawner, plan)
    assert set(samples.contender) == {"a", "b"}
    assert samples.groupby(["contender", "metric"]).size().unique() == [3]
    (skipped,) = meta["skipped"]
    assert skipped["contender"] == "wrong"
    assert "wrong label" in skipped["reason"]


def test_every_model_and_photograph_has_orders_of_its_own_the_same_each_time(spawner, plan):
    """Where rounds of several are told together, what an order does must average out."""
    plan["settings"] |= {"min_rounds": 12, "max_rounds": 12}

    def orders(model, image):
        samples, _ = job.measure(plan | {"model": model}, spawner, {"image": image})
        return tuple(pd.DataFrame(samples).query("contender == 'a' and metric == 'wall'").position)

    assert orders("m", "aGVsbG8=") == orders("m", "aGVsbG8=")
    assert len({orders("m", "aGVsbG8="), orders("n", "aGVsbG8="), orders("m", "aGk=")}) == 3


def test_scipy_is_loaded_before_the_first_round_and_not_after_it(spawner, plan, monkeypatch):
    done = []
    run = Rounds.run
    monkeypatch.setattr(intervals, "load", lambda: done.append("loaded"))
    monkeypatch.setattr(Rounds, "run", lambda rounds: done.append("measured") or run(rounds))
    run_bench(spawner, plan)
    assert done == ["loaded", "measured"]


def test_scipy_is_loaded_where_it_is_asked_for():
    asked = "intervals.load(); assert 'scipy.stats' in sys.modules"
    unasked = "assert 'scipy.stats' not in sys.modules"
    program = f"import sys; from scripts.stats import intervals; {unasked}; {asked}"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_eight_good_rounds_and_a_crash_are_no_result(tmp_path, spawner, plan):
    """A real process that ends with SIGSEGV the ninth time: raw samples stay, estimates do not."""
    count = tmp_path / "count"
    crash = f"echo >> {count}; test $(wc -l < {count}) -lt 9 || kill -SEGV $$"
    plan["contenders"][1]["command"] = ["sh", "-c", crash]
    plan["settings"] |= {"warmup_rounds": 0, "min_rounds": 10, "max_rounds": 10}
    samples, meta = run_bench(spawner, plan)
    walls = samples[samples.metric == "wall"].groupby("contender").size()
    assert (walls["a"], walls["b"]) == (10, 8)
    reasons = {row["contender"]: row["reason"] for row in meta["skipped"]}
    assert reasons["b"].startswith("failed in round 9: ended with signal 11")
    table = estimates_of(tmp_path, plan, samples, meta)
    assert table[table.contender == "a"].n.min() == 10
    (row,) = table[table.contender == "b"].to_dict("records")
    assert (row["n"], row["note"]) == (0, reasons["b"])
    assert pd.isna(row["median"])
    assert pd.isna(row["ratio"])


@pytest.mark.parametrize(
    ("benchmark", "answer", "reason"),
    [
        ("inference", '{"error": "out of memory"}', "the answer has no inference_ns"),
        ("inference", '{"inference_ns": []}', "0 inferences were answered"),
        ("phases", '["no object"]', "the answer has no phases"),
    ],
)
def test_an_answer_without_its_figures_is_a_failure_of_its_contender(
    spawner, plan, benchmark, answer, reason
):
    """Exit 0 with an error as the answer: the others are measured to the end."""
    works = [sys.executable, "-c", CLASSIFIER]
    plan |= {"benchmark": benchmark}
    plan["settings"] |= {"iterations": 4, "seconds_per_process": 1} | DISCARD
    for record, command in zip(plan["contenders"], (works, ["echo", answer]), strict=False):
        record["command"] = command
    samples, meta = run_bench(spawner, plan)
    assert set(samples.contender) == {"a"}
    reasons = {row["contender"]: row["reason"] for row in meta["skipped"]}
    assert reasons["b"].startswith(f"failed in round 1: {reason}")


@pytest.mark.parametrize("benchmark", ["warm_loop", "throughput"])
def test_no_block_is_the_one_that_compiles(tmp_path, spawner, plan, benchmark):
    """Every run of the blocks finds what an engine leaves in its cache when it first runs."""
    cache, log = tmp_path / "cache", tmp_path / "log"
    found = f"test -e {cache}/module && echo found >> {log} || echo compiled >> {log}"
    plan |= {"benchmark": benchmark}
    plan["settings"] |= {"runs": 4, "runs_per_block": 2, "concurrency": [1]}
    command = ["sh", "-c", f"{found}; touch {cache}/module"]
    plan["contenders"][1] |= {"command": command, "cache_dir": str(cache)}
    samples, _ = run_bench(spawner, plan)
    assert set(samples["round"]) == {0, 1}
    assert log.read_text().split() == ["compiled"] + ["found"] * 4


def estimates_of(tmp_path, plan, samples, meta):
    """The estimates of what `run_bench` returned."""
    rows = [job.identity(plan, row["contender"]) | row for row in samples.to_dict("records")]
    pd.DataFrame(rows).to_csv(tmp_path / "samples.csv", index=False)
    files.write_json(tmp_path / "samples.json", meta)
    arguments = ["--samples", str(tmp_path / "samples.csv"), "--baseline", "a"]
    arguments += ["--confidence", "0.99", "--margin", "0.05", "--out", str(tmp_path / "aot.csv")]
    assert estimate.main(arguments) == 0
    return pd.read_csv(tmp_path / "aot.csv")


def test_the_job_says_what_the_counters_counted(spawner, plan):
    _, meta = run_bench(spawner, plan)
    (counted,) = meta["counted"]
    assert counted in ("user and kernel", "user") or counted.startswith("unavailable: ")


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a file system in memory")
def test_where_files_stay_in_memory_nothing_is_called_cold(tmp_path, spawner, plan):
    """The job goes well, without a sample, and says why."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        plan["contenders"][0]["command"] = [shutil.copy(shutil.which("true"), folder)]
        samples, meta = run_bench(spawner, plan | {"benchmark": "cold_disk"})
    assert samples.empty
    reasons = {row["contender"]: row["reason"] for row in meta["skipped"]}
    assert set(reasons) == {"a", "b", "wrong"}
    assert "100 % of its files stay in the page cache" in reasons["a"]
    assert reasons["b"].startswith("the baseline a cannot be had cold on disk")
    assert meta["rounds"] == 0
    assert_estimated_beside_another(tmp_path, meta)


def assert_estimated_beside_another(folder, meta):
    """The folder's job without samples does not spoil the figures of another of the same mode."""
    pd.DataFrame(columns=measure.COLUMNS).to_csv(folder / "empty.csv", index=False)
    files.write_json(folder / "empty.json", meta)
    columns = ["model", "weights", "build", "engine", "mode", "contender"]
    other = dict.fromkeys(columns, "a") | {"benchmark": "memory", "metric": "peak_rss"}
    other |= {"unit": "MiB", "round": 0, "position": 0, "warmup": 0, "value": 2.5}
    pd.DataFrame([other]).to_csv(folder / "other.csv", index=False)
    files.write_json(folder / "other.json", {"mode": "aot", "benchmark": "memory", "skipped": []})
    words = ["--samples", str(folder / "empty.csv"), str(folder / "other.csv")]
    words += ["--baseline", "a", "--confidence", "0.99", "--margin", "0.05"]
    assert estimate.main([*words, "--out", str(folder / "out.csv")]) == 0
    table = pd.read_csv(folder / "out.csv")
    assert table[table.benchmark == "memory"]["median"].tolist() == [2.5]
    found = table[table.benchmark == "cold_disk"]
    assert (found.n == 0).all()
    assert found.note.str.len().min() > 0


def test_an_engines_cache_is_emptied_and_filled_for_later_runs(tmp_path, spawner, plan):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "stale").touch()
    command = ["sh", "-c", 'test ! -e "$CACHE/stale" && touch "$CACHE/filled"']
    plan["contenders"][1] |= {
        "command": command,
        "env": {"CACHE": str(cache)},
        "cache_dir": str(cache),
        "mode": "jit-cached",
        "traits": ["cached"],
    }
    samples, _ = run_bench(spawner, plan)
    assert "b" in set(samples.contender)
    assert [path.name for path in cache.iterdir()] == ["filled"]


def test_the_size_of_what_is_compiled_into_a_folder_is_that_of_all_it_holds(
    tmp_path, spawner, plan
):
    module, cache = tmp_path / "module.wasm", tmp_path / "cache"
    module.write_bytes(b"x" * 7)
    command = [
        "sh",
        "-c",
        'mkdir "$CACHE/of" && printf 12345 > "$CACHE/of/one" && cp "$0" "$CACHE"',
    ]
    plan["benchmark"], plan["settings"] = "size", {}
    plan["contenders"][0] |= {"artifacts": {"binary": str(module)}}
    plan["contenders"][1] |= {
        "command": [*command, str(module)],
        "env": {"CACHE": str(cache)},
        "cache_dir": str(cache),
        "traits": ["cached"],
        "artifacts": {"wasm": str(module)},
    }
    samples, _ = run_bench(spawner, plan)
    sizes = samples[samples.contender == "b"].set_index("metric").value
    assert sizes.to_dict() == {"wasm": 7, "aot": 12}


@pytest.mark.parametrize("is_wanted", [True, False])
def test_processes_are_kept_on_one_core_where_that_is_wanted(spawner, is_wanted):
    every = os.sched_getaffinity(0)
    with one_core.kept(is_wanted) as core:
        spawner.run(["nproc"], {}, "/dev/null")
    assert int(spawner.stdout().read_text()) == (1 if is_wanted else len(every))
    assert core == (max(every) if is_wanted else None)
    assert os.sched_getaffinity(0) == every


@pytest.mark.parametrize("modes", [["aot"], ["jit"], None])
def test_a_job_says_where_and_with_what_it_measured(
    tmp_path, programs, request_file, monkeypatch, modes
):
    """Versions and machine are those of the job, not of whoever writes the report."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(programs, tmp_path / "results/harness")
    small = tmp_path / "results/models/m/build/small"
    small.mkdir(parents=True)
    shutil.copy("/bin/true", small / "mobilenet-oc-l")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    shutil.copy("/bin/true", tmp_path / "wasmtime")
    digest = files.sha256(tmp_path / "wasmtime")
    for name, value in {
        "tool": {"name": "wasmtime", "version": "48.0.8", "sha256": digest},
        "gate": {"contender": "small", "passed": True, "reason": None},
        "model": {"name": "m", "weights": "seeded"},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    settings = {"benchmark": "memory", "mode": "aot", "seed": 1, "baseline": "small"}
    limits = {"warmup_rounds": 0, "min_rounds": 2, "max_rounds": 2, "ratio_width": 0.1}
    limits |= {} if modes is None else {"one_core": modes}
    settings |= {"confidence": 0.99, "settings": limits | {"budget_seconds": 60}}
    small = {"model": "m", "build": "small", "engine": "none", "mode": "native"}
    small |= {"runner": "native", "options": []}
    arguments = ["--settings", json.dumps(settings), "--contenders", json.dumps([small])]
    arguments += ["--tools", "tool.json", "--gates", "gate.json", "--model", "model.json"]
    arguments += ["--request", str(request_file), "--spawn", str(programs / "spawn")]
    assert measure.main([*arguments, "--out", "samples.csv", "--meta", "meta.json"]) == 0
    meta = json.loads((tmp_path / "meta.json").read_text())
    assert meta["tools"] == {"wasmtime": {"version": "48.0.8", "sha256": digest}}
    assert meta["core"] == (max(os.sched_getaffinity(0)) if modes == ["aot"] else None)
    assert meta["host"]["cpu"]["cores"] == len(os.sched_getaffinity(0))
    assert meta["host"]["kernel"] == platform.release()
    assert meta["host"]["packages"]["numpy"] == np.__version__
    assert set(pd.read_csv("samples.csv").contender) == {"small", "small#2", "noop"}


def test_every_benchmark_says_what_decides_it():
    for name, benchmark in registry.every().items():
        assert isinstance(benchmark, Benchmark)
        assert (benchmark.headline is None) == (name == "size")


def test_blocks_go_on_until_the_budget_ends():
    """All runs where the time allows it; never fewer blocks than let the self-check fail."""
    loop = registry.benchmark("warm_loop")
    settings = {"runs": 100, "runs_per_block": 4, "budget_seconds": 60}
    found = job.limits(loop, settings, 0.99)
    assert (found.min_rounds, found.max_rounds, found.budget_seconds) == (11, 25, 60)
    found = job.limits(loop, settings | {"runs": 8}, 0.99)
    assert (found.min_rounds, found.max_rounds) == (2, 2)


def wait_for_end(words):
    """Wait until no process has the words in its command (what is dead has none)."""
    deadline = time.monotonic() + PATIENCE
    commands = Path("/proc").glob
    while found := [path for path in commands("[0-9]*/cmdline") if has(path, words)]:
        if time.monotonic() > deadline:
            for path in found:
                os.kill(int(path.parent.name), signal.SIGKILL)
            pytest.fail(f"{[path.parent.name for path in found]} went on")
        time.sleep(0.02)


def has(path, words):
    """Whether a process's command has the words."""
    try:
        return words.encode() in path.read_bytes()
    except OSError:
        return False


def test_a_contender_that_hangs_is_ended_and_told(spawner, tmp_path, monkeypatch):
    started = tmp_path / "started"
    # A busy machine may not have started it after the first of these.
    for seconds in (0.3, 3, 30):
        monkeypatch.setattr(spawning, "LONGEST_SECONDS", seconds)
        command = ["sh", "-c", f"touch '{started}'; exec tail -f '{started}'"]
        with pytest.raises(RunError, match=f"did not end within {seconds} s"):
            spawner.run(command, {}, "/dev/null")
        if started.exists():
            break
    assert started.exists()
    wait_for_end(str(started))


def test_the_spawner_ends_with_the_job_that_started_it(programs, tmp_path):
    """A job that is killed alone must not go on measuring beside the next one."""
    count = tmp_path / "count"
    words = [str(programs / "spawn"), "--stdin", "/dev/null", "--stdout", "/dev/null"]
    words += ["--stderr", "/dev/null", "--count", "100000", "--"]
    words += ["sh", "-c", f"echo >> '{count}'; sleep 0.05"]
    job = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({words})"])
    while not count.exists() and job.poll() is None:
        time.sleep(0.01)
    assert count.exists()
    job.kill()
    job.wait()
    # The run that was under way ends by itself.
    wait_for_end(str(count))
