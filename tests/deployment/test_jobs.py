"""The jobs as the workflow runs them, on a small action that says what it is told to.

The host is the real one, and so is the load; the action answers the same label to everything.
"""

import json
import os
import stat
import sys

import numpy as np
import pandas as pd
import pytest
import wasmtime
from conftest import ROOT
from load_server import where_there_is_time

from scripts.action import precompile
from scripts.common import files
from scripts.common.errors import UserError
from scripts.deployment import bench, estimate, measure, measure_ceiling, registry
from scripts.deployment.answers import Answer
from scripts.deployment.benchmarks import activation, overload
from scripts.deployment.judgement import Judged
from scripts.tools import installers

ANSWER = '{"Ok":{"label":"tabby"}}'
# It sleeps for 0.1 s, so that no machine is too busy for the rates that follow from what it can
# do, and writes to 40 pages that its image has none of.
TEXT = """
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 16)
  (global $start (mut i32) (i32.const 65536))
  (global $length (mut i32) (i32.const 0))
  (data (i32.const 8192) "ANSWER")
  (func (export "wasm_memory_buffer_allocate_space") (param $bytes i32)
    (global.set $start (i32.const 65536))
    (global.set $length (local.get $bytes)))
  (func (export "get_wasm_memory_buffer_pointer") (result i32) (global.get $start))
  (func (export "get_wasm_memory_buffer_len") (result i32) (global.get $length))
  (func $answer
    (i32.store (i32.const 8464) (i32.const 1))
    (i64.store (i32.const 8472) (i64.const 100000000))
    (drop (call $poll (i32.const 8448) (i32.const 8512) (i32.const 1) (i32.const 8576)))
    (memory.fill (i32.const 262144) (i32.const 1) (i32.const 163840))
    (global.set $start (i32.const 8192))
    (global.set $length (i32.const LENGTH)))
  (func (export "_start") (call $answer))
  (func (export "answer_request") (param i32) (call $answer)))
"""
# The native program: a request and an answer, or a line each.
PROGRAM = """#!/bin/sh
if [ "$1" = --lines ]; then while read -r _; do sleep 0.1; echo '{"label":"tabby"}'; done
else cat > /dev/null; sleep 0.1; echo '{"label":"tabby"}'; fi
"""
ANSWERED = Answer(0, 0, 10**6, 200, "", b"{}", "", {"run": 0.5})
SETTINGS = {
    "activation": {"rounds": 1, "seconds": 1, "share": 0.2},
    "rates": {"rounds": 1, "seconds": 1, "shares": [0.1, 0.4]},
    "overload": {"rounds": 1, "seconds": 2, "seconds_around": 1, "share": 2},
    "start": {"rounds": 2},
    "density": {"rounds": 1, "actions": [1, 3]},
    "pages": {"rounds": 1, "activations": 3},
    "instances": {"rounds": 1, "seconds": 0.2},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the jobs take: actions, the oracle's answers and verdicts, vegeta's record."""
    folder = tmp_path_factory.mktemp("deployment")
    text = TEXT.replace("ANSWER", ANSWER.replace('"', '\\"')).replace("LENGTH", str(len(ANSWER)))
    (folder / "action.wasm").write_bytes(bytes(wasmtime.wat2wasm(text)))
    precompile.main([str(folder / "action.wasm"), "--out", str(folder / "action.cwasm")])
    (folder / "native").write_text(PROGRAM)
    (folder / "native").chmod(stat.S_IRWXU)
    try:
        vegeta = installers.find("vegeta", None, folder / "vegeta.log")
    except UserError as error:
        pytest.skip(str(error))
    files.write_json(folder / "vegeta.json", vegeta)
    case = {"name": "input", "kind": "photograph", "label": "tabby"}
    files.write_json(folder / "cases.json", {"cases": [case]})
    np.savez(folder / "answers.npz", **{"image/input": np.frombuffer(b"no jpeg", np.uint8)})
    files.write_json(folder / "model.json", {"name": "net", "weights": "seeded"})
    files.write_json(folder / "passed.json", {"passed": True, "reason": None})
    files.write_json(
        folder / "failed.json", {"passed": False, "ran": True, "reason": "another label"}
    )
    files.write_json(folder / "ceiling.json", {"requests_per_second": 1e5})
    return folder


def host(folder, policy, gate="passed"):
    native = policy in ("process", "loop")
    action = folder / ("native" if native else "action.cwasm.json")
    build = "native" if native else "wasm"
    return {
        "contender": f"{build}@{policy}",
        "build": build,
        "policy": policy,
        "runtime": "packed",
        "action": str(action),
        "gate": str(folder / f"{gate}.json"),
    }


def run(folder, name, hosts):
    """Run one job where there is time for its load; return its samples and record."""
    return where_there_is_time(run_once, folder, name, hosts)


def run_once(folder, name, hosts, late_ms=1000):
    """Run one job as its rule does; return its samples and record."""
    out = folder / f"{name}.csv"
    measure.main([
        f"--benchmark={name}", f"--settings={json.dumps(SETTINGS[name])}",
        f"--hosts={json.dumps(hosts)}", "--workers=1", "--queue=2", "--seed=1",
        '--serve={"options": [], "uses": 1}',
        f"--late-ms={late_ms}", f"--vegeta={folder / 'vegeta.json'}",
        f"--ceiling={folder / 'ceiling.json'}", f"--cases={folder / 'cases.json'}",
        f"--answers={folder / 'answers.npz'}", f"--model={folder / 'model.json'}",
        f"--out={out}", f"--meta={out.with_suffix('.json')}",
    ])  # fmt: skip
    return pd.read_csv(out), files.read_json(out.with_suffix(".json"))


def values(samples, contender):
    own = samples[samples.contender == contender]
    return own.groupby("metric").value.median()


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_latency_of_every_policy_and_its_parts(folder):
    hosts = [host(folder, p) for p in ("fresh", "snapshot", "warm", "process", "loop")]
    samples, job = run(folder, "activation", hosts)
    assert job["skipped"] == {}
    for row in hosts:
        found = values(samples, row["contender"])
        assert {"p50", "latency", "part_queue", "part_run", "part_outside"} <= set(found.index)
        assert 0 < found["part_run"] < found["p50"]


def test_what_the_host_does_not_tell_is_outside():
    answers = [
        Answer(i, 0, 10**7, 200, "", b"", "", {"run": 2.0 + i, "reply": 1.0}) for i in range(3)
    ]
    assert {name: ms for name, _, ms in activation.parts(answers)} == {
        "part_run": 3.0,
        "part_reply": 1.0,
        "part_outside": 6.0,
    }


def test_what_the_action_tells_of_itself_is_taken_out_of_the_run():
    body = json.dumps({"phases": {"entered_ns": 5, "decode_ns": 500_000, "infer_ns": 1_000_000}})
    answer = Answer(0, 0, 4 * 10**6, 200, "", body.encode(), "", {"queue": 0.25, "run": 2.0})
    assert activation.account(answer) == {
        "queue": 0.25,
        "decode": 0.5,
        "infer": 1.0,
        "rest": 0.5,
        "outside": 1.75,
    }


def test_the_activation_s_load_asks_for_phases(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(bench.Bench, "capacity", lambda *_: 20.0)
    monkeypatch.setattr(
        bench.Bench, "attacks", lambda *_, cases: asked.extend(cases) or [Judged([ANSWERED], [])]
    )
    run(folder, "activation", [host(folder, "warm")])
    assert [case.value["phases"] for case in asked] == [True]


def test_rates_and_their_knee(folder):
    samples, job = run(folder, "rates", [host(folder, "warm")])
    found = values(samples, "wasm@warm")
    assert job["skipped"] == {}
    assert found["offered_at_0.4"] == pytest.approx(0.4 * found["saturation"])
    assert 0 < found["done_at_0.1"] <= found["offered_at_0.1"] * 1.01
    # The knee lies beyond what was offered, unless the machine had no time.
    assert not found["knee"] > found["offered_at_0.4"]


def test_start_pages_and_instances(folder):
    hosts = [host(folder, "snapshot"), host(folder, "process")]
    started = values(run(folder, "start", hosts)[0], "wasm@snapshot")
    assert started["to_first_answer"] > started["to_listening"] > 0
    assert min(started["first_activation"], started["second_activation"]) > 100
    pages = run(folder, "pages", hosts)[0]
    assert values(pages, "wasm@snapshot")["dirtied_pages"] in range(40, 45)
    assert values(pages, "wasm@snapshot")["memory_pages"] == 256
    assert values(pages, "native@process")["minor_faults"] > 40
    instances = values(run(folder, "instances", hosts)[0], "wasm@snapshot")
    assert instances["instances_per_second"] > 0
    assert instances["instantiate"] > 0


def test_density_weighs_all_that_answered(folder):
    samples, job = run(folder, "density", [host(folder, "warm")])
    found = values(samples, "wasm@warm")
    assert job["skipped"] == {}
    assert 5 < found["pss_at_1"] < found["pss_at_3"]
    parts = sum(found[f"{part}_at_3"] for part in ("anonymous", "file", "shared"))
    assert parts == pytest.approx(found["pss_at_3"], abs=0.5)
    estimate.main([
        f"--samples={folder / 'density.csv'}", "--confidence=0.99", "--margin=0.05",
        f"--out={folder / 'out.csv'}",
    ])  # fmt: skip
    table = pd.read_csv(folder / "out.csv").set_index("metric")
    each = (found["pss_at_3"] - found["pss_at_1"]) / 2
    assert table.value["pss_per_action"] == pytest.approx(each)
    each = (found["at_work_at_3"] - found["at_work_at_1"]) / 2
    assert table.value["at_work_per_action"] == pytest.approx(each)
    assert table.value["actions_per_gib"] == pytest.approx(1024 / each)


def test_what_starts_anew_is_weighed_while_it_is_there(folder):
    """The program of `process` weighs more than the shell that the worker starts it by."""
    heavy = folder / "heavy"
    heavy.write_text(
        f"#!{sys.executable}\nimport sys, time\nsys.stdin.read()\nheld = b'x' * (60 << 20)\n"
        'time.sleep(2)\nprint(\'{"label":"tabby"}\')\n'
    )
    heavy.chmod(stat.S_IRWXU)
    row = host(folder, "process") | {"action": str(heavy)}
    found = values(run(folder, "density", [row])[0], "native@process")
    assert found["at_work_at_3"] > found["pss_at_3"] + 3 * 50


def test_a_wrong_answer_or_verdict_leaves_a_host_out_and_is_told(folder, tmp_path):
    wrong = {"name": "input", "kind": "photograph", "label": "beagle"}
    hosts = [host(folder, "warm", gate="failed"), host(folder, "loop")]
    kept = (folder / "cases.json").read_text()
    files.write_json(folder / "cases.json", {"cases": [wrong]})
    try:
        samples, job = run(folder, "activation", hosts)
    finally:
        (folder / "cases.json").write_text(kept)
    assert samples.empty
    assert job["skipped"]["wasm@warm"] == "failed the oracle: another label"
    assert "'tabby' instead of 'beagle'" in job["skipped"]["native@loop"]
    estimate.main([
        f"--samples={folder / 'activation.csv'}", "--confidence=0.99", "--margin=0.05",
        f"--out={tmp_path / 'out.csv'}",
    ])  # fmt: skip
    table = pd.read_csv(tmp_path / "out.csv").set_index("contender")
    assert list(table.n) == [0, 0]
    assert "beagle" in table.note["native@loop"]


def test_a_job_whose_load_drifts_fails(folder):
    with pytest.raises(UserError, match="requests a second"):
        run_once(folder, "overload", [host(folder, "loop")], late_ms=1e-6)


def test_overload_is_refused_and_recovered_from(folder):
    samples, job = run(folder, "overload", [host(folder, "warm")])
    assert job["skipped"] == {}
    found = values(samples, "wasm@warm")
    assert 0 < found["done"] <= found["offered"] * 1.01
    assert 0 <= found["refused"] < 100
    assert not found["recovery"] < 0
    assert job["photographs"] == 1


def test_recovery_ends_with_the_last_slow_second():
    def answer(sent, latency):
        return Answer(0, sent * 10**8, latency, 200, "", b"", "", {})

    usual = [answer(tenth, 9) for tenth in range(40)]
    assert overload.recovery(usual, [], 0, 10) == 0
    # One slow answer among usual ones is no slow second; a second of them is.
    assert overload.recovery([*usual, answer(25, 11)], [], 0, 10) == 0
    slow = [answer(tenth, 11) for tenth in range(10, 20)]
    assert overload.recovery(usual[:10] + slow + usual[20:], [], 0, 10) == 2 * 10**9
    # The last second is slow, or its requests are refused: it was not seen to recover.
    assert np.isnan(overload.recovery(usual[:30], usual[30:], 0, 10))
    assert np.isnan(overload.recovery(usual[:20] + slow, [], 0, 8))


def test_every_benchmark_has_settings_here():
    assert set(SETTINGS) == set(registry.every())


def test_the_generator_s_ceiling(folder, monkeypatch):
    monkeypatch.setattr(measure_ceiling, "MOST_REQUESTS", 400)
    arguments = [
        f"--vegeta={folder / 'vegeta.json'}", "--late-ms=1000", f"--cases={folder / 'cases.json'}",
        f"--answers={folder / 'answers.npz'}", f"--out={folder / 'found.json'}",
    ]  # fmt: skip
    where_there_is_time(measure_ceiling.main, arguments)
    found = files.read_json(folder / "found.json")
    assert found["requests_per_second"] in (50, 100)
    assert found["p50_ms"] > 0
    assert found["cores"]["shared"] == (len(os.sched_getaffinity(0)) < 3)
