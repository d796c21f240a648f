"""The report's words follow the tables: wins, losses, ties, failures, seeded weights."""

import json
import re

import estimate
import levers
import numpy as np
import pandas as pd
import pytest
import report
import report_data
from errors import UserError

SETTINGS = {
    "compare": {"baseline": "native"},
    "confidence": 0.99,
    "seed": 1,
    "oracle": {"tensor_tolerance": 1e-4, "confidence_tolerance": 0.03},
}
MACHINE = {
    "cpu": {"model": "a processor", "cores": 2, "virtual": False, "governor": None},
    "memory_mib": 1024,
    "kernel": "6",
    "system": "Linux",
    "git": {"commit": "abc", "changed": False},
    "jobs": [],
    "warnings": ["The load was 9.0."],
    "config": SETTINGS,
}
MODEL = {
    "name": "net",
    "weights": "pretrained",
    "why": None,
    "provenance": "a mirror",
    "sha256": "00",
}
BASE = {
    "cold_start": [("wall", "s", 0.2)],
    "memory": [("peak_rss", "MiB", 100.0)],
    "throughput": [("runs_per_second", "1/s", 5.0)],
}


def samples(mode, factors, rounds=10, noop_mib=2.0, twin=1.0):
    """Samples in which a contender's figures are the baseline's times its factor, plus noise."""
    rng = np.random.default_rng(3)
    everybody = {"native": 1.0, "native#2": twin, **factors}
    rows = []
    for benchmark, metrics in BASE.items():
        for number in range(rounds):
            for name, factor in everybody.items():
                for metric, unit, value in metrics:
                    noise = rng.normal(1, 0.005)
                    row = names(name, mode) | {"benchmark": benchmark, "metric": metric}
                    row |= {"unit": unit, "round": number, "warmup": 0}
                    rows.append(row | {"value": value * factor * noise})
    noop = names("noop", mode) | {"benchmark": "memory", "metric": "peak_rss", "unit": "MiB"}
    rows += [noop | {"round": n, "warmup": 0, "value": noop_mib} for n in range(rounds)]
    return pd.DataFrame(rows)


def names(contender, mode):
    """The columns that name a contender."""
    row = {"model": "net", "weights": "pretrained", "contender": contender}
    if "@" in contender:
        build, engine = contender.split("@")
        return row | {"build": build, "engine": engine.split("-")[0], "mode": mode}
    mode = "native" if contender == "native" else "self-check"
    return row | {"build": contender.split("#")[0], "engine": "none", "mode": mode}


@pytest.fixture
def write(tmp_path, root):
    """A function that writes a report's files and returns the report."""

    def make(tables, model=MODEL, passed=True, skipped=(), original=True):
        paths = []
        for mode, table in tables.items():
            found = estimate.table(table, "native", 0.99, 1)
            meta = [{"skipped": list(skipped)}]
            paths.append(tmp_path / f"{mode}.csv")
            missing = estimate.missing(meta)
            (pd.concat([found, missing]) if len(missing) else found).to_csv(paths[-1], index=False)
        for name, value in (("machine", MACHINE), ("model", model)):
            (tmp_path / f"{name}.json").write_text(json.dumps(value))
        oracle = {"contender": "wasm@wasmtime-aot", "check": "tensor", "difference": 1e-6}
        oracle |= {"passed": passed, "reason": "" if passed else "another label"}
        pd.DataFrame([oracle]).to_csv(tmp_path / "oracle.csv", index=False)
        levers.table(pd.DataFrame(columns=["warmup", "metric", "benchmark"]), [], 0.99).to_csv(
            tmp_path / "levers.csv", index=False
        )
        tools = {"name": "wasmtime", "version": "48.0.8", "source": "PATH", "path": "wasmtime"}
        pd.DataFrame([tools]).to_csv(tmp_path / "tools.csv", index=False)
        arguments = ["--estimates", *map(str, paths), "--out", str(tmp_path / "report.md")]
        for name, file in (
            ("machine", "machine.json"),
            ("model", "model.json"),
            ("oracle", "oracle.csv"),
            ("tools", "tools.csv"),
            ("levers", "levers.csv"),
        ):
            arguments += [f"--{name}", str(tmp_path / file)]
        for name in ("original.yaml", "report.md.j2"):
            option = "--original" if name.endswith("yaml") else "--template"
            arguments += [option, str(root / "workflow/report" / name)]
        assert report.main(arguments) == 0
        return (tmp_path / "report.md").read_text()

    return make


WASM = "wasm@wasmtime-aot"


def answers(text):
    """The numbered lines of the first screen."""
    return [line for line in text.splitlines() if line[:2] in ("1.", "2.", "3.", "4.", "5.")]


def test_wasm_wins(write):
    first = answers(write({"aot": samples("aot", {WASM: 0.5})}))[0]
    assert f"`{WASM}`, faster: 0.5" in first


def test_wasm_loses(write):
    first = answers(write({"aot": samples("aot", {WASM: 2.8})}))[0]
    assert f"`{WASM}`, slower: 2.8" in first
    assert "faster" not in first


def test_a_tie_has_no_winner(write):
    lines = answers(write({"aot": samples("aot", {WASM: 1.0})}))
    assert "no difference found" in lines[0]
    assert not any(word in line for line in lines for word in ("faster", "slower", "heavier"))


def test_more_runs_a_second_is_faster(write):
    text = write({"aot": samples("aot", {WASM: 2.0})})
    assert "Full runs a second, AOT, beside `native`. faster: `wasm@wasmtime-aot` 2.0" in text
    assert "Cold start, AOT, beside `native`. slower: `wasm@wasmtime-aot` 2.0" in text


def test_the_closest_and_the_farthest_are_told_apart(write):
    text = write({"aot": samples("aot", {WASM: 1.5, "wasm@wasmer-aot": 3.0})})
    assert f"The best wasm is `{WASM}`" in answers(text)[0]
    assert "the farthest, `wasm@wasmer-aot`, 3.0" in answers(text)[0]


def test_numbers_are_the_tables(write, tmp_path):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    table = report_data.read_table(tmp_path / "aot.csv")
    row = table[(table.contender == WASM) & (table.benchmark == "cold_start")].iloc[0]
    assert f"{row['median'] * 1e3:.0f} ms" in text
    assert f"{row.ratio:.2f} ({row.ratio_low:.2f} to {row.ratio_high:.2f})" in text


def test_seeded_weights_are_said_first(write):
    seeded = MODEL | {"weights": "seeded", "why": "no network"}
    text = write({"aot": samples("aot", {WASM: 1.5})}, model=seeded)
    assert "labels mean nothing" in "".join(text.splitlines()[:6])
    assert "labels mean nothing" not in write({"aot": samples("aot", {WASM: 1.5})})


def test_a_failed_gate_is_said_first_and_listed(write):
    reason = {**names(WASM, "aot"), "benchmark": "cold_start", "reason": "failed: another label"}
    text = write({"aot": samples("aot", {})}, passed=False, skipped=[reason])
    assert "Failed the oracle and not timed: `wasm@wasmtime-aot`" in "".join(text.splitlines()[:6])
    assert f"- `{WASM}`, cold_start: failed: another label" in text


def test_a_failed_self_check_is_said_first(write):
    head = "".join(write({"aot": samples("aot", {WASM: 2}, noop_mib=40)}).splitlines()[:6])
    assert "a program that does nothing weighs 40.0 MiB" in head
    head = "".join(write({"aot": samples("aot", {WASM: 2}, twin=1.2)}).splitlines()[:6])
    assert "the baseline against itself differs" in head


def test_one_mode_alone(write):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    assert "JIT: the config leaves it out" in text
    assert "Ahead of time beside just in time" not in text


def test_both_modes_stand_beside_each_other(write):
    jit = samples("jit", {"wasm@wasmtime-jit": 9.0})
    text = write({"jit": jit, "aot": samples("aot", {WASM: 1.5})})
    (line,) = [row for row in text.splitlines() if row.startswith("| Cold start | `wasm@wasmtime`")]
    assert "9." in line
    assert "1.5" in line


def test_the_originals_ratios_stand_beside_ours(write):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    assert "| Cold start | wasmtime | 2.79 | 1.5" in text
    assert "| Cold start | wasmer | 2.73 | not measured" in text


def test_too_few_rounds_name_no_winner(write):
    text = write({"aot": samples("aot", {WASM: 2.0}, rounds=5)})
    assert "not decided, too few rounds" in answers(text)[0]


def test_the_machines_warnings_and_the_outside_are_named(write):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    for words in ("The load was 9.0.", "WasmEdge", "WAVM", "a processor", "built from crates.io"):
        assert words in text


def with_phases(table, phases):
    """Samples with the phases of contenders added, milliseconds by phase, in five rounds."""
    rows = []
    for name, found in phases.items():
        whole = dict.fromkeys(report_data.PHASES, 1.0) | found
        values = whole | {"wall": sum(whole.values()), "unaccounted": 0.1}
        for metric, value in values.items():
            row = names(name, "aot") | {"benchmark": "phases", "metric": metric, "warmup": 0}
            row |= {"unit": "%" if metric == "unaccounted" else "ms", "value": value}
            rows += [row | {"round": number} for number in range(5)]
    return pd.concat([table, pd.DataFrame(rows)])


def test_the_phases_say_why(write):
    slow = with_phases(samples("aot", {WASM: 2}), {"native": {"infer": 10}, WASM: {"infer": 70}})
    text = write({"aot": slow})
    assert f"`{WASM}` starts 60.0 ms later than `native`; most of it is in *infer*: 70.0 ms" in text
    assert f"| `{WASM}` | 76.0 | 1.00 |" in text
    fast = with_phases(samples("aot", {WASM: 1}), {"native": {"load_model": 90}, WASM: {}})
    assert f"`{WASM}` starts 89.0 ms sooner than `native`; most of it is in *load the model*" in (
        write({"aot": fast})
    )


def test_every_file_has_one_row_in_the_table_of_sizes(write):
    rows = [
        names(name, "aot") | {"benchmark": "size", "metric": metric, "unit": "B", "value": value}
        for name, metric, value in (
            ("native", "binary", 3e7),
            (WASM, "wasm_optimised", 1.5e7),
            ("wasm@wasmer-aot", "wasm_optimised", 1.5e7),
            (WASM, "aot", 6e7),
        )
    ]
    sizes = pd.DataFrame(rows).assign(round=0, warmup=0)
    text = write({"aot": pd.concat([samples("aot", {WASM: 1, "wasm@wasmer-aot": 1}), sizes])})
    assert text.count("| `wasm`, wasm optimised | 15.00 MB | 0.50 |") == 1
    assert "| `wasm`, compiled ahead of time with wasmtime | 60.00 MB | 2.00 |" in text


def test_the_first_screen_has_five_lines_at_most(write):
    jit = samples("jit", {"wasm@wasmtime-jit": 9.0})
    text = write({"jit": jit, "aot": samples("aot", {WASM: 0.5})})
    lines = [line for line in text.splitlines() if line[:3].rstrip(" *")[:2].rstrip(".").isdigit()]
    assert 3 <= len(lines) <= 5
    assert re.search(
        r"`wasm@wasmtime-aot`, faster: 0\.5.*`wasm@wasmtime-jit`, (8\.9|9\.0)", lines[0]
    )


def test_tables_are_whole(write):
    """Every row has its header's cells, and a table ends with a blank line."""
    jit = with_phases(samples("jit", {"wasm@wasmtime-jit": 9.0}), {"native": {}})
    lines = write({"jit": jit, "aot": samples("aot", {WASM: 0.5})}).splitlines()
    for before, line in zip(lines, lines[1:], strict=False):
        if line.startswith("|") and before.startswith("|"):
            assert line.count("|") == before.count("|"), (before, line)
        elif line.startswith("|"):
            assert not before, (before, line)
    assert not any(line.startswith("![") for line in lines)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(UserError, match=r"aot\.csv"):
        report_data.read_table(tmp_path / "aot.csv")
