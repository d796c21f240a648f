"""Two results folders are compared where that is fair, and only there."""

import copy
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from scripts.common import errors
from scripts.common.errors import UserError
from scripts.report import compare, comparison, inputs

LEVEL, MARGIN = 0.99, 0.05
MACHINE = {
    "cpu": {
        "model": "a processor", "architecture": "x86_64", "cores": 2, "flags": ["avx", "sse"],
        "virtual": False, "governor": None,
    },
    "memory_mib": 10000,
    "kernel": "6.1",
    "system": "Linux",
    "python": "3.11.7",
    "packages": {"numpy": "2.0"},
    "git": {"commit": "abc", "changed": False},
    "tools": [{"name": "wasmtime", "version": "48.0.0"}],
    "artifacts": {"results/models/net/model.pb": "a" * 64, "results/input.json": "b" * 64},
    "jobs": [
        {"model": "net", "mode": mode, "benchmark": name, "skipped": []}
        for mode in ("jit", "aot") for name in ("cold_start", "memory", "size")
    ],
    "config": {
        "compare": {"models": ["net"], "baseline": "native"},
        "builds": {"native": {"rustflags": []}, "wasm": {"wasm_opt": ["-O3"]}},
        "benchmarks": {"cold_start": {"max_rounds": 10}, "memory": {"max_rounds": 10}},
        "confidence": LEVEL,
        "margin": MARGIN,
    },
}  # fmt: skip
MODEL = {"name": "net", "weights": "seeded"}
CONTENDERS = {"native": ("native", 1.0), "wasm": ("jit", 3.0), "noop": ("self-check", 0.01)}


def samples(benchmark, rounds, factors, seed):
    """A headline metric with noise of 1 %, a warm-up that must not count, and another metric."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(rounds + 1):
        for name, (mode, base) in CONTENDERS.items():
            value = 100 if number == 0 else base * factors.get(name, 1) * rng.normal(1, 0.01)
            rows.append({
                "model": "net", "mode": mode, "contender": name,
                "benchmark": benchmark, "unit": "s",
                "metric": inputs.HEADLINES[benchmark], "round": number,
                "warmup": int(number == 0), "value": value,
            })  # fmt: skip
    other = [row | {"metric": "another", "value": 0} for row in rows]
    return pd.DataFrame(rows + other)


def make(folder, rounds=12, factors=None, seed=1, model=MODEL, modes=("jit", "aot"), **changes):
    """A results folder; `changes` are values in machine.json by their path, `cpu__model`."""
    machine = copy.deepcopy(MACHINE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = machine
        for name in parents:
            place = place[name]
        place[last] = value
    for mode in modes:
        jobs = folder / "models/net/samples" / mode
        jobs.mkdir(parents=True)
        for benchmark in ("cold_start", "memory"):
            table = samples(benchmark, rounds, factors or {}, seed)
            table.to_csv(jobs / f"{benchmark}.csv", index=False)
    (folder / "models/net").mkdir(parents=True, exist_ok=True)
    (folder / "models/net/model.json").write_text(json.dumps(model))
    (folder / "machine.json").write_text(json.dumps(machine))
    return folder


def compared(tmp_path, a=None, b=None):
    """The comparison of two made folders: its text, and its rows by mode, benchmark, contender."""
    folders = [make(tmp_path / name, **(how or {})) for name, how in (("a", a), ("b", b))]
    text = compare.compare(*(compare.read(folder) for folder in folders))
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in table}) == 1, "a terminal shows the columns aligned"
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert lines[0] == comparison.HEADER
    return text, {
        tuple(line[1:4]): dict(zip(comparison.HEADER, line, strict=True)) for line in lines[2:]
    }


def verdicts(rows, contender):
    """The words for one contender: those of the absolute figures, those of the ratios."""
    mine = [row for key, row in rows.items() if key[2] == contender]
    return {row["verdict"] for row in mine}, {row["verdict of these"] for row in mine}


def test_a_slow_down_of_a_contender_is_found(tmp_path):
    text, rows = compared(tmp_path, b={"factors": {"wasm": 1.2}, "seed": 2})
    assert verdicts(rows, "wasm") == ({"more"}, {"more"})
    assert verdicts(rows, "native") == ({"the same"}, {"baseline"})
    row = rows["jit", "cold_start", "wasm"]
    assert float(row["B/A"].split()[0]) == pytest.approx(1.2, rel=0.02)
    assert (row["A to baseline"][:2], row["B to baseline"][:2]) == ("3.", "3.")
    assert "Not compared" not in text


def test_a_slower_machine_is_slower_but_not_in_its_ratios(tmp_path):
    _, rows = compared(tmp_path, b={"factors": {"wasm": 1.2, "native": 1.2}, "seed": 2})
    assert verdicts(rows, "wasm") == ({"more"}, {"the same"})


def test_identical_folders_have_no_difference_and_no_remarks(tmp_path):
    text, rows = compared(tmp_path)
    assert verdicts(rows, "wasm") == ({"the same"}, {"the same"})
    for title in ("Not compared", "Only in", "What else differs"):
        assert title not in text


def test_the_self_check_and_the_warm_up_are_left_out(tmp_path):
    _, rows = compared(tmp_path)
    assert {key[2] for key in rows} == {"native", "wasm"}
    assert len(rows) == 8
    assert (
        compare.read(tmp_path / "a").rounds["net", "jit", "memory", "peak_rss", "s", "wasm"].max()
        < 4
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cpu__model": "another"}, "the CPU differs: a processor / another"),
        ({"cpu__cores": 8}, "the number of cores differs: 2 / 8"),
        ({"cpu__architecture": "aarch64"}, "the architecture differs: x86_64 / aarch64"),
        ({"cpu__governor": "powersave"}, "the frequency governor differs: None / powersave"),
        ({"memory_mib": 8000}, "the memory in MiB differs: 10000 / 8000"),
    ],
)
def test_another_machine_refuses_absolute_figures_only(tmp_path, change, reason):
    slower = {"factors": {"wasm": 2.4, "native": 2}, "seed": 2, **change}
    text, rows = compared(tmp_path, b=slower)
    assert verdicts(rows, "wasm") == ({"not comparable"}, {"more"})
    assert {row["B/A"] for row in rows.values()} == {"-"}
    assert f"- {reason}: absolute figures are not compared\n" in text


def test_nearly_the_same_memory_is_the_same(tmp_path):
    text, _ = compared(tmp_path, b={"memory_mib": 9900})
    assert "Not compared" not in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"artifacts": {**MACHINE["artifacts"], "results/models/net/model.pb": "c" * 64}},
            f"the model net differs: seeded {'a' * 12} / seeded {'c' * 12}",
        ),
        ({"model": MODEL | {"weights": "pretrained"}}, "the model net differs: seeded"),
        (
            {"artifacts": {**MACHINE["artifacts"], "results/input.json": "c" * 64}},
            f"the input differs: {'b' * 12} / {'c' * 12}",
        ),
    ],
)
def test_another_model_or_input_refuses_everything(tmp_path, change, reason):
    text, rows = compared(tmp_path, b={"factors": {"wasm": 2}, **change})
    assert verdicts(rows, "wasm") == ({"not comparable"}, {"not comparable"})
    assert verdicts(rows, "native") == ({"not comparable"}, {"not comparable"})
    assert f"- {reason}" in text
    assert ": nothing is compared\n" in text


@pytest.mark.parametrize(
    "change",
    [
        {"config__builds__native": {"rustflags": ["-O"]}},
        {"config__compare__baseline": "wasm"},
    ],
)
def test_another_baseline_refuses_ratios_only(tmp_path, change):
    text, rows = compared(tmp_path, b={"factors": {"wasm": 1.2}, "seed": 2, **change})
    assert verdicts(rows, "wasm") == ({"more"}, {"not comparable"})
    assert "- the baseline differs: native" in text


def test_other_settings_refuse_their_benchmark_only(tmp_path):
    changed = {"cold_start": {"max_rounds": 30}, "memory": {"max_rounds": 10}, "inference": {}}
    text, rows = compared(tmp_path, b={"config__benchmarks": changed})
    refused = {key for key, row in rows.items() if row["verdict"] == "not comparable"}
    assert {key[1] for key in refused} == {"cold_start"}
    assert rows["jit", "cold_start", "wasm"]["verdict of these"] == "not comparable"
    assert rows["jit", "memory", "wasm"]["verdict of these"] == "the same"
    assert "- the settings of cold_start differ: max_rounds 10 / 30: it is not compared\n" in text
    assert "inference" not in text
    assert "What else differs" not in text


def test_all_cores_of_another_machine_are_another_concurrency(tmp_path):
    throughput = {"throughput": {"concurrency": []}}
    changes = {"config__benchmarks": MACHINE["config"]["benchmarks"] | throughput}
    text, _ = compared(tmp_path, a=changes, b=changes | {"cpu__cores": 6})
    assert "- the settings of throughput differ: concurrency [1, 2] / [1, 2, 4, 6]: it" in text


def test_other_tools_are_listed_and_forbid_nothing(tmp_path):
    change = {
        "tools": [{"name": "wasmtime", "version": "49.0.0"}],
        "kernel": "6.2",
        "git__commit": "def",
        "config__builds__wasm": {"wasm_opt": ["-Oz"]},
        "cpu__flags": ["avx"],
    }
    text, rows = compared(tmp_path, b=change)
    assert verdicts(rows, "wasm") == ({"the same"}, {"the same"})
    assert text.split("What else differs (A / B):\n\n")[1].splitlines() == [
        "- kernel: 6.1 / 6.2",
        "- git commit: abc / def",
        "- CPU flags sse: present / none",
        "- tools wasmtime: 48.0.0 / 49.0.0",
        "- config builds wasm wasm_opt: ['-O3'] / ['-Oz']",
    ]


def test_a_small_difference_is_one_and_a_wide_interval_is_undecided(tmp_path):
    _, rows = compared(tmp_path, b={"factors": {"wasm": 1.02}, "seed": 2, "rounds": 60})
    assert verdicts(rows, "wasm")[0] == {"more, within the margin"}
    for folder in ("a", "b"):
        shutil.rmtree(tmp_path / folder)
    _, rows = compared(tmp_path, b={"config__margin": 0.001, "seed": 2})
    assert verdicts(rows, "native")[0] == {"undecided"}


def test_what_failed_on_the_way_is_not_compared(tmp_path):
    jobs = copy.deepcopy(MACHINE["jobs"])
    jobs[0]["skipped"] = [{"contender": "wasm", "reason": "failed in round 9"}]
    text, rows = compared(tmp_path, b={"jobs": jobs})
    assert ("jit", "cold_start", "wasm") not in rows
    assert ("jit", "memory", "wasm") in rows
    assert "Only in A:\n\n- wasm (net, jit): cold_start wall in s\n" in text


def test_the_higher_confidence_holds(tmp_path):
    text, _ = compared(tmp_path, b={"config__confidence": 0.9})
    assert "Intervals at 99 %" in text
    assert "- config confidence: 0.99 / 0.9\n" in text


def test_a_mode_in_one_folder_only_is_listed(tmp_path):
    text, rows = compared(tmp_path, a={"modes": ["jit"]})
    assert {key[0] for key in rows} == {"jit"}
    assert "Only in B:\n\n- native (net, aot): cold_start wall in s, memory peak_rss in s\n" in text
    assert "Only in A" not in text


@pytest.mark.parametrize("few", ["a", "b"])
def test_too_few_rounds_give_no_verdict(tmp_path, few):
    text, rows = compared(tmp_path, **{few: {"rounds": 2}})
    words = {"undecided: too few rounds"}
    assert verdicts(rows, "wasm") == (words, words)
    assert " to 1." not in text


def test_rounds_without_the_baseline_have_no_ratio(tmp_path):
    folder = make(tmp_path / "a")
    for path in folder.glob("models/net/samples/*/*.csv"):
        table = pd.read_csv(path)
        table[table.contender != "native"].to_csv(path, index=False)
    read = compare.read(folder)
    assert "undecided: no round has the baseline" in compare.compare(read, read)


def damage(folder, what):
    """Break one thing of a made folder."""
    table = folder / "models/net/samples/jit/memory.csv"
    if what == "no machine.json":
        (folder / "machine.json").unlink()
    elif what == "an old machine.json":
        (folder / "machine.json").write_text('{"cpu": {}, "jobs": []}')
    elif what == "no table":
        table.unlink()
    elif what == "no columns":
        table.write_text("a,b\n1,2\n")
    elif what == "a torn table":
        table.write_text('metric,value\n"peak')
    elif what == "no number":
        table.write_text(table.read_text().replace(",peak_rss,5,0,", ",peak_rss,5,0,x"))
    elif what == "no samples":
        (folder / "models/net/samples").rename(folder / "elsewhere")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("no machine.json", "cannot read"),
        ("an old machine.json", "lacks what a comparison needs"),
        ("no table", "cannot read the table"),
        ("no columns", "lacks the columns"),
        ("a torn table", "cannot read the table"),
        ("no number", "no positive number"),
        ("no samples", "has no samples"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path, what, said):
    damage(make(tmp_path / "a"), what)
    with pytest.raises(UserError, match=said):
        compare.read(tmp_path / "a")


def test_a_missing_folder_gives_one_line(tmp_path, capsys):
    arguments = [str(make(tmp_path / "a")), str(tmp_path / "b")]
    with pytest.raises(SystemExit) as stopped:
        errors.run(lambda: compare.main(arguments))
    assert stopped.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"error: there is no folder {tmp_path / 'b'}\n"


def test_the_comparison_is_printed(tmp_path, capsys):
    folder = str(make(tmp_path / "a"))
    assert compare.main([folder, folder]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("| model | mode | benchmark | contender | A | B |")


def test_figures_are_printed_with_all_their_digits():
    line = [
        "net",
        "jit",
        "memory",
        "wasm",
        "1.10",
        "1.00",
        "0.9091",
        "less",
        "2.50",
        "2.00",
        "0.8",
        "-",
    ]
    cells = comparison.markdown([line]).splitlines()[-1].strip("|").split("|")
    assert [cell.strip() for cell in cells] == line
