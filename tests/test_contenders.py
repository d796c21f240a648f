"""Contenders are made from the config, and each is run by the command a user would type."""

import contenders
import describe_contender
import pytest
from contenders import Contender

MODULE, AOT = "results/optimised/wasm/mobilenet-oc-l.wasm", "results/aot/wasm"
CONFIG = {
    "builds": {
        "plain": {"target": "native"},
        "tuned": {"target": "native"},
        "wasm": {"target": "wasm"},
        "unused": {"target": "wasm"},
    },
    "compare": {
        "builds": ["plain", "tuned", "wasm"],
        "engines": ["wasmtime", "wasmer"],
        "modes": ["jit", "aot"],
        "references": ["litert"],
        "baseline": "tuned",
    },
}


def test_baseline_comes_first():
    assert [row.id for row in contenders.native(CONFIG)] == ["tuned", "plain"]


def test_wasm_contenders_are_builds_times_engines():
    ids = [row.id for row in contenders.wasm(CONFIG, "aot")]
    assert ids == ["wasm@wasmtime-aot", "wasm@wasmer-aot"]


@pytest.mark.parametrize("mode", ["jit", "jit-cached", "aot"])
def test_parse_gives_back_every_contender(mode):
    for row in [*contenders.native(CONFIG), *contenders.wasm(CONFIG, mode)]:
        assert contenders.parse(CONFIG, row.id) == row


def test_actions_are_contenders_of_the_oracle():
    (action,) = contenders.actions(CONFIG)
    assert contenders.parse(CONFIG, action.id) == action
    assert contenders.artifact(action) == "results/optimised/wasm/mobilenet-oc.wasm"


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
    assert describe_contender.command(Contender("wasm", engine, mode), "wt", ["-x"]) == words


def test_jit_contenders_keep_their_engine_cache_to_themselves():
    first = describe_contender.describe(Contender("wasm", "wasmtime", "jit-cached"), "wt", [])
    other = describe_contender.describe(Contender("wasm", "wasmer", "jit-cached"), "wr", [])
    assert "cache=n" not in first["command"]
    assert first["env"] == {"XDG_CACHE_HOME": first["cache_dir"]}
    assert first["cache_dir"] != other["cache_dir"]


def test_the_noop_runs_in_the_same_engine_and_mode():
    record = describe_contender.describe(Contender("wasm", "wasmtime", "aot"), "wt", [])
    assert record["noop_command"][:2] == record["command"][:2]
    assert record["noop_command"][-1] == "results/aot/noop/wasmtime.cwasm"
