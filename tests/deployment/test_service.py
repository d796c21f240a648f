"""The classifier behind `wasmtime serve`, as the quick run builds it, alone and under load."""

import http.client
import json
import shutil
from urllib.parse import urlsplit

import pandas as pd
import pytest
from conftest import MODEL, QUICK, ROOT, snakemake

from scripts.action import componentise
from scripts.common import examples, files, paths
from scripts.common.errors import UserError
from scripts.deployment import estimate, host, measure
from scripts.runners import service
from scripts.tools import location

BUILD, MODEL_NAME = "wasm-packed", MODEL.rpartition("/")[2]
NAMES = {"model": MODEL_NAME, "build": BUILD}
CODE = paths.SERVED_COMPONENT.format(**NAMES)
GATES = {
    "serve": f"{MODEL}/gates/{BUILD}@service-http.json",
    "snapshot": f"{MODEL}/gates/{BUILD}@openwhisk-action.json",
}
ACTION = f"{paths.PRECOMPILED.format(**NAMES)}.json"
VEGETA, WASMTIME = (paths.TOOL.format(tool=name) for name in ("vegeta", "wasmtime"))
OPTIONS = ["-Opooling-allocator=y", "-Opooling-memory-keep-resident=33554432"]
SERVE = {"options": OPTIONS, "uses": 2}
SETTINGS = {
    "activation": {"rounds": 1, "seconds": 2, "share": 0.2},
    "overload": {"rounds": 1, "seconds": 2, "seconds_around": 1, "share": 2},
    "start": {"rounds": 1},
    "density": {"rounds": 1, "actions": [1, 2]},
}


@pytest.fixture(scope="module")
def built(run):
    """The quick run's folder, with the service, the action, the oracle's verdicts and vegeta."""
    made = snakemake(run, *QUICK, "--", *GATES.values(), ACTION, VEGETA)
    if made.returncode != 0 and "which builds it; install Go" in made.stderr:
        pytest.skip("vegeta is not there, nor Go to build it")
    assert made.returncode == 0, made.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(run)
        patch.setenv("PYTHONPATH", str(ROOT))
        yield run


@pytest.fixture
def case(built):
    """The oracle's photograph."""
    (found,) = (
        row
        for row in files.read_json(f"{MODEL}/oracle/reference.json")["cases"]
        if row["kind"] == "photograph"
    )
    return found


@pytest.fixture
def wasmtime(built):
    return location.locate(files.read_json(WASMTIME))


def served(wasmtime, tmp_path, uses=1):
    words = service.command(wasmtime, CODE, OPTIONS, uses=uses)
    return host.serving(words, tmp_path / "log")


@pytest.mark.parametrize("uses", [1, 2])
def test_a_photograph_is_what_tensorflow_says_it_is(built, case, wasmtime, tmp_path, uses):
    """Every request, whether its instance is new or kept; and the action's own errors."""
    parameters = files.read_json(paths.REQUEST)
    with served(wasmtime, tmp_path, uses) as one:
        for _ in range(5):
            status, told = one.activate(json.dumps({"value": parameters}).encode())
            assert (status, json.loads(told)["label"]) == (200, case["label"])
            assert json.loads(told)["confidence"] == pytest.approx(case["confidence"], abs=0.03)
        status, told = one.activate(b'{"value": {"image": "aGVsbG8="}}')
        assert status == 200
        assert "no JPEG" in json.loads(told)["error"]


def test_what_is_no_activation_is_refused_in_one_line(built, wasmtime, tmp_path):
    no_object = "The action did not receive a dictionary or array as an argument."
    with served(wasmtime, tmp_path) as one:
        for body in (b'{"value": 1}', b"[]", b"no json", b""):
            status, told = one.activate(body)
            assert (status, json.loads(told)) == (404, {"error": no_object})
        assert one.activate(b" " * (2 << 20))[0] == 413
        for method, path in (("GET", "/run"), ("POST", "/")):
            connection = http.client.HTTPConnection(urlsplit(one.url).netloc, timeout=60)
            connection.request(method, path, b"{}")
            assert connection.getresponse().status == 404
            connection.close()


def test_the_oracle_passed_what_is_served(built):
    assert files.read_json(GATES["serve"])["passed"]


def row(policy):
    action = CODE if policy == "serve" else ACTION
    names = {"contender": f"{BUILD}@{policy}", "build": BUILD, "policy": policy}
    names["runtime"] = "packed"
    return names | {"action": action, "gate": GATES[policy]}


def job(tmp_path, name, policies, cases=f"{MODEL}/oracle/reference.json", wasmtime=WASMTIME):
    """Run a job as its rule does; return its record, and its estimates by host and metric."""
    files.write_json(tmp_path / "ceiling.json", {"requests_per_second": 1e5})
    out = tmp_path / f"{name}.csv"
    measure.main([
        f"--benchmark={name}", f"--settings={json.dumps(SETTINGS[name])}",
        f"--hosts={json.dumps([row(policy) for policy in policies])}",
        "--workers=1", "--queue=2", "--seed=1", "--late-ms=2000", f"--vegeta={VEGETA}",
        f"--serve={json.dumps(SERVE)}", f"--wasmtime={wasmtime}",
        f"--ceiling={tmp_path / 'ceiling.json'}", f"--cases={cases}",
        f"--answers={MODEL}/oracle/reference.npz", f"--model={MODEL}/model.json",
        f"--out={out}", f"--meta={out.with_suffix('.json')}",
    ])  # fmt: skip
    estimates = tmp_path / "estimates.csv"
    estimate.main([f"--samples={out}", "--confidence=0.99", "--margin=0.05", f"--out={estimates}"])
    table = pd.read_csv(estimates).set_index(["policy", "metric"])
    return files.read_json(out.with_suffix(".json")), table


def test_latency_stands_beside_a_snapshot_s_and_has_the_action_s_own_parts(built, tmp_path):
    record, table = job(tmp_path, "activation", ["serve", "snapshot"])
    assert record["skipped"] == {}
    assert record["serve"]["options"] == OPTIONS
    assert table.value["serve", "p50"] > 0
    for policy in ("serve", "snapshot"):
        assert table.value[policy, "part_infer"] > 0
    assert table.value["snapshot", "part_rest"] > 0
    told = {name for name in table.loc["serve"].index if name.startswith("part")}
    assert told == {f"part_{name}" for name in ("read", "decode", "load", "infer", "outside")}


def test_what_is_too_much_waits_and_the_estimates_say_so(built, tmp_path):
    record, table = job(tmp_path, "overload", ["serve"])
    assert record["skipped"] == {}
    assert table.value["serve", "refused"] == 0
    assert "refuses nothing" in table.note["serve", "refused"]
    assert 0 <= table.value["serve", "unanswered"] < 100


def test_a_start_is_measured_and_density_left_out_with_its_reason(built, tmp_path):
    _, table = job(tmp_path, "start", ["serve"])
    assert table.value["serve", "to_first_answer"] > table.value["serve", "to_listening"] > 0
    record, table = job(tmp_path, "density", ["serve"])
    assert "one process" in record["skipped"][f"{BUILD}@serve"]
    assert list(table.n) == [0]
    assert "one process" in table.note.iloc[0]


def test_a_wrong_label_leaves_it_out_in_one_line(built, case, tmp_path):
    files.write_json(tmp_path / "cases.json", {"cases": [case | {"label": "another"}]})
    record, _ = job(tmp_path, "activation", ["serve"], cases=tmp_path / "cases.json")
    assert "instead of 'another'" in record["skipped"][f"{BUILD}@serve"]


def test_a_tool_that_is_gone_is_one_line(built, tmp_path):
    gone = files.read_json(WASMTIME) | {"sha256": "0" * 64}
    files.write_json(tmp_path / "gone.json", gone)
    with pytest.raises(UserError, match=r"^wasmtime \S+ sha256 0{12}, is neither on PATH nor"):
        job(tmp_path, "activation", ["serve"], wasmtime=tmp_path / "gone.json")


def test_a_module_that_is_no_service_makes_no_component(built, tmp_path, capfd):
    """The action has none of the component model's sections; nothing is left behind."""
    action = f"{MODEL}/build/{BUILD}/{examples.ACTION}.wasm"
    shutil.copy(action, tmp_path / "action.wasm")
    with pytest.raises(UserError, match="makes no component"):
        componentise.main([
            str(tmp_path / "action.wasm"), f"--compiled={action}", "--options=[]",
            f"--maker={paths.COMPONENT_MAKER}", f"--wasmtime={WASMTIME}",
            f"--component={tmp_path / 'out.wasm'}", f"--out={tmp_path / 'out.cwasm'}",
        ])  # fmt: skip
    assert "does not say what it imports" in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["action.wasm"]
