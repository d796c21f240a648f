"""Contenders are made from the config, and each is run by the command a user would type."""

import importlib.util
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from scripts.bench import registry as benchmarks
from scripts.common import checks, code_digest, paths
from scripts.contenders import records, registry, selection
from scripts.contenders.contender import Contender
from scripts.contenders.runner import Mode, Runner

MODULE, AOT = "results/models/net/optimised/wasm/mobilenet-oc-l.wasm", "results/models/net/aot/wasm"
ENGINE = {"run_options": ["-x"], "compile_options": []}
CONFIG = {
    "builds": {
        "plain": {"target": "native"},
        "tuned": {"target": "native"},
        "wasm": {"target": "wasm"},
        "unused": {"target": "wasm"},
    },
    "engines": {
        "wasmtime": ENGINE | {"runner": "wasmtime", "tool": "wasmtime"},
        "wasmer": ENGINE | {"runner": "wasmer", "tool": "wasmer"},
        "older": ENGINE | {"runner": "wasmtime", "tool": "wasmtime-47"},
        "wazero": ENGINE | {"runner": "wazero", "tool": "wazero"},
    },
    "compare": {
        "builds": ["plain", "tuned", "wasm"],
        "engines": ["wasmtime", "wasmer"],
        "modes": ["jit", "aot"],
        "references": ["litert"],
        "actions": ["wasm"],
        "aot_only": [],
        "baseline": "tuned",
    },
    "deployment": {"serve": {"options": []}},
}


def test_a_runners_own_files_reach_its_command_wherever_it_runs(monkeypatch):
    """A host in another language: its program is a file of the checkout, and its digest counts."""
    mode = Mode(paths.MODULE, lambda call: [call.program, *call.files, call.path])
    host = Runner("wasm", {"jit": mode}, files=("scripts/common/paths.py",))
    monkeypatch.setattr(registry, "runner", {"host": host}.__getitem__)
    row = Contender("net", "wasm", "node", "jit", "host", "node")
    _, program, module = row.command("node", row.path)
    assert Path(program) == Path(paths.__file__).resolve()
    assert module == MODULE


def test_the_tools_of_a_reference_are_needed_and_reach_its_command():
    compared = CONFIG["compare"] | {"references": ["onnxruntime_web"]}
    config = CONFIG | {"compare": compared | {"builds": ["plain"]}}
    config["builds"] = {"plain": {"target": "native", "snapshot": False}}
    row = selection.called(config, "net", "onnxruntime_web")
    assert (
        checks.tools_needed(config) == ["rust", *row.tools] == ["rust", "node", "onnxruntime-web"]
    )
    command = records.record(asdict(row), {"node": "/n", "onnxruntime-web": "/o"})["command"]
    program = str(code_digest.ROOT / "scripts/runners/reference.mjs")
    graph = "results/models/net/references/onnxruntime"
    assert json.loads(command[-1]) == ["/n", program, "onnxruntime_web", "/o", graph]


def names(rows):
    return [row.id for row in rows]


def timed(job, benchmark):
    return names(selection.timed(CONFIG, "net", job, benchmarks.benchmark(benchmark)))


def test_native_comes_first_with_the_baseline_before_all():
    modules = ["wasm@wasmtime-aot", "wasm@wasmer-aot"]
    assert timed("aot", "memory") == ["tuned", "plain", *modules, "litert"]


def test_a_job_times_what_is_of_its_mode():
    assert timed("jit", "memory")[2:] == ["wasm@wasmtime-jit", "wasm@wasmer-jit", "litert"]


def test_later_runs_from_the_cache_are_told_apart_where_they_differ():
    assert "wasm@wasmer-jit-cached" in timed("jit", "cold_start")
    assert "wasm@wasmer-jit-cached" not in timed("jit", "inference")


def test_on_a_cold_disk_nothing_compiles():
    found = timed("jit", "cold_disk")
    assert "wasm@wasmtime-jit-cached" in found
    assert "wasm@wasmtime-jit" not in found


def test_of_a_reference_is_measured_what_its_user_would_meet():
    """Under Python as it would be started; what hands its input to Node, in inference alone."""
    told = {name for name in benchmarks.every() if "litert" in timed("aot", name)}
    assert told == {"cold_start", "inference", "memory"}
    compared = CONFIG["compare"] | {"references": ["litert_js", "onnxruntime_web_page"]}
    config = CONFIG | {"compare": compared}
    for name in benchmarks.every():
        found = names(selection.timed(config, "net", "aot", benchmarks.benchmark(name)))
        here = {"litert_js", "onnxruntime_web_page"} & set(found)
        assert here == (set(compared["references"]) if name == "inference" else set()), name


def test_the_oracle_checks_everything_that_has_a_verdict_of_its_own():
    found = names(selection.gated(CONFIG, "net"))
    assert {"tuned", "litert", "wasm@openwhisk-action", "wasm@wasmer-jit"} <= set(found)
    assert not [name for name in found if name.endswith("-cached")]
    assert len(found) == len(set(found))


def test_only_the_builds_that_the_config_names_are_checked_as_actions():
    compared = CONFIG["compare"] | {"actions": []}
    found = names(selection.gated(CONFIG | {"compare": compared}, "net"))
    assert set(names(selection.gated(CONFIG, "net"))) - set(found) == {"wasm@openwhisk-action"}


def test_what_is_compared_ahead_of_time_alone_is_compared_where_that_cannot_be():
    """Engines that compile nothing ahead of time, and comparisons without that mode, have it."""
    alone = CONFIG["compare"] | {"aot_only": ["wasm"]}
    jit = CONFIG | {"compare": alone | {"modes": ["jit"]}}
    assert "wasm@wasmtime-jit" in names(selection.measured(jit, "net", "jit"))
    engines = CONFIG["engines"] | {"node": ENGINE | {"runner": "node", "tool": "node"}}
    config = CONFIG | {"engines": engines, "compare": alone | {"engines": ["node"]}}
    assert "wasm@node-jit" in names(selection.measured(config, "net", "jit"))


def test_what_is_compared_ahead_of_time_alone_is_in_no_jit_job():
    config = CONFIG | {"compare": CONFIG["compare"] | {"aot_only": ["wasm"]}}
    assert names(selection.measured(config, "net", "jit")) == ["tuned", "plain", "litert"]
    assert "wasm@wasmer-aot" in names(selection.measured(config, "net", "aot"))
    assert not [name for name in names(selection.gated(config, "net")) if "-jit" in name]


def test_later_runs_share_the_verdict_of_the_first():
    row = selection.called(CONFIG, "net", "wasm@wasmer-jit-cached")
    assert row.judged_as == "wasm@wasmer-jit"


@pytest.mark.parametrize("modes", [["aot"], ["jit", "aot"]])
def test_what_is_compiled_into_a_folder_is_measured_as_an_artefact_and_judged_as_jit(modes):
    """The oracle checks the mode that compiles, which fills the folder, measured or not."""
    compared = CONFIG["compare"] | {"engines": ["wazero"], "modes": modes}
    config = CONFIG | {"compare": compared}
    for name in ("cold_start", "cold_disk", "memory", "inference", "warm_loop", "size"):
        rows = selection.timed(config, "net", "aot", benchmarks.benchmark(name))
        assert "wasm@wazero-aot" in names(rows), name
    row = selection.called(config, "net", "wasm@wazero-aot")
    assert row.judged_as in names(selection.gated(config, "net"))
    assert Path(row.cache).is_absolute()
    words = row.command("wazero", row.path, cache=row.cache)
    assert words == ["wazero", "run", "-cachedir", row.cache, "-x", MODULE]


def test_every_contender_is_found_by_its_name():
    for row in selection.every(CONFIG, "net"):
        assert selection.called(CONFIG, "net", row.id) == row


def test_an_action_runs_its_own_module():
    action = selection.called(CONFIG, "net", "wasm@openwhisk-action")
    assert action.path == "results/models/net/optimised/wasm/mobilenet-oc.wasm"


def test_models_share_no_file():
    one, two = (selection.every(CONFIG, name) for name in ("one", "two"))
    assert not {row.path for row in one} & {row.path for row in two}


def record(name, config=CONFIG):
    """The record that a job makes of a contender."""
    row = asdict(selection.called(config, "net", name))
    return records.record(row, {row["tool"]: "wt"})


@pytest.mark.parametrize(
    ("engine", "mode", "words"),
    [
        ("wasmtime", "jit", ["wt", "run", "-C", "cache=n", "-x", MODULE]),
        ("wasmtime", "aot", ["wt", "run", "--allow-precompiled", "-x", f"{AOT}/wasmtime.cwasm"]),
        ("wasmer", "jit", ["wt", "run", "--disable-cache", "-x", MODULE]),
        ("wasmer", "aot", ["wt", "run", "-x", f"{AOT}/wasmer.wasmu"]),
    ],
)  # fmt: skip
def test_commands(engine, mode, words):
    found = record(f"wasm@{engine}-{mode}")
    assert found["command"] == words
    # wasmer takes what just follows a file for an option of its own.
    own = ["--", "--lines"] if engine == "wasmer" else ["--lines"]
    assert found["lines_command"] == [*words, *own]


def test_what_answers_one_request_alone_has_no_words_for_more():
    assert "lines_command" not in record("wasm@openwhisk-action")
    assert record("litert")["lines_command"][-1] == "--lines"


def test_two_versions_of_one_engine_run_side_by_side():
    both = CONFIG | {"compare": CONFIG["compare"] | {"engines": ["wasmtime", "older"]}}
    new, old = (record(f"wasm@{name}-aot", both) for name in ("wasmtime", "older"))
    assert (new["command"][-1], old["command"][-1]) == (
        f"{AOT}/wasmtime.cwasm",
        f"{AOT}/older.cwasm",
    )
    assert selection.called(both, "net", "wasm@older-aot").tool == "wasmtime-47"
    assert new["cache_dir"] != old["cache_dir"]


def test_engines_keep_their_cache_to_themselves():
    """A relative folder would be ignored by wasmtime, which then shares the user's own."""
    first = record("wasm@wasmtime-jit-cached")
    other = record("wasm@wasmer-jit-cached")
    assert "cache=n" not in first["command"]
    assert first["env"] == {"XDG_CACHE_HOME": first["cache_dir"]}
    assert Path(first["cache_dir"]).is_absolute()
    assert first["cache_dir"] != other["cache_dir"]


def test_the_noop_runs_in_the_same_engine_and_mode():
    found = record("wasm@wasmtime-aot")
    assert found["noop_command"][:2] == found["command"][:2]
    assert found["noop_command"][-1] == "results/harness/noop-wasmtime.cwasm"


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("wasm@openwhisk-action", "scripts.runners.openwhisk"),
        ("litert", "scripts.runners.reference"),
    ],
)
def test_what_python_runs_is_run_by_the_python_of_the_job(name, module):
    command = record(name)["command"]
    assert command[:3] == [sys.executable, "-m", module]
    assert importlib.util.find_spec(module)


def test_what_a_runner_lacks_is_no_mode_of_it():
    for name in registry.names():
        runner = registry.runner(name)
        assert not set(runner.lacks) & set(runner.modes)
        assert all(mode.default in {"", *runner.modes} for mode in runner.modes.values())
        assert all(mode.judged_as in {"", *runner.modes} for mode in runner.modes.values())
