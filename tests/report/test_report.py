"""The report's words follow the tables: wins, losses, ties, failures, seeded weights."""

import dataclasses
import json
import re
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from scripts.bench import registry as benchmarks
from scripts.common.errors import UserError
from scripts.contenders import registry
from scripts.engines.features import COLUMNS, TITLES
from scripts.report import apart, inputs, run_tables, wording, write_markdown
from scripts.stats import compare_levers, compare_pairs, estimate, estimate_accuracy, twins

SETTINGS = {
    "compare": {
        "models": ["net"],
        "baseline": "native",
        "builds": ["native", "wasm-simd", "wasm-int"],
        "references": ["litert", "litert_int8"],
        "engines": ["wasmtime"],
        "modes": ["jit", "aot"],
        "actions": ["wasm-simd"],
        "aot_only": [],
    },
    "engines": {
        name: {"runner": name, "tool": name, "run_options": []}
        for name in ("wasmtime", "wasmi", "wasmedge")
    },
    "deployment": {"serve": {"options": []}},
    "confidence": 0.99,
    "margin": 0.05,
    "seed": 1,
    "chapters": [],
    "oracle": {"images": [], "tensor_tolerance": 1e-4, "confidence_tolerance": 0.03},
    "benchmarks": {
        "cold_start": {"modes": ["jit", "aot"]},
        "memory": {"modes": ["jit", "aot"]},
        "throughput": {"modes": ["jit", "aot"]},
        "warm_loop": {"modes": ["aot"]},
    },
}
MACHINE = {
    "cpu": {"model": "a processor", "cores": 2, "virtual": False, "governor": None},
    "memory_mib": 1024,
    "kernel": "6",
    "system": "Linux",
    "git": {"commit": "abc", "changed": False},
    "measured": ["2026-01-02T03:04:05+00:00", "2026-01-02T04:05:06+00:00"],
    "jobs": [],
    "warnings": ["The load was 9.0."],
    "config": SETTINGS
    | {
        "builds": {
            "native": {"target": "native", "runtime": "packed"},
            "native-original": {"target": "native"},
            "wasm": {"target": "wasm"},
            "wasm-simd": {"target": "wasm"},
            "wasm-int": {"target": "wasm", "numbers": "w8a7"},
        }
    },
}
MODEL = {
    "name": "net",
    "weights": "pretrained",
    "why": None,
    "provenance": "a mirror",
    "sha256": "00",
}
MULTIPLY_ADDS = 200_000_000
PEAK = {
    "cycles_per_second": 4e9,
    "kernels": [
        {"name": "multiply, then add", "bits": 128, "multiply_adds_per_second": 32e9},
        {"name": "fused", "bits": 256, "multiply_adds_per_second": 64e9},
    ],
}
LEVERS = [{"lever": "wasm, the original's recipe", "from": "native-original", "to": "wasm"}]
BASE = {
    "cold_start": [("wall", "s", 0.2)],
    "memory": [("peak_rss", "MiB", 100.0)],
    "throughput": [("runs_per_second", "1/s", 5.0)],
}


def samples(mode, factors, rounds=10, noop_mib=2.0, twin=1.0, spread=0.005):
    """Samples in which a contender's figures are the baseline's times its factor, plus noise."""
    rng = np.random.default_rng(3)
    everybody = {"native": 1.0, "native#2": twin, **factors}
    rows = []
    for benchmark, metrics in BASE.items():
        for number in range(rounds):
            for name, factor in everybody.items():
                for metric, unit, value in metrics:
                    noise = rng.normal(1, spread)
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

    def make(
        tables,
        model=MODEL,
        passed=True,
        ran=True,
        skipped=(),
        original=True,
        agreement=(),
        engines=(),
        accuracy=None,
    ):
        paths = []
        for mode, table in tables.items():
            found = estimate.table(table, "native", 0.99, 0.05)
            meta = [{"skipped": [{"model": "net", **row} for row in skipped]}]
            paths.append(tmp_path / f"{mode}.csv")
            missing = estimate.missing(meta)
            (pd.concat([found, missing]) if len(missing) else found).to_csv(paths[-1], index=False)
        arithmetic = {"model": "net", "multiply_adds": MULTIPLY_ADDS}
        found = {"machine": MACHINE, "model": model, "arithmetic": arithmetic, "peak": PEAK}
        for name, value in found.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(value))
        oracle = {
            "model": "net",
            "contender": "wasm@wasmtime-aot",
            "check": "tensor",
            "difference": 1e-6,
        }
        oracle |= {"passed": passed, "ran": ran, "reason": "" if passed else "another label"}
        pd.DataFrame([oracle]).to_csv(tmp_path / "oracle.csv", index=False)
        counted = pd.concat([table.assign(job=mode) for mode, table in tables.items()])
        compare_levers.table(counted, LEVERS, 0.99, 0.05).to_csv(
            tmp_path / "levers.csv", index=False
        )
        twins.table(counted, "native", 0.99, 0.05).to_csv(tmp_path / "twins.csv", index=False)
        compare_pairs.table(counted, 0.99, 0.05).to_csv(tmp_path / "pairs.csv", index=False)
        tools = {"name": "wasmtime", "version": "48.0.8", "source": "PATH", "path": "wasmtime"}
        pd.DataFrame([tools]).to_csv(tmp_path / "tools.csv", index=False)
        pd.DataFrame(engines, columns=COLUMNS).to_csv(tmp_path / "engines.csv", index=False)
        arguments = ["--estimates", *map(str, paths), "--out", str(tmp_path / "report.md")]
        for number, row in enumerate(agreement):
            (tmp_path / f"agreement-{number}.json").write_text(json.dumps({"model": "net", **row}))
        records = [str(tmp_path / f"agreement-{number}.json") for number in range(len(agreement))]
        arguments += ["--agreement", *records]
        if accuracy is not None:
            accuracy.to_csv(tmp_path / "accuracy.csv", index=False)
            arguments += ["--accuracy", str(tmp_path / "accuracy.csv")]
        for name, file in (
            ("machine", "machine.json"),
            ("models", "model.json"),
            ("arithmetic", "arithmetic.json"),
            ("peak", "peak.json"),
            ("oracle", "oracle.csv"),
            ("tools", "tools.csv"),
            ("engines", "engines.csv"),
            ("levers", "levers.csv"),
            ("twins", "twins.csv"),
            ("pairs", "pairs.csv"),
        ):
            arguments += [f"--{name}", str(tmp_path / file)]
        for name in ("original.yaml", "report.md.j2"):
            option = "--original" if name.endswith("yaml") else "--template"
            arguments += [option, str(root / "workflow/report" / name)]
        assert write_markdown.main(arguments) == 0
        return (tmp_path / "report.md").read_text()

    return make


WASM = "wasm@wasmtime-aot"


def section(text, title):
    """One benchmark's part of the report."""
    return text.split(f"### {title}\n")[1].split("\n##")[0]


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


WINNERS = ("faster", "slower", "heavier", "lighter")


def test_a_tie_has_no_winner(write):
    lines = answers(write({"aot": samples("aot", {WASM: 1.0})}))
    assert f"`{WASM}`, the same: 1.00x `native` (" in lines[0]
    assert not any(word in line for line in lines for word in WINNERS)


def test_a_wide_interval_around_1_is_undecided(write):
    text = write({"aot": samples("aot", {WASM: 1.0}, spread=0.2)})
    assert f"`{WASM}`, undecided: " in answers(text)[0]
    assert not any(word in line for line in answers(text) for word in (*WINNERS, "the same:"))
    assert re.search(r"\| `wasm@wasmtime` \|.* to [0-9.]+\), undecided \|", text)


def test_a_difference_within_the_margin_is_one_and_is_called_small(write):
    text = write({"aot": samples("aot", {WASM: 1.02}, spread=0.002)})
    assert f"`{WASM}`, slower, within the margin of 5 %: 1.02x `native` (1.0" in answers(text)[0]
    assert re.search(r"1\.02 \(1\.0\d to 1\.0\d\), within the margin of 5 % \|", text)


def test_more_runs_a_second_is_faster(write):
    """The one that does the most stands first in throughput, and last in cold start."""
    text = write({"aot": samples("aot", {WASM: 2.0, "wasm@wasmer-aot": 3.0})})
    for title, sense, order in (
        ("Throughput", "More", ["wasm@wasmer", "wasm@wasmtime"]),
        ("Cold start", "Less", ["wasm@wasmtime", "wasm@wasmer"]),
    ):
        found = section(text, title)
        assert f"{sense} is better." in found
        table = found.split("<details>")[0]
        assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == ["native", *order]


def test_the_closest_and_the_farthest_are_told_apart(write):
    text = write({"aot": samples("aot", {WASM: 1.5, "wasm@wasmer-aot": 3.0})})
    assert f"The best wasm is `{WASM}`" in answers(text)[0]
    assert "the farthest, `wasm@wasmer-aot`, 3.0" in answers(text)[0]


def test_numbers_are_the_tables(write, tmp_path):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    table = inputs.read_table(tmp_path / "aot.csv")
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
    assert f"- `{WASM}`, cold_start (aot): failed: another label" in text


def test_what_did_not_run_is_said_apart(write):
    text = write({"aot": samples("aot", {})}, passed=False, ran=False)
    first = "".join(text.splitlines()[:6])
    assert "Not run: `wasm@wasmtime-aot`: another label." in first
    assert "| `wasm@wasmtime-aot` | not run |" in text
    assert "Failed the oracle" not in first


def test_a_failed_self_check_is_said_first(write):
    head = "".join(write({"aot": samples("aot", {WASM: 2}, noop_mib=40)}).splitlines()[:6])
    assert "a program that does nothing weighs 40.0 MiB" in head
    head = "".join(write({"aot": samples("aot", {WASM: 2}, twin=1.2)}).splitlines()[:6])
    assert "the baseline against itself differs in cold_start: 1.2" in head


def self_check(text):
    """What the first screen says of the self-check."""
    (line,) = [line for line in answers(text) if "How sure" in line]
    return line.split("The self-check ")[1]


def test_the_self_check_passes_only_within_the_margin(write):
    assert self_check(write({"aot": samples("aot", {WASM: 2})})) == "passed."
    noisy = self_check(write({"aot": samples("aot", {WASM: 2}, spread=0.2)}))
    assert noisy.startswith("is undecided")
    assert "cold_start, memory, throughput" in noisy
    assert self_check(write({"aot": samples("aot", {WASM: 2}, twin=1.2)})) == "failed."


def test_a_self_check_that_could_not_fail_says_so_first(write):
    """Eight rounds cannot tell a factor of two from chance in one of three benchmarks."""
    text = write({"aot": samples("aot", {WASM: 2}, twin=2.0, rounds=8)})
    doubts = [line for line in text.splitlines() if "The self-check is in doubt" in line]
    assert len(doubts) == len(BASE)
    assert re.search(r"differs in memory, (2\.0|1\.9)[^,]*, in 8 rounds; .* takes 10\.", text)
    assert "It could not have failed in cold_start (8 of 10 rounds)" in self_check(text)


def test_without_its_second_entry_the_self_check_is_undecided(write):
    reason = {**names("native#2", "aot"), "benchmark": "memory", "reason": "failed in round 2"}
    table = samples("aot", {WASM: 2})
    table = table[(table.contender != "native#2") | (table.benchmark != "memory")]
    text = write({"aot": table}, skipped=[reason])
    assert self_check(text).endswith("(memory, `native#2` failed).")


def test_a_crash_on_the_way_is_said_first_and_ranks_nowhere(write):
    """The crashed one would have been the best."""
    reason = "failed in round 9: ended with signal 11: nothing on stderr"
    crashed = {**names(WASM, "aot"), "benchmark": "cold_start", "reason": reason}
    table = samples("aot", {WASM: 0.5, "wasm@wasmer-aot": 3.0})
    table = table[(table.contender != WASM) | (table.benchmark != "cold_start")]
    text = write({"aot": table}, skipped=[crashed])
    words = f"Failed while it was measured and not ranked there: `{WASM}`, cold_start (aot): "
    assert words + reason in "".join(text.splitlines()[:6])
    assert "The best wasm is `wasm@wasmer-aot`" in answers(text)[0]
    assert (
        f"- `{WASM}`, cold_start (aot): {reason}" in text.split("## What was not run or failed")[1]
    )
    assert f"The best wasm is `{WASM}`" in answers(text)[1]
    assert "wasm@wasmtime" not in section(text, "Cold start")


def test_contenders_have_their_shares_of_what_the_arithmetic_allows(write):
    rows = [
        names(name, "aot")
        | {"benchmark": "inference", "metric": "p50", "unit": "ms", "warmup": 0}
        | {"round": number, "value": value}
        for number in range(10)
        for name, value in (("native", 5.0), ("native#2", 5.0), (WASM, 10.0))
    ]
    text = section(write({"aot": pd.DataFrame(rows)}), "How near to what the arithmetic allows")
    assert "takes 200 million multiply-adds" in text
    assert "at 4.00 GHz" in text
    assert "| 128 bits, multiply, then add | 8.00 | 32.0 |" in text
    # 200 million in 10 ms are 20 thousand millions a second.
    assert f"| `{WASM}` | AOT | 5.00 | 20.0 | 62 % | 31 % |" in text
    assert text.index("`native`") < text.index(f"`{WASM}`")


def test_without_warm_inference_nothing_is_said_of_the_arithmetic(write):
    text = write({"aot": samples("aot", {WASM: 2.0})})
    assert "what the arithmetic allows" not in text


def test_percentiles_are_printed_where_their_inferences_carry_them(write):
    rows = [
        names(name, "aot") | {"benchmark": "inference", "metric": metric, "unit": "ms"}
        | {"round": number, "warmup": 0, "value": value + count / 1e6}
        for name, value, counts in (("native", 20.0, 125), (WASM, 50.0, 20))
        for number in range(10)
        for metric, times in (("p50", 1), ("inference", counts))
        for count in range(times)
    ]  # fmt: skip
    text = write({"aot": pd.concat([samples("aot", {WASM: 2}), pd.DataFrame(rows)])})
    details = section(text, "Warm inference").split("<details>")[1]
    assert "| 90th percentile | 99th percentile | samples |" in details
    native, wasm = (
        next(line for line in details.splitlines() if line.startswith(f"| `{name}` |"))
        for name in ("native", WASM)
    )
    assert "| AOT | 20.0 ms | 20.0 ms | 10 |" in native
    assert "| AOT | 50.0 ms | too few (200) | 10 |" in wasm


CROPS = {"n": 200, "agreed": 189, "photographs": 1, "calibrated_on": 1}
TOP1 = {"right": 79, "tensorflow": 81, "only_tensorflow": 3, "only_contender": 1}
TOP5 = {"right": 90, "tensorflow": 91, "only_tensorflow": 2, "only_contender": 1}
COUNTED = {"model": "net", "contender": WASM, "build": "wasm", "engine": "wasmtime"}
COUNTED |= {"mode": "aot", "preprocessing": "classifier", "reason": None}
COUNTED |= {"listed": 200, "photographs": 100, "refused": 2}
COUNTED |= {"top1": TOP1, "top5": TOP5, "agreed": 95}


def test_what_integers_cost_stands_beside_their_times(write):
    agreement = [
        {"numbers": "w8a7", "crops": CROPS},
        {"numbers": "litert_int8", "crops": CROPS | {"photographs": 6}},
    ]
    table = samples("aot", {"wasm-int@wasmtime-aot": 0.5})
    text = write({"aot": table}, agreement=agreement)
    told = section(text, "What integers cost in accuracy")
    assert (
        "| w8a7 | `wasm-int` | 94.5 % (88.9 to 97.8 %) of 200 | 1 photograph, the one that" in told
    )
    assert "| 6 photographs, calibrated on 1 of them |" in told
    first = text.split("## ")[0]
    assert "gives 94.5 % (88.9 to 97.8 %) of 200 crops (1 photograph, the one that it" in first
    assert "held against references of its own" in section(text, "The oracle")
    assert "another model: cold start `wasm-int@wasmtime-aot`, 0.50x; peak memory" in text
    assert "best wasm is" not in text
    times = section(text, "Cold start").split("<details>")[0]
    assert re.search(r"^\| `wasm-int@wasmtime` \|.*\| 94\.5 % \|$", times, re.MULTILINE)
    assert re.search(r"^\| `native` \|.*\| - \|$", times, re.MULTILINE)
    plain = write({"aot": samples("aot", {WASM: 0.5})})
    assert "integers" not in plain
    assert "names the class" not in plain


def test_with_seeded_weights_agreement_is_no_warning(write):
    """All classes are about as probable: the figure is given once, with what it is worth."""
    seeded = MODEL | {"weights": "seeded", "why": "no network"}
    agreement = [{"numbers": "w8a7", "crops": CROPS | {"agreed": 108}}]
    table = samples("aot", {"wasm-int@wasmtime-aot": 0.5})
    text = write({"aot": table}, model=seeded, agreement=agreement)
    assert text.count("54.0 %") == 1
    assert "say nothing of a trained model" in section(text, "What integers cost in accuracy")


def accuracy_of(*counted, weights="pretrained"):
    """The table of contenders' counts, beside TensorFlow's of two photographs."""
    told = [{"class": 1, "top": [1]}, {"class": 1, "top": [2, 1]}]
    models, answers = [{"name": "net", "weights": weights}], {"model": "net", "photographs": told}
    return estimate_accuracy.table(models, [answers], list(counted), 0.99)


def test_accuracy_is_told_with_its_intervals_and_beside_tensorflow(write):
    failed = {key: COUNTED[key] for key in ("model", "build", "engine", "mode", "preprocessing")}
    failed |= {"contender": "native", "reason": "killed by SIGILL"}
    table = accuracy_of(COUNTED, failed)
    told = section(write({"aot": samples("aot", {WASM: 0.5})}, accuracy=table), "Accuracy")
    (row,) = [line for line in told.splitlines() if line.startswith(f"| `{WASM}` |")]
    assert "| 100 of 200, as many as it answered in its time; 2 refused |" in row
    assert "| 79, 79.0 % (66.7 to 88.4 %) |" in row
    assert row.endswith("| 3 lost, 1 gained (p = 0.62) | classifier |")
    assert "| `native` | killed by SIGILL | - | - | - | - | classifier |" in told
    assert "| `TensorFlow` | 2 | 1, 50.0 % (" in told
    assert "No contender is shown to be right more or less often than TensorFlow" in told
    worse = COUNTED | {"top1": TOP1 | {"only_tensorflow": 12, "only_contender": 0}}
    text = write({"aot": samples("aot", {WASM: 0.5})}, accuracy=accuracy_of(worse))
    assert f"Right more or less often than TensorFlow, at 0.99: `{WASM}` (less)." in text


def test_without_labelled_photographs_the_report_says_so(write):
    told = section(write({"aot": samples("aot", {WASM: 0.5})}), "Accuracy")
    assert told.split("\n", 1)[1].strip().startswith("Accuracy was not measured: the config names")
    assert "|" not in told


def test_with_seeded_weights_nobody_is_right(write):
    seeded = MODEL | {"weights": "seeded", "why": "no network"}
    table = accuracy_of(COUNTED, weights="seeded")
    text = write({"aot": samples("aot", {WASM: 0.5})}, model=seeded, accuracy=table)
    told = section(text, "Accuracy")
    assert "nobody can be right" in told
    (row,) = [line for line in told.splitlines() if line.startswith(f"| `{WASM}` |")]
    assert re.search(r"\| - \| - \| 95, 95\.0 % \(.*\) \| - \| classifier \|$", row)
    assert "79.0 %" not in told
    assert "more or less often than TensorFlow" not in told


def test_one_mode_alone(write):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    assert "- JIT: the config leaves it out (`modes`" in text
    assert "AOT: the config leaves" not in text
    assert "| contender: wall time | AOT | AOT to `native` |" in text
    assert "| JIT" not in text


def test_both_modes_stand_beside_each_other(write, tmp_path):
    """A line a contender; the baseline's has the figure of each job, of which none is a mean."""
    jit = samples("jit", {"wasm@wasmtime-jit": 9.0})
    jit.loc[jit.contender == "native", "value"] *= 1.5
    text = write({"jit": jit, "aot": samples("aot", {WASM: 1.5})})
    found = section(text, "Cold start").split("<details>")[0]
    assert text.count("### Cold start\n") == 1
    assert "- JIT: the config leaves `warm_loop` out (`modes`" in text
    assert "| contender: wall time | JIT | JIT to `native` | AOT | AOT to `native` |" in found
    native, wasm = (row for row in found.splitlines() if row.startswith("| `"))
    assert re.search(
        r"^\| `wasm@wasmtime` \| 1\.80 s \([^|]* \| 5\.99 \([^|]* \| 300 ms \([^|]* \| 1\.50 \(",
        wasm,
    )
    assert re.search(r"^\| `native` \| 300 ms \([^|]* \| 1 \(baseline\) \| 200 ms \(", native)


def test_later_starts_have_a_line_of_their_own(write):
    """They are of the JIT job and of no other."""
    jit = samples("jit", {"wasm@wasmtime-jit": 9.0, "wasm@wasmtime-jit-cached": 2.0})
    jit.loc[jit.contender.str.endswith("-cached"), "mode"] = "jit-cached"
    text = write({"jit": jit, "aot": samples("aot", {WASM: 1.5})})
    found = section(text, "Cold start").split("<details>")[0]
    (line,) = [row for row in found.splitlines() if row.startswith("| `") and "cached" in row]
    assert line.startswith("| `wasm@wasmtime-jit-cached` | 399 ms")
    assert line.endswith("| - | - |")


LEVER = {"lever": "simd", "from": "wasm", "to": "wasm-simd"}


def test_a_lever_has_one_row_with_its_ratios_over_engines_and_modes(write, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "LEVERS", [LEVER])
    jit = samples("jit", {"wasm@wasmtime-jit": 8.0, "wasm-simd@wasmtime-jit": 4.0})
    factors = {WASM: 2.0, "wasm-simd@wasmtime-aot": 2.0, "wasm@wasmer-aot": 1.0}
    aot = samples("aot", factors | {"wasm-simd@wasmer-aot": 3.0}, spread=0.002)
    text = write({"jit": jit, "aot": aot})
    (line,) = [row for row in text.splitlines() if row.startswith("| simd |")]
    cold = (
        r"JIT 0\.50 \(0\.\d+ to 0\.\d+\); AOT 1\.00 to (3\.00|2\.99|3\.01) \(1 more, 1 the same\)"
    )
    assert re.match(rf"\| simd \| `wasm` \| `wasm-simd` \| {cold} \|", line)
    assert "| not measured |" in line
    assert "levers.csv" in text


def test_a_lever_that_one_pair_shows_keeps_its_interval(write, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "LEVERS", [LEVER])
    text = write({"aot": samples("aot", {WASM: 2.0, "wasm-simd@wasmtime-aot": 1.0})})
    (line,) = [row for row in text.splitlines() if row.startswith("| simd |")]
    assert re.search(r"\| AOT 0\.50 \(0\.\d+ to 0\.\d+\) \|", line)


def test_a_lever_of_two_native_builds_is_one_whatever_job_they_ran_in(write, monkeypatch):
    lever = LEVER | {"from": "native", "to": "native-packed"}
    monkeypatch.setattr(sys.modules[__name__], "LEVERS", [lever])
    builds = MACHINE["config"]["builds"] | {"native-packed": {"target": "native"}}
    monkeypatch.setitem(MACHINE["config"], "builds", builds)
    tables = {job: samples(job, {"native-packed": 0.5}) for job in ("jit", "aot")}
    (line,) = [row for row in write(tables).splitlines() if row.startswith("| simd |")]
    assert re.search(r"\| 0\.50 \(2 less\) \|", line)


def test_later_starts_from_the_cache_stand_apart_in_a_lever(write, monkeypatch):
    """They compile nothing, so a lever that makes modules larger costs them nothing."""
    monkeypatch.setattr(sys.modules[__name__], "LEVERS", [LEVER])
    factors = {"wasm@wasmtime-jit": 2.0, "wasm-simd@wasmtime-jit": 4.0}
    factors |= {"wasm@wasmtime-jit-cached": 2.0, "wasm-simd@wasmtime-jit-cached": 1.0}
    text = write({"jit": samples("jit", factors)})
    (line,) = [row for row in text.splitlines() if row.startswith("| simd |")]
    assert re.search(r"\| JIT 2\.0\d \([^)]*\); from the cache 0\.50 \([^)]*\) \|", line)


def test_the_observations_do_not_list_the_tables_again(write):
    jit = samples("jit", {"wasm@wasmtime-jit": 9.0})
    text = write({"jit": jit, "aot": samples("aot", {WASM: 0.5})})
    assert "## Observations" not in text


def test_what_goes_from_one_target_to_another_is_no_lever(write, monkeypatch):
    """By the builds' targets, whatever it is called: neither a lever nor like with like."""
    levers = [LEVER, {"lever": "tract", "from": "native", "to": "wasm"}, *LEVERS]
    monkeypatch.setattr(sys.modules[__name__], "LEVERS", levers)
    factors = {WASM: 2.0, "wasm-simd@wasmtime-aot": 1.0, "native-original": 1.0}
    text = write({"aot": samples("aot", factors)})
    first, rest = text.split("### What each lever buys\n")
    bought, rest = rest.split("### From one target to another\n")
    across = rest.split("\n#")[0]
    assert "| wasm, the original's recipe | `native-original` | `wasm` |" in first
    assert re.findall(r"^\| ([^|]+) \| `", bought, re.MULTILINE) == ["simd"]
    assert re.findall(r"^\| ([^|]+) \| `", across, re.MULTILINE) == ["tract"]


def test_the_originals_table_is_one_sentence_where_its_recipe_was_not_measured(write):
    text = write({"aot": samples("aot", {"wasm-simd@wasmtime-aot": 3.0})})
    told = text.split("### The original's ratios beside ours\n")[1].split("\n##")[0]
    assert "No pair of these was measured in this run." in told
    assert "|" not in told


def test_size_and_compiling_are_sections_of_the_figures(write):
    size = names("native", "aot") | {"benchmark": "size", "metric": "binary", "unit": "B"}
    table = with_phases(samples("aot", {WASM: 2.0}), {"native": {}, WASM: {}})
    table = pd.concat([table, pd.DataFrame([size | {"round": 0, "warmup": 0, "value": 3e7}])])
    headings = re.findall("^#+ .*", write({"aot": table}), re.MULTILINE)
    start = headings.index("## The figures")
    assert headings[start + 1 : headings.index("## Method")] == [
        "### Cold start",
        "### Memory",
        "### Throughput",
        "### Accuracy",
        "### Where a cold start goes",
        "### Size",
        "### The original's ratios beside ours",
    ]


def test_what_the_report_names_of_the_project_is_there(root):
    """Renamed files stay in prose."""
    for template in (root / "workflow/report").glob("*.j2"):
        for path in re.findall(
            r"`((?:scripts|workflow|config|docs|envs)/[^`{}]+)`", template.read_text()
        ):
            assert (root / path).exists(), path


def test_the_column_of_later_starts_says_so(write):
    """Blocks of runs have the engines' default caches, filled: their JIT compiles nothing."""
    jit = samples("jit", {"wasm@wasmtime-jit": 2.0})
    runs = {"native": throughput(4, 8), "wasm@wasmtime-jit": throughput(2, 3)}
    text = write({"jit": with_runs(jit, runs, "jit"), "aot": samples("aot", {WASM: 1.5})})
    heads = "| JIT (default caches) | JIT (default caches) to `native` | AOT | AOT to `native` |"
    assert heads in section(text, "Throughput")
    assert "| `wasm@wasmtime-jit` | JIT (default caches) | 2.00 /s" in text
    assert "default caches)" not in section(text, "Cold start")


def test_a_start_that_takes_no_longer_than_a_noops_is_not_said_to_take_no_time(write):
    table = with_phases(samples("aot", {WASM: 2}), {"native": {"load": 0}, WASM: {"load": 70}})
    text = write({"aot": table})
    assert "| `native` | AOT | 6.00 | 1.00 | too little to tell | 1.00 |" in text
    assert "what comes before `main` is\ntoo little to tell." in text
    assert "which takes `native` too little to tell: `wasm" in text


def test_warm_up_rounds_are_told_apart_from_those_that_count(write, monkeypatch):
    why = "the most rounds, 3, were measured"
    job = {"benchmark": "cold_start", "mode": "aot", "rounds": 4, "seconds": 9.0}
    job |= {"stopped_because": why, "settings": {"warmup_rounds": 1, "max_rounds": 3}}
    monkeypatch.setitem(MACHINE, "jobs", [job])
    text = write({"aot": samples("aot", {WASM: 2.0})})
    assert "| job | warm-up rounds | rounds that count | seconds | stopped because |" in text
    assert f"| cold_start, aot | 1 | 3 | 9.0 | {why} |" in text


def test_one_reason_of_a_failure_is_said_once(write):
    skipped = [
        {**names(WASM, "aot"), "benchmark": name, "reason": "no room"}
        for name in ("memory", "size")
    ]
    head = write({"aot": samples("aot", {"wasm@wasmer-aot": 2.0})}, skipped=skipped).splitlines()[2]
    words = f"Failed while it was measured and not ranked there: `{WASM}`, memory (aot), size (aot)"
    assert head == f"> **{words}: no room.**"


def test_the_originals_ratios_stand_beside_ours(write):
    """Ours are those of its recipe on both sides, whatever the baseline."""
    text = write({"aot": samples("aot", {WASM: 3.0, "native-original": 2.0})})
    assert "| Cold start | wasmtime | AOT | 2.22 | 1.50 (" in text
    assert "| Cold start | wasmer | AOT | 2.62 | not measured" in text
    assert "| JIT |" not in text


def test_like_with_like_comes_first(write):
    """One recipe on both sides, the engine with the smallest ratio, before the tuned baseline."""
    factors = {"wasm@wasmer-aot": 4.0, WASM: 3.0, "native-original": 2.0}
    lines = write({"aot": samples("aot", factors)}).splitlines()
    (row,) = [line for line in lines if line.startswith("| wasm, the original's recipe |")]
    cold, warm, memory = row.split(" | ")[3:]
    assert cold.startswith("1.5") or cold.startswith("1.49")
    assert cold.endswith("wasmtime-aot")
    assert warm == "not measured"
    assert memory.endswith("wasmtime-aot |")
    assert lines.index(row) < next(i for i, line in enumerate(lines) if line.startswith("1."))


def test_the_best_says_whom_it_is_not_told_apart_from(write):
    factors = {WASM: 1.5, "wasm-simd@wasmtime-aot": 1.501, "wasm@wasmer-aot": 3.0}
    first = answers(write({"aot": samples("aot", factors)}))[0]
    assert "not told apart from" in first
    assert "wasmer" not in first.partition("not told apart from")[2].partition(")")[0]


def test_too_few_rounds_name_no_winner(write):
    text = write({"aot": samples("aot", {WASM: 2.0}, rounds=5)})
    assert answers(text)[0] == (
        f"1. **Cold start.** Too few rounds to rank wasm at 1.99x (`{WASM}`) of `native`."
    )
    assert not any(word in line for line in answers(text) for word in WINNERS)


def test_too_few_rounds_tell_nobody_apart(write):
    """Without intervals nobody is the best or the farthest, and nothing closes a gap."""
    factors = {"wasm@wasmtime-jit": 9.0, "wasm-simd@wasmtime-jit": 2.0, "wasm@wasmer-jit": 3.0}
    lines = answers(write({"jit": samples("jit", factors, rounds=5)}))
    assert lines[0].endswith(
        "Too few rounds to rank wasm at 1.99x (`wasm-simd@wasmtime-jit`) to 9.00x "
        "(`wasm@wasmtime-jit`) of `native`."
    )
    for line in lines:
        assert not re.search("best|farthest|closes the gap", line)
        assert line.lower().count("too few rounds") <= 1


def test_a_job_of_too_few_rounds_is_not_ranked_beside_one_of_enough(write):
    """Its ratio would be the smallest."""
    jit = samples("jit", {"wasm@wasmtime-jit": 0.1}, rounds=5)
    first = answers(write({"jit": jit, "aot": samples("aot", {WASM: 2.0})}))[0]
    assert f"The best wasm is `{WASM}`, slower: " in first
    assert first.endswith(
        "; too few rounds to rank wasm at 0.100x (`wasm@wasmtime-jit`) of `native`."
    )


def test_the_farthest_and_the_best_native_say_whom_they_are_not_told_apart_from(write):
    factors = {WASM: 0.5, "wasm@wasmer-aot": 3.0, "wasm-simd@wasmer-aot": 3.003}
    factors |= {"native-packed": 0.4, "native-packed-128": 0.4004}
    table = samples("aot", factors)
    table.loc[table.contender.str.startswith("native-packed"), "mode"] = "native"
    first = answers(write({"aot": table}))[0]
    assert re.search(r"the farthest, `\S+`, \S+ \(not told apart from `\S+wasmer-aot`\)", first)
    assert re.search(r"the best native, `\S+`, \S+ \(not told apart from `native-packed", first)


def test_the_second_of_two_modules_compiled_just_in_time_is_not_called_the_best(write):
    factors = {"wasm@wasmtime-jit": 1.5, "wasm@wasmer-jit": 2.0, "wasm-simd@wasmer-jit": 3.0}
    first = answers(write({"jit": samples("jit", factors)}))[0]
    assert "The best wasm is `wasm@wasmtime-jit`" in first
    assert "just in time" not in first
    assert "the farthest, `wasm-simd@wasmer-jit`, 3.0" in first


def test_the_originals_recipe_does_not_close_its_own_gap(write):
    text = write({"jit": samples("jit", {"wasm@wasmtime-jit": 2.0})})
    assert "closes the gap" not in text


def test_the_gap_is_told_of_each_mode_by_itself(write):
    """From what compiles just in time to what was compiled ahead of time, any build gains."""
    jit = samples("jit", {"wasm@wasmtime-jit": 9.0, "wasm-simd@wasmtime-jit": 3.0})
    factors = {WASM: 2.0, "wasm-simd@wasmtime-aot": 0.5, "wasm@wasmer-aot": 6.0}
    text = write({"jit": jit, "aot": samples("aot", factors)})
    (line,) = [line for line in answers(text) if "closes the gap" in line]
    assert re.search(
        r"cold start from (9\.0\d|8\.9\d)x to (3\.0\d|2\.9\d)x \(`wasm-simd@wasmtime-jit`\), "
        r"from (2\.0\d|1\.9\d)x to 0\.50x \(`wasm-simd@wasmtime-aot`\);",
        line,
    )


def test_how_sure_counts_the_ratios_without_an_interval(write, tmp_path):
    """Each benchmark and job by itself: narrow ratios of memory hide no wide cold starts."""
    table = samples("aot", {WASM: 2.0})
    few = write({"aot": table[(table.benchmark == "memory") | (table["round"] < 5)]})
    assert re.search(
        r"either way: cold start most have none \(AOT\); (peak )?memory \d\.\d % \(AOT\)\.", few
    )
    assert "most have none" not in write({"aot": table})
    nothing = write({"aot": table[table["round"] < 5]})
    assert "99 %. Most ratios have none, for too few rounds. The self-check" in nothing


def test_how_sure_is_the_longer_side_of_the_interval(write, tmp_path):
    table = samples("aot", {WASM: 1.0}, spread=0)
    high = (table.contender == WASM) & (table["round"] == 3)
    table.loc[high, "value"] *= 1.2
    assert "known to within, either way: cold start 20.0 % (AOT)" in write({"aot": table})


def test_what_nobody_ran_is_not_said_of_what_was_compared(write, monkeypatch):
    compare = SETTINGS["compare"] | {"engines": ["wasmtime", "wasmedge"]}
    monkeypatch.setitem(MACHINE["config"], "compare", compare)
    assert "not run: of WasmEdge" not in write({"aot": samples("aot", {WASM: 1.5})})


def test_the_machines_warnings_and_the_outside_are_named(write):
    text = write({"aot": samples("aot", {WASM: 1.5})})
    for words in (
        "The load was 9.0.",
        "WasmEdge",
        "WAVM",
        "a processor",
        "2026-01-02T03:04",
    ):
        assert words in text


def test_builds_that_are_left_out_are_named(write, monkeypatch):
    jobs = {"aot": samples("aot", {WASM: 1.5})}
    text = write(jobs)
    assert "- As an OpenWhisk action: the config leaves `wasm-int` out" in text
    assert "- JIT: the config leaves `wasm" not in text
    other = {"actions": ["wasm-simd", "wasm-int"], "aot_only": ["wasm-simd"]}
    other["engines"] = ["wasmtime", "wasmi"]
    monkeypatch.setitem(MACHINE["config"], "compare", SETTINGS["compare"] | other)
    text = write(jobs)
    assert "As an OpenWhisk action" not in text
    # An interpreter has no mode ahead of time, so it is measured there.
    assert "- JIT: the config leaves `wasm-simd` on wasmtime out" in text


def test_what_an_engine_cannot_do_is_listed_with_its_reason(write, monkeypatch):
    known = {name: registry.runner(name) for name in registry.names()}
    known["wasmtime"] = dataclasses.replace(known["wasmtime"], lacks={"aot": "a reason"})
    monkeypatch.setattr(registry, "runner", known.get)
    assert "- wasmtime, AOT: a reason." in write({"jit": samples("jit", {"wasm@wasmtime-jit": 2})})


def with_phases(table, phases):
    """Samples with the phases of contenders added, milliseconds by phase, in five rounds."""
    rows = []
    for name, found in phases.items():
        whole = dict.fromkeys(inputs.PHASES, 1.0) | found
        values = whole | {"wall": sum(whole.values()), "unaccounted": 0.1}
        for metric, value in values.items():
            row = names(name, "aot") | {"benchmark": "phases", "metric": metric, "warmup": 0}
            row |= {"unit": "%" if metric == "unaccounted" else "ms", "value": value}
            rows += [row | {"round": number} for number in range(5)]
    return pd.concat([table, pd.DataFrame(rows)])


def test_the_phases_say_why(write):
    slow = with_phases(samples("aot", {WASM: 2}), {"native": {"infer": 10}, WASM: {"infer": 70}})
    text = write({"aot": slow})
    assert (
        "AOT, cold starts later than `native` (medians of the phases, without intervals), most of "
        f"it in *infer*, which takes `native` 10.0 ms: `{WASM}` 60.0 ms later (70.0 ms there)."
        in text
    )
    assert f"| `{WASM}` | AOT | 76.0 | 1.00 |" in text
    fast = with_phases(samples("aot", {WASM: 0.5}), {"native": {"load_model": 90}, WASM: {}})
    assert (
        "AOT, cold starts sooner than `native` (medians of the phases, without intervals), most of "
        "it in *load the model*, which takes `native` 90.0 ms: "
        f"`{WASM}` 89.0 ms sooner (1.00 ms there)." in write({"aot": fast})
    )


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_the_phases_say_nothing_that_the_cold_starts_do_not_show(write, factor):
    """Five rounds of phases say 60 ms later; twenty cold starts say the same, or sooner."""
    table = samples("aot", {WASM: factor})
    text = write({"aot": with_phases(table, {"native": {"infer": 10}, WASM: {"infer": 70}})})
    assert "cold starts later" not in text


def test_the_largest_part_is_not_most_of_it(write):
    spread = {"load": 31, "infer": 30, "decode": 25}
    text = write({"aot": with_phases(samples("aot", {WASM: 2}), {"native": {}, WASM: spread})})
    assert "the largest part in *compile or load, instantiate*, which takes `native` 1.00" in text
    assert "(31.0 ms there)" in text
    assert "most of it" not in text


def with_runs(table, values, job="aot"):
    """Samples with metrics of runs added: {contender: {(benchmark, metric): (unit, value)}}."""
    rows = [
        names(name, job) | {"benchmark": benchmark, "metric": metric, "unit": unit, "warmup": 0}
        | {"round": number, "value": value * (1 + 0.001 * (number % 3))}
        for name, found in values.items()
        for (benchmark, metric), (unit, value) in found.items()
        for number in range(10)
    ]  # fmt: skip
    return pd.concat([table, pd.DataFrame(rows)])


def throughput(one, two):
    """The metrics of throughput beside the headline, on two cores."""
    figures = {"runs_per_second_at_1": one, "runs_per_second_at_2": two}
    found = {("throughput", name): ("1/s", value) for name, value in figures.items()}
    return found | {("throughput", "scaling"): ("1", two / one)}


def test_every_concurrency_has_its_own_figure_and_ratio(write):
    table = samples("aot", {WASM: 0.5})
    text = write({"aot": with_runs(table, {"native": throughput(4, 8), WASM: throughput(2, 3)})})
    assert "| contender | job | 1 | ratio | 2 | ratio | scaling |" in text
    assert "| `native` | AOT | 4.00 /s | 1 (baseline) | 8.01 /s | 1 (baseline) | 2.00x (" in text
    (line,) = [row for row in text.splitlines() if row.startswith(f"| `{WASM}` | AOT | 2.00 /s")]
    assert "| 0.500 | 3.00 /s | 0.375 | 1.50x (" in line
    assert (
        "2 processes side by side in multiples of one at a time. The most: `native` 2.00x (" in text
    )
    assert f"The least: `{WASM}` 1.50x (" in text
    assert "not told apart" not in text.split("## Observations")[1].split("##")[0]


def test_where_nobody_is_told_apart_the_observations_say_nothing(write):
    """The most and the least of figures whose intervals meet are an accident."""
    table = samples("aot", {WASM: 0.5})
    runs = {"native": throughput(4, 8), WASM: throughput(2, 4.0001)}
    assert "in multiples of one at a time" not in write({"aot": with_runs(table, runs)})


@pytest.fixture
def toy(monkeypatch):
    """A benchmark that ranks nobody, as if its file lay beside the others."""
    found = dataclasses.replace(
        benchmarks.benchmark("memory"),
        title="A toy",
        what="What a toy shows.",
        metrics={"weight": "weight", "height": "height"},
        headline=None,
        is_ranked=False,
    )
    known = {**benchmarks.every(), "toy": found}
    monkeypatch.setattr(benchmarks, "every", lambda: known)
    monkeypatch.setattr(benchmarks, "benchmark", known.__getitem__)


def test_a_benchmark_that_ranks_nobody_has_a_table_of_its_metrics(write, toy):
    figures = {("toy", "weight"): ("MiB", 3.0), ("toy", "height"): ("s", 0.25)}
    text = write({"aot": with_runs(samples("aot", {WASM: 0.5}), {"native": figures})})
    found = section(text, "A toy")
    assert "What a toy shows." in found
    assert "| contender | job | weight | height | samples |" in found
    assert re.search(r"\| `native` \| AOT \| 3\.00 MiB \(exact\) \| 250 ms \| 10 \|", found)


def observation(text, words):
    """The one observation that has these words."""
    (line,) = [line for line in text.splitlines() if line.startswith("- ") and words in line]
    return line


def test_the_most_and_the_least_say_whom_they_are_not_told_apart_from(write):
    """Runs that differ by less than their own noise, and starts likewise."""
    factors = {WASM: 0.5, "wasm@wasmer-aot": 0.5}
    runs = {"native": throughput(4, 8), WASM: throughput(2, 3)}
    runs |= {"wasm@wasmer-aot": throughput(2, 3.001)}
    runs = {name: found | start(0.5, 80) for name, found in runs.items()}
    text = write({"aot": with_runs(samples("aot", factors), runs)})
    said = observation(text, "side by side")
    assert re.search(
        r"The least: `wasm@wasmtime-aot` \S+ \(.*\) \(not told apart from `wasm@wasmer", said
    )
    assert "The most: `native` 2.00x (2.00x to 2.00x)." in said
    disk = observation(text, "cold on disk adds")
    assert disk.count("not told apart from `wasm@was") == 1


def test_the_originals_throughput_stands_beside_one_process_at_a_time(write):
    factors = {WASM: 2.0, "native-original": 1.0}
    runs = {"native-original": throughput(4, 8), WASM: throughput(2, 3)}
    text = write({"aot": with_runs(samples("aot", factors), runs)})
    assert "| Throughput | wasmtime | AOT | 0.47 | 0.500 |" in text


def start(cold, read, resident=0.0, **more):
    """The metrics of starts, warm and cold on disk."""
    found = {("cold_disk", "wall"): ("s", cold), ("cold_disk", "disk_read"): ("MiB", read)}
    found |= {("cold_disk", "resident"): ("%", resident), ("cold_disk", "major_faults"): ("1", 70)}
    return found | {("cold_start", name): ("1", value) for name, value in more.items()}


def test_the_disks_price_is_told(write, tmp_path):
    runs = {"native": start(0.25, 30, minor_faults=1500), WASM: start(0.5, 80, minor_faults=900)}
    text = write({"aot": with_runs(samples("aot", {WASM: 0.5}), runs)})
    assert "### Cold start, cold on disk\n" in text
    said = observation(text, "What starting cold on disk adds, AOT, medians of two jobs")
    most = rf"The most: `{WASM}` \S+ ms warm, 500 ms cold, 80.1 MiB read."
    assert re.search(most + r" The least: `native` \S+ ms warm", said)
    assert f"| `{WASM}` | AOT | 901 | 70 | 80.1 MiB |" in text
    assert "Not quite cold" not in text
    assert "million instructions" not in text


def test_a_disk_that_seems_to_cost_nothing_is_not_ranked(write):
    """A start that took longer from the page cache: something else was at work in that job."""
    runs = {"native": start(0.25, 30), WASM: start(0.05, 80)}
    text = write({"aot": with_runs(samples("aot", {WASM: 0.5}), runs)})
    said = observation(text, "What starting cold on disk adds, AOT")
    assert "cannot be told: 1 of 2 took longer" in said


def test_files_that_stayed_in_the_page_cache_are_said_first(write):
    runs = {"native": start(0.25, 30), WASM: start(0.5, 80, resident=40)}
    head = write({"aot": with_runs(samples("aot", {WASM: 0.5}), runs)}).splitlines()[:6]
    assert f"up to 40 % of the files of `{WASM}` (aot) were still in the page cache" in "".join(
        head
    )


def test_what_was_counted_is_said_once(write, monkeypatch):
    job = {"rounds": 1, "seconds": 1, "stopped_because": "", "mode": "aot"}
    job["settings"] = {}
    jobs = [
        job | {"benchmark": name, "counted": ["unavailable: no counters here"]}
        for name in ("cold_start", "memory")
    ]
    monkeypatch.setitem(MACHINE, "jobs", jobs)
    counts = start(0.25, 30, instructions=5e9)
    text = write({"aot": with_runs(samples("aot", {WASM: 0.5}), {"native": counts})})
    assert text.count("Instructions and cycles: unavailable: no counters here.") == 1
    assert "| million instructions |" in text
    assert "| 5005 |" in text


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


@pytest.mark.parametrize("benchmark", [*BASE, "phases", "size"])
@pytest.mark.parametrize("factors", [{WASM: 1.5}, {}], ids=["with wasm", "native alone"])
def test_one_benchmark_alone_is_a_report(write, benchmark, factors):
    table = with_phases(samples("aot", factors), {name: {} for name in ("native", *factors)})
    size = names("native", "aot") | {"benchmark": "size", "metric": "binary", "unit": "B"}
    table = pd.concat([table, pd.DataFrame([size | {"round": 0, "warmup": 0, "value": 3e7}])])
    text = write({"aot": table[table.benchmark == benchmark]})
    assert "## The machine" in text
    assert "nan" not in text


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
        inputs.read_table(tmp_path / "aot.csv")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1.0004, 1.03, "1.0004 to 1.0300"),
        (0.9, 0.998, "0.9000 to 0.9980"),
        (0.9, 2, "0.90 to 2.00"),
    ],
)
def test_an_interval_shows_on_which_side_of_1_it_is(low, high, text):
    assert wording.bounds(pd.Series({"ratio_low": low, "ratio_high": high})) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1.00001, 1.2, "1.000010 to 1.200000"),
        (0.9, 0.99999, "0.900000 to 0.999990"),
        (0.0031, 0.0046, "0.0031 to 0.0046"),
    ],
)
def test_digits_do_not_hide_what_an_interval_says(low, high, text):
    assert wording.bounds(pd.Series({"ratio_low": low, "ratio_high": high})) == text


def test_a_small_factor_is_not_zero():
    assert (wording.times(0.0042), wording.times(0.05)) == ("0.0042x", "0.050x")


def test_of_few_samples_no_outliers_are_counted(write):
    table = samples("aot", {WASM: 1.5}, rounds=3)
    assert section(write({"aot": table}), "Cold start").count("| 3 | - |") == 2


def test_the_farthest_sample_may_be_the_smallest(write):
    table = samples("aot", {WASM: 1.5})
    low = (table.contender == WASM) & (table.benchmark == "memory") & (table["round"] == 0)
    table.loc[low, "value"] = 50.0
    found = section(write({"aot": table}), "Memory")
    assert re.search(rf"\| `{WASM}` \| AOT \| 10 \| 1, the farthest 50\.0 MiB \|", found)


def test_scaling_of_few_rounds_says_so(write):
    table = samples("aot", {WASM: 1.5}, rounds=3)
    runs = {"native": throughput(4, 8), WASM: throughput(4, 6)}
    few = with_runs(table, runs)
    text = write({"aot": few[few["round"] < 3]})
    assert observation(text, "side by side").endswith(
        f"Medians from `{WASM}` 1.50x, to `native` 2.00x: too few rounds to rank them. "
        "Processes that share nothing would do 2x."
    )


def test_of_many_that_are_not_told_apart_the_number_is_said():
    rows = [{"contender": name, "ratio_low": 1.0, "ratio_high": 2.0} for name in "abcde"]
    table = pd.DataFrame(rows)
    assert apart.rivals(table.iloc[0], table.iloc[1:4]) == " (not told apart from `b`, `c`, `d`)"
    assert apart.rivals(table.iloc[0], table.iloc[1:]) == " (not told apart from 4 others)"


@pytest.mark.parametrize(("factor", "is_apart"), [(1.02, True), (1.0, False)])
def test_two_are_told_apart_by_their_own_rounds(write, factor, is_apart):
    """Noise of whole rounds widens both ratios to the baseline, and not the ratio of the two."""
    rng = np.random.default_rng(5)
    table = samples("aot", {"wasm@wasmtime-aot": 2.0, "wasm@wasmer-aot": 2.0 * factor}, spread=1e-3)
    for number in range(10):
        chosen = (table["round"] == number) & table.contender.str.contains("@")
        table.loc[chosen, "value"] *= rng.uniform(0.9, 1.1)
    assert ("not told apart" not in answers(write({"aot": table}))[0]) == is_apart


@pytest.mark.parametrize(
    ("engine", "mode"), [("wazero", "aot"), ("wasmtime", "jit-cached"), ("wasmtime", "jit")]
)
def test_what_the_oracle_refused_in_the_mode_that_is_judged_did_not_fail_on_the_way(engine, mode):
    """Another mode's verdict counts for what runs its code from a folder or a cache."""
    row = {"contender": f"wasm@{engine}-{mode}", "build": "wasm", "engine": engine, "mode": mode}
    data = inputs.Data(**dict.fromkeys(inputs.Data.__annotations__))
    config = {"engines": {engine: {"runner": engine}}}
    for judged, failed in ((f"wasm@{engine}-jit", 0), ("wasm@other-jit", 1)):
        found = dataclasses.replace(
            data,
            machine={"config": config},
            estimates=pd.DataFrame([row | {"n": 0}]),
            oracle=pd.DataFrame([{"contender": judged, "passed": False}]),
        )
        assert len(found.failed()) == failed


def test_in_different_jobs_nothing_is_paired():
    data = SimpleNamespace(pairs=pd.DataFrame(columns=compare_pairs.COLUMNS))
    rows = [
        {"contender": name, "job": job, "benchmark": "memory", "ratio_low": low, "ratio_high": high}
        for name, job, low, high in (("a", "aot", 1, 2), ("b", "jit", 1.9, 3), ("c", "jit", 4, 5))
    ]
    table = pd.DataFrame(rows)
    told = apart.rivals(table.iloc[0], table.iloc[1:], data=data)
    assert told == " (not told apart from `b`)"


def test_what_was_compiled_beside_other_programs_says_so():
    row = {"build": "wasm", "engine": "wasmtime", "version": "48", "threads": 2, "bytes": 2e6}
    records = [row | {"seconds": 8.0, "busy_start": busy} for busy in (None, 0.1, 1.3)]
    told = [row["took"] for row in run_tables.compiled(SimpleNamespace(compiled=records))]
    assert told == ["8.00", "8.00", "8.00 (other programs kept 1.3 cores busy before)"]


def test_a_load_within_the_noise_of_what_it_is_taken_from_is_too_little_to_tell(write):
    table = with_phases(samples("aot", {WASM: 2}), {"native": {}, WASM: {"load": 0.5}})
    engine = (table.contender == WASM) & (table.metric == "engine")
    table.loc[engine & (table["round"] == 0), "value"] = 2.0
    text = write({"aot": table})
    assert f"| `{WASM}` | AOT | 6.50 | 1.00 | too little to tell | 1.00 |" in text


def probed(feature, mode, said="", works=False, probe="p", engine="node"):
    """A row of results/engines.csv."""
    return (engine, "1.10", "MIT", feature, probe, mode, works, said)


def features(text):
    """The table of what the engines can do: the cells by feature, of each engine."""
    lines = text.split("## What the engines can do\n")[1].split("\n## ")[0].splitlines()
    header, _, *rows = [line[2:-2].split(" | ") for line in lines if line.startswith("|")]
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


RELAXED = "relaxed SIMD support is not enabled"
CHAIN = f"Error: failed to compile: f[6] Caused by: 0: translating 1: Invalid input: {RELAXED}"


def test_what_the_engines_can_do_is_told_once_where_the_modes_agree(write):
    rows = [
        probed("simd", "jit", works=True),
        probed("simd", "aot", works=True),
        probed("relaxed_simd", "jit", f"{CHAIN} (at offset 0x150)"),
        probed("relaxed_simd", "jit", f"{CHAIN} (at offset 0x14b)", probe="q"),
        probed("relaxed_simd", "aot", f"{CHAIN} (at offset 0x150)"),
        probed("stdin", "jit", "65536 of 1048576 bytes arrive", probe="a file"),
        probed("stdin", "jit", works=True, probe="a pipe"),
        probed("stdin", "aot", works=True, probe="a file"),
        probed("exit_codes", "jit", "Error: at <anonymous> | `f`" + " and more" * 20),
        probed("exit_codes", "aot", works=True),
        probed("memory", "jit", works=True),
        probed("aot", "aot", works=True),
        probed("cache", "", "its runner has no such mode"),
        probed("relaxed_simd", "jit", "fused", works=True, engine="bun"),
    ]
    table = features(write({"aot": samples("aot", {})}, engines=rows))
    node = table["node"]
    assert (node["version"], node["licence"]) == ("1.10", "MIT")
    assert node[TITLES["simd"]] == "yes"
    assert node[TITLES["relaxed_simd"]] == f"no: Invalid input: {RELAXED}"
    assert node[TITLES["stdin"]] == ("jit: no: a file: 65536 of 1048576 bytes arrive; aot: yes")
    assert node[TITLES["cache"]] == "no: its runner has no such mode"
    words, _, other = node[TITLES["exit_codes"]].partition("; aot: ")
    assert words.startswith(r"jit: no: Error: at \<anonymous\> \| \`f\` and more")
    assert words.endswith(" ...")
    assert len(words) < 120
    assert other == "yes"
    assert table["bun"][TITLES["relaxed_simd"]] == "yes, fused"


def test_without_engines_nothing_is_told_of_them(write):
    assert "What the engines can do" not in write({"aot": samples("aot", {})})
