"""The real workflow on config/quick.yaml with the real tools, in a copy of the checkout."""

import json
import re
import subprocess

import numpy as np
import pandas as pd
import pytest
from conftest import MODEL, QUICK, copy_of_run, planned, snakemake
from PIL import Image

TRAINED = "mobilenet_v2_1.0_224_dequantized"
PACKAGED = "efficientnet_lite0_224"
ENGINES = ("wasmtime", "wasmer")
WASM = {"jit": ("wasm-packed",), "aot": ("wasm-simd", "wasm-packed")}
CONTENDERS = {
    mode: {f"{build}@{engine}-{mode}" for build in builds for engine in ENGINES}
    for mode, builds in WASM.items()
}
CHECKED = {
    "native-plain",
    "litert",
    "wasm-packed@openwhisk-action",
    *CONTENDERS["jit"],
    *CONTENDERS["aot"],
}


def test_every_contender_passed_the_oracle(run):
    table = pd.read_csv(run / "results/oracle.csv")
    assert set(table.contender) == CHECKED
    for path in (run / MODEL / "oracle").glob("*-*.json"):
        assert json.loads(path.read_text())["passed"], path.name


FIRST_STARTS = ("cold_start", "memory", "phases")
MEASURED = {
    "jit": FIRST_STARTS,
    "aot": (*FIRST_STARTS, "cold_disk", "warm_loop", "throughput", "inference"),
}


def without_estimates(table, mode):
    """The contenders that each benchmark should have figures of and has not, and why."""
    found = {}
    wanted = {"native-plain", *CONTENDERS[mode]}
    for benchmark in MEASURED[mode]:
        rows = table[table.benchmark == benchmark]
        if lacking := wanted - set(rows[rows.n > 0].contender):
            found[benchmark] = (lacking, rows[rows.n == 0].note.tolist())
    return found


@pytest.mark.parametrize("mode", ["jit", "aot"])
def test_every_benchmark_has_an_estimate_of_every_contender(run, mode):
    table = pd.read_csv(run / f"results/{mode}.csv")
    assert not without_estimates(table, mode)
    of_litert = set(table[table.contender == "litert"].benchmark)
    assert of_litert == {"cold_start", "memory"} | ({"inference"} if mode == "aot" else set())
    sizes = table[table.benchmark == "size"]
    wasm = sizes[(sizes.metric == "wasm_optimised") & (sizes.engine == "wasmtime")]
    wasm = wasm[wasm.build == "wasm-packed"]
    module = run / MODEL / "optimised/wasm-packed/mobilenet-oc-l.wasm"
    assert wasm["median"].iloc[0] == module.stat().st_size


def test_the_phases_add_up_to_the_whole(run):
    for mode in ("jit", "aot"):
        table = pd.read_csv(run / f"results/{mode}.csv")
        rest = table[(table.benchmark == "phases") & (table.metric == "unaccounted")]
        assert {"native-plain", *CONTENDERS[mode]} <= set(rest.contender)
        assert rest["median"].abs().max() < 5


def test_the_page_holds_the_report_and_its_figures(run):
    page = (run / "results/report.html").read_text()
    assert "<h1>" in page
    assert page.count("data:image/svg+xml") >= 8
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


def test_what_each_lever_buys(run):
    table = pd.read_csv(run / "results/levers.csv")
    assert {"wasm-simd@wasmtime-aot"} <= set(table["from"])
    assert (table.ratio > 0).all()


def test_the_run_is_in_the_history_which_is_told(run):
    table = pd.read_parquet(run / "history")
    for mode in ("jit", "aot"):
        rows = table[(table.job == mode) & (table.benchmark == "cold_start")]
        later = set(rows.contender[rows.contender.str.endswith("-cached")])
        assert set(rows.contender) - later == {"native-plain", "litert", *CONTENDERS[mode]}
        of_engines = rows[rows.contender != "native-plain"]
        assert of_engines.engine_version.notna().all()
    done = snakemake(run, *QUICK, "--", "history")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "fewer than 6 runs" in (run / "results/history.md").read_text()


def test_snakemakes_own_report_carries_the_figures(run):
    done = snakemake(run, *QUICK, "--report", "own.html", "--", "report")
    assert done.returncode == 0, done.stderr[-3000:]
    page = (run / "own.html").read_text()
    assert "so that drift and outliers show" in page
    assert "Peak resident memory of one run" in page


def test_the_harness_adds_next_to_nothing(run):
    table = pd.read_csv(run / "results/aot.csv")
    noop = table[(table.contender == "noop") & (table.metric == "peak_rss")]
    assert 0 < noop["median"].iloc[0] < 4


def test_the_report_says_that_the_weights_are_seeded(run):
    first = (run / "results/report.md").read_text().splitlines()[:12]
    assert any("seed" in line for line in first)


def test_a_second_run_has_nothing_to_do(run):
    assert planned(run) == set()


def test_a_comment_re_runs_nothing(run):
    for name, comment in (
        ("README.md", "\n<!-- a comment -->\n"),
        ("scripts/bench/measure.py", "\n# a comment\n"),
        ("config/quick.yaml", "\n# a comment\n"),
    ):
        with open(run / name, "a") as stream:
            stream.write(comment)
    assert planned(run) == set()


def test_a_runner_belongs_to_what_it_runs(run):
    """The program that runs a reference is code of its check and its benchmarks alone."""
    path = run / "scripts/runners/reference.py"
    text = path.read_text()
    path.write_text(f"{text}\nSPEED = 1\n")
    rules = planned(run)
    path.write_text(text)
    assert {"check_oracle", "cold_start", "inference", "memory"} <= rules
    assert not rules & {"phases", "throughput", "build_native", "convert_reference"}


def test_a_benchmarks_config_re_runs_that_benchmark_and_the_report(run, tmp_path):
    changed = tmp_path / "changed.yaml"
    changed.write_text("benchmarks: {memory: {min_rounds: 4, max_rounds: 4}}")
    rules = planned(run, str(changed))
    assert "memory" in rules
    assert "report" in rules
    assert not rules & {"cold_start", "warm_loop", "throughput", "build_native", "check_oracle"}


def test_one_stage_alone(run):
    rules = planned(run, "--forcerun", "cold_start")
    assert "cold_start" in rules
    assert not rules & {"warm_loop", "memory", "build_native", "check_oracle"}


def test_the_default_profile_supplies_the_cores(run):
    done = snakemake(run, "--dry-run", "results/aot.csv")
    assert done.returncode == 0, done.stderr
    assert "samples/aot/cold_start.csv" in done.stdout
    assert "samples/jit/" not in done.stdout


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("wieghts=auto", "wieghts"),
        ("compare={models: [resnet]}", "resnet"),
        ("compare={baseline: wasm-simd}", "wasm-simd"),
        ("image=no-such.jpg", "no-such.jpg"),
    ],
)
def test_a_wrong_config_is_refused_before_anything_runs(run, setting, words):
    done = snakemake(run, *QUICK, "--dry-run", "--config", setting, "--", "report")
    assert done.returncode != 0
    assert words in done.stdout + done.stderr


INTEGERS = """
compare:
  builds: [native-plain, wasm-packed-w8a8]
  engines: [wasmtime, scalar, absent]
  modes: [aot]
  references: [litert_int8]
  benchmarks: [inference]
engines:
  scalar:
    runner: wasmtime
    tool: wasmtime
    compile_options: &options [-W, "simd=n,relaxed-simd=n"]
    run_options: *options
  absent: {runner: wasm2c, tool: wasm2c-gcc, version: "1.0.1"}
levers: []
accuracy: {crops: 4, labelled: labels.csv}
"""


@pytest.fixture(scope="module")
def integers(run, tmp_path_factory):
    """The results of another report, from nothing, in a folder of its own beside the quick run.

    It is of integers; one of its engines cannot run them, and one was never published.
    """
    folder = tmp_path_factory.mktemp("integers")
    (folder / "integers.yaml").write_text(INTEGERS)
    place = ("--directory", str(folder / "place"))
    (folder / "place").mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (90, 120, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"place/{number}.png")
    rows = "".join(f"{number}.png,{number}\n" for number in range(3))
    (folder / "place/labels.csv").write_text(f"file,class\n{rows}")
    done = snakemake(run, *place, *QUICK, str(folder / "integers.yaml"), "--", "report")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return folder / "place/results"


def test_integers_pass_an_oracle_of_their_own_and_are_told_as_another_model(integers):
    """With seeded weights too, whose classes tie."""
    verdicts = pd.read_csv(integers / "oracle.csv")
    wanted = {"litert_int8", "wasm-packed-w8a8@wasmtime-aot"}
    assert wanted <= set(verdicts.contender)
    verdicts = verdicts[~verdicts.engine.isin(["scalar", "absent"])]
    assert verdicts.passed.all(), verdicts[~verdicts.passed].to_string()
    timed = pd.read_csv(integers / "aot.csv")
    assert wanted <= set(timed[timed.metric == "p50"].contender)
    text = (integers / "report.md").read_text()
    assert "### What integers cost in accuracy" in text
    assert "the one that it was calibrated on |" in text


def test_labelled_photographs_are_asked_of_every_contender(integers):
    """Classes of seeded weights mean nothing: agreement alone is told."""
    table = pd.read_csv(integers / "accuracy.csv")
    agreed = table[table.metric == "agreement"].set_index("contender")
    wanted = {"native-plain", "wasm-packed-w8a8@wasmtime-aot", "litert_int8"}
    assert set(agreed.index) == wanted
    assert (agreed.photographs == 3).all()
    reasons = table[table.metric.isna()].set_index("contender").reason
    assert set(reasons.index) == {f"wasm-packed-w8a8@{name}-aot" for name in ("scalar", "absent")}
    assert reasons["wasm-packed-w8a8@scalar-aot"].startswith("not compiled ahead of time: ")
    text = (integers / "report.md").read_text()
    for name in wanted:
        assert re.search(rf"^\| `{name}` \| 3 \| - \| - \| \d.* %\) \| - \|", text, re.MULTILINE)
    assert "| 3 | - | - | - | - | Pillow |" in text  # TensorFlow itself


def test_without_labelled_photographs_accuracy_is_not_measured(run):
    assert "Accuracy was not measured: the config" in (run / "results/report.md").read_text()
    done = snakemake(run, *QUICK, "--dry-run", "accuracy")
    assert done.returncode != 0
    assert "accuracy.labelled: no photographs are named" in done.stdout + done.stderr


def test_an_engine_that_is_not_to_be_had_is_left_out_with_the_reason(integers):
    words = "could not be fetched; see results/logs/tools/"
    verdicts = pd.read_csv(integers / "oracle.csv")
    (verdict,) = verdicts[verdicts.engine == "absent"].itertuples()
    assert words in verdict.reason
    assert not verdict.ran
    text = (integers / "report.md").read_text()
    assert re.search(rf"Not run: `wasm-packed-w8a8@absent-aot`: .*{words}", text)
    can = pd.read_csv(integers / "engines.csv")
    assert can[can.engine == "absent"].said.str.contains(words).all()


def test_an_engine_that_lacks_what_a_build_needs_says_so_and_stops_nothing(integers):
    contender, words = "wasm-packed-w8a8@scalar-aot", "SIMD support is not enabled"
    verdicts = pd.read_csv(integers / "oracle.csv")
    (reason,) = verdicts[verdicts.contender == contender].reason
    assert reason.startswith("not compiled ahead of time: ")
    assert words in reason
    text = (integers / "report.md").read_text()
    (told,) = [line for line in text.splitlines() if line.startswith(f"- `{contender}`, inference")]
    assert words in told
    (row,) = [line for line in text.splitlines() if line.startswith("| scalar | 48.")]
    assert row.count(f"no: {words}") == 2


def test_the_report_has_what_the_engines_can_do(run):
    table = pd.read_csv(run / "results/engines.csv")
    assert set(table.engine) == set(ENGINES)
    assert table.works.all(), table[~table.works].to_string()
    text = (run / "results/report.md").read_text()
    for line in ("| wasmtime | 48.", "| wasmer | 7.4."):
        # The machine's tools are listed too.
        found = [row for row in text.splitlines() if row.startswith(line)]
        assert max(row.count(" | yes") for row in found) == 7
    assert "What the engines can do</h2>" in (run / "results/report.html").read_text()


@pytest.mark.parametrize(
    "path",
    ["scripts/engines/wat/simd.wat", "scripts/engines/probes.py", "scripts/contenders/modes.py"],
)
def test_a_change_of_a_probe_or_of_a_runner_probes_anew(run, path):
    before = (run / path).read_text()
    change = "\n(global i32 (i32.const 1))\n" if path.endswith("wat") else "\nADDED = 1\n"
    (run / path).write_text(before + change)
    rules = planned(run)
    (run / path).write_text(before)
    assert "probe_engine" in rules


def test_an_engine_s_options_probe_it_anew(run, tmp_path):
    overlay = tmp_path / "options.yaml"
    overlay.write_text("engines: {wasmtime: {run_options: [-W, max-memory-size=1000000000]}}")
    assert "probe_engine" in planned(run, str(overlay))


def request(folder, name, body):
    """Send bytes to a native build and return what it did."""
    return subprocess.run(
        [folder / MODEL / "build" / name / "mobilenet-oc-l"],
        input=body,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("body", [b"", b"no json", b'{"image": "%%%"}', b'{"image": "aGVsbG8="}'])
def test_bad_requests_get_one_clear_line(run, body):
    done = request(run, "native-plain", body)
    assert done.returncode != 0
    assert done.stdout == b""
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.count(b"\n") == 1


def test_a_broken_contender_is_reported_and_not_timed(copied):
    """A damaged artefact fails the gate; the report says so, nothing else stops."""
    artifact = copied / MODEL / "aot/wasm-simd/wasmer.wasmu"
    whole = artifact.read_bytes()
    artifact.write_bytes(whole[: len(whole) // 2])
    one = ("--config", "compare={benchmarks: [cold_start, inference, phases]}")
    done = snakemake(copied, *QUICK, *one, "--", "report")
    assert done.returncode == 0, done.stderr[-4000:]
    verdict = json.loads((copied / MODEL / "oracle/wasm-simd@wasmer-aot.json").read_text())
    assert not verdict["passed"]
    table = pd.read_csv(copied / "results/aot.csv")
    rows = table[table.contender == "wasm-simd@wasmer-aot"]
    assert set(rows.benchmark) == {"cold_start", "inference", "phases"}
    assert (rows.n == 0).all()
    assert rows.note.str.startswith("failed the oracle: ").all(), rows.note.tolist()
    report = (copied / "results/report.md").read_text()
    assert "wasm-simd@wasmer-aot" in report


@pytest.fixture(scope="module")
def others(run, tmp_path_factory):
    """A copy of the quick run, for reports of other models."""
    return copy_of_run(run, tmp_path_factory.mktemp("others"))


def with_trained_weights(others, shared, target, *settings, **compared):
    """Make a target of the shared folder's network, with these settings of the config more.

    tract and the packed layers: a module of tract's takes minutes to optimise.
    """
    builds = ["native-plain", "wasm-packed"]
    compare = json.dumps({"models": [TRAINED], "builds": builds, **compared})
    done = snakemake(
        others,
        *QUICK,
        "--config",
        f"compare={compare}",
        "weights=pretrained",
        "levers=[]",
        *settings,
        "--",
        target,
        MOBILENET_MODEL_MIRROR=str(shared / "models"),
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return pd.read_csv(others / target)


def test_trained_weights_give_the_known_labels(others, shared):
    """Every photograph of the shared folder is named right by each executable."""
    expected = json.loads((shared / "images/expected.json").read_text())
    images = json.dumps({"images": sorted(str(shared / "images" / name) for name in expected)})
    table = with_trained_weights(others, shared, "results/oracle.csv", f"oracle={images}")
    labels = {name: answer["label"] for name, answer in expected.items()}
    labels["input"] = "military uniform"
    checked = {name for name in CHECKED if "wasm-simd" not in name}
    assert set(table.contender) == checked
    for contender in checked:
        path = others / f"results/models/{TRAINED}/oracle/{contender}.json"
        verdict = json.loads(path.read_text())
        assert verdict["passed"], verdict
        assert {row["image"]: row["label"] for row in verdict["images"]} == labels


def test_trained_weights_are_as_often_right_as_in_tensorflow(others, shared):
    """Of 200 photographs, one a class; each contender decodes and resizes them by itself."""
    labelled = f"accuracy={json.dumps({'labelled': str(shared / 'accuracy/labels.csv')})}"
    few = {"engines": ["wasmtime"], "modes": ["aot"]}
    table = with_trained_weights(others, shared, "results/accuracy.csv", labelled, **few)
    counts = table.pivot(index="contender", columns="metric", values="count")
    assert set(counts.index) == {
        "TensorFlow",
        "native-plain",
        "wasm-packed@wasmtime-aot",
        "litert",
    }
    assert (table.photographs == 200).all()
    assert counts.top1["TensorFlow"] > 100
    assert (counts.top1 - counts.top1["TensorFlow"]).abs().max() <= 4
    assert (counts.top5 > counts.top1).all()
    assert counts.agreement.min() >= 196


def test_trained_weights_of_a_package_are_there_without_network_or_mirror(others):
    """The README's photograph is named right, with kernels of 5x5 natively and in wasm."""
    compared = {"models": [PACKAGED], "builds": ["native-packed", "wasm-packed"]}
    compared |= {"engines": ["wasmtime"], "modes": ["aot"], "baseline": "native-packed"}
    configs = ["--config", f"compare={json.dumps(compared)}", "weights=auto", "levers=[]"]
    done = snakemake(others, *QUICK, *configs, "--", "results/oracle.csv")
    assert done.returncode == 0, done.stderr[-4000:]
    contenders = set(pd.read_csv(others / "results/oracle.csv").contender)
    assert contenders >= {"native-packed", "wasm-packed@wasmtime-aot", "litert"}
    for contender in contenders:
        path = others / f"results/models/{PACKAGED}/oracle/{contender}.json"
        verdict = json.loads(path.read_text())
        assert verdict["passed"], verdict
        assert [row["label"] for row in verdict["images"]] == ["military uniform"], contender


# One of each kind of engine: an interpreter, a host in JavaScript, an artefact that is a folder, a
# browser.
KINDS = """
compare:
  builds: [native-plain, wasm-packed]
  engines: [pulley, node, wazero, chromium]
  references: []
  benchmarks: [cold_start]
engines:
  pulley: {tool: wasmtime}
  node: {}
  wazero: {}
  chromium: {}
levers: []
"""


@pytest.fixture(scope="module")
def kinds(run, tmp_path_factory):
    """The results of other engines in a copy of the quick run, which has the builds."""
    folder = copy_of_run(run, tmp_path_factory.mktemp("kinds"))
    (folder / "kinds.yaml").write_text(KINDS)
    tables = ("results/jit.csv", "results/aot.csv")
    done = snakemake(folder, *QUICK, "kinds.yaml", "--", *tables)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return folder / "results"


@pytest.mark.parametrize(
    ("engine", "mode"),
    [
        ("pulley", "interpreted"),
        ("node", "jit"),
        ("wazero", "jit"),
        ("wazero", "interpreted"),
        ("wazero", "aot"),
        ("chromium", "page"),
    ],
)
def test_a_kind_of_engine_classifies_as_tensorflow_does_and_is_timed(kinds, engine, mode):
    """Where it can be had."""
    record = json.loads((kinds / f"tools/{engine}.json").read_text()) if engine != "pulley" else {}
    if reason := record.get("missing"):
        pytest.skip(reason)
    contender = f"wasm-packed@{engine}-{mode}"
    table = "aot.csv" if mode == "aot" else "jit.csv"
    timed = pd.read_csv(kinds / table).set_index("contender").loc[contender]
    assert timed[timed.metric == "wall"]["median"].gt(0).all()
