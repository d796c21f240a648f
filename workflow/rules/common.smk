# What the stages share: which files a job needs, and what a job's parameters are.
import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

import checks
import contenders
import engines
import manifest
import tools
from code_digest import code_digest

from errors import UserError
from snakemake.exceptions import WorkflowError

try:
    checks.check(config)
except UserError as error:
    raise WorkflowError(str(error)) from None

NATIVE_BUILDS = [
    name for name in config["builds"] if contenders.is_native(config, name)
]
WASM_BUILDS = [name for name in config["builds"] if name not in NATIVE_BUILDS]
BENCHMARKS = list(config["benchmarks"])
MODES = config["compare"]["modes"]
TOOLS = ["rust", "wasm-opt", "wasm-strip", *config["compare"]["engines"]]
# What is drawn of a mode, and the benchmark without which it cannot be.
FIGURES = {
    "ratios": BENCHMARKS[0],
    "phases": "phases",
    "inference": "inference",
    "memory": "memory",
    "size": "size",
    "drift": "cold_start",
}
FIGURES = [name for name, benchmark in FIGURES.items() if benchmark in BENCHMARKS]
# Channels that the packed kernels of a target compute at once (classifier/src/packed/format.rs).
PANELS = {"native": 16, "wasm": 8}
# Where later runs, from the engine's cache, are told apart from the first.
CACHED_BENCHMARKS = ("cold_start", "phases")
CLASSIFIER_SOURCES = [
    str(path.relative_to(workflow.basedir))
    for pattern in (
        "Cargo.toml",
        "Cargo.lock",
        "build.rs",
        "src/**/*.rs",
        "examples/*.rs",
    )
    for path in sorted((Path(workflow.basedir) / "classifier").glob(pattern))
]
MEASURE_SOURCES = [
    str(path.relative_to(workflow.basedir))
    for pattern in ("Cargo.toml", "src/**/*.rs")
    for path in sorted(
        (Path(workflow.basedir) / "classifier" / "measure").glob(pattern)
    )
]


wildcard_constraints:
    tool="|".join(TOOLS),
    build="|".join([*config["builds"], "noop"]),
    engine="|".join(config["engines"]),
    mode="|".join([engines.JIT, engines.AOT]),
    benchmark="|".join(BENCHMARKS),
    contender="|".join(re.escape(name) for name in contenders.known(config)),
    figure="|".join(FIGURES),
    panel="|".join(str(panel) for panel in PANELS.values()),
    reference="|".join(config["compare"]["references"]) or "(?!)",
    example="mobilenet-oc(-l)?",


def as_json(value):
    """A parameter for a script: JSON, keys in order, so that it changes only with its meaning."""
    return json.dumps(value, sort_keys=True)


def option(name, value):
    """An option for a shell command, quoted; nothing where the value is empty."""
    return f"{name} {shlex.quote(value)}" if value else ""


def tool_state(wildcards):
    """What makes a tool's record out of date: its pin, and what PATH holds."""
    pin = tools.pins()[wildcards.tool]
    found = shutil.which(pin["command"])
    return as_json([pin, found, Path(found).stat().st_mtime_ns if found else None])


def tool_compiler(wildcards):
    """The compiler's record, for the tools that may have to be built."""
    crate = "crate" in tools.pins()[wildcards.tool]["install"]
    return ["results/tools/rust.json"] if crate else []


def tool_rust_option(wildcards, input):
    """The script's option that names the compiler's record."""
    return option("--rust", "".join(input.compiler))


def model_mirror(wildcards):
    """The script's option that names the folder asked for the model before the network."""
    return option(
        "--mirror", config["mirror"] or os.environ.get("MOBILENET_MODEL_MIRROR", "")
    )


def input_image(wildcards):
    """The image of the config; none stands for the script's default."""
    return [config["image"]] if config["image"] else []


def build_settings(wildcards):
    """A build as the config describes it, without what only later stages use."""
    keys = ("target", "rustflags", "profile", "runtime", "snapshot")
    settings = config["builds"][wildcards.build]
    return as_json({"build": wildcards.build} | {key: settings[key] for key in keys})


def build_model(wildcards):
    """The file of the model that a build embeds."""
    settings = config["builds"][wildcards.build]
    if settings["runtime"] == "packed":
        return f"results/model/packed-{PANELS[settings['target']]}.bin"
    folded = settings["graph"] == "folded"
    return "results/model/folded.pb" if folded else "results/model/model.pb"


def module_to_optimise(wildcards):
    """The module as compiled, or the snapshot of it."""
    snapshot = config["builds"][wildcards.build]["snapshot"]
    folder = "snapshot" if snapshot else "build"
    return f"results/{folder}/{wildcards.build}/{wildcards.example}.wasm"


def wasm_opt_options(wildcards):
    """The options of wasm-opt for a build."""
    return as_json(config["builds"][wildcards.build]["wasm_opt"])


def module_of(wildcards):
    """The module an engine compiles for a build."""
    return contenders.module(wildcards.build)


def compile_options(wildcards):
    """The options of an engine's ahead-of-time compiler."""
    return as_json(config["engines"][wildcards.engine]["compile_options"])


def contender_of(wildcards):
    """The contender a file name names."""
    return contenders.parse(config, wildcards.contender)


def contender_engine(wildcards):
    """The record of a contender's engine; none for native builds and actions."""
    engine = contender_of(wildcards).engine
    return [f"results/tools/{engine}.json"] if engine in config["engines"] else []


def contender_arguments(wildcards):
    """The arguments that name a contender to a script."""
    row = contender_of(wildcards)
    return ["--build", row.build, "--engine", row.engine, "--mode", row.mode]


def contender_tool_option(wildcards, input):
    """The script's option that names the engine's record."""
    return option("--tool", "".join(input))


def contender_options(wildcards):
    """The run options of a contender's engine."""
    return (
        config["engines"].get(contender_of(wildcards).engine, {}).get("run_options", [])
    )


def contender_artifact(wildcards):
    """The file a contender runs."""
    return contenders.artifact(contender_of(wildcards))


def gated():
    """Every contender the oracle checks."""
    rows = contenders.native(config) + contenders.actions(config)
    rows += contenders.references(config)
    return rows + [row for mode in MODES for row in contenders.wasm(config, mode)]


def timed(mode, benchmark):
    """The contenders of a benchmark job: the native builds, those of its mode, and references."""
    rows = contenders.native(config) + contenders.wasm(config, mode)
    return rows + (contenders.references(config) if benchmark == "inference" else [])


def timed_records(wildcards):
    """The records of a benchmark job's contenders, later runs from the cache among them."""
    rows = timed(wildcards.mode, wildcards.benchmark)
    if wildcards.mode == engines.JIT and wildcards.benchmark in CACHED_BENCHMARKS:
        rows += contenders.wasm(config, engines.CACHED)
    return [f"results/contenders/{row.id}.json" for row in rows]


def timed_gates(wildcards):
    """The oracle's verdicts on a benchmark job's contenders."""
    rows = timed(wildcards.mode, wildcards.benchmark)
    return [f"results/oracle/{row.id}.json" for row in rows]


def timed_artifacts(benchmark):
    """An input function: the files that a benchmark's jobs run."""

    def paths(wildcards):
        rows = timed(wildcards.mode, benchmark)
        noops = {
            (
                contenders.aot_artifact("noop", row.engine)
                if row.mode == engines.AOT
                else contenders.module("noop")
            )
            for row in rows
            if row.engine != contenders.NO_ENGINE
        }
        return [contenders.artifact(row) for row in rows] + sorted(noops)

    return paths


def plan_settings(wildcards):
    """What a benchmark's plan takes from the config: nothing that other benchmarks use alone."""
    return as_json(
        {
            "benchmark": wildcards.benchmark,
            "mode": wildcards.mode,
            "seed": config["seed"],
            "baseline": config["compare"]["baseline"],
            "confidence": config["confidence"],
            "settings": config["benchmarks"][wildcards.benchmark],
        }
    )


def mode_files(pattern):
    """An input function: `pattern` for every benchmark of a job's mode."""

    def paths(wildcards):
        return expand(pattern, mode=wildcards.mode, benchmark=BENCHMARKS)

    return paths


def figure_samples(wildcards):
    """The samples of a figure's mode."""
    return expand(
        "results/samples/{mode}/{benchmark}.csv",
        mode=wildcards.mode,
        benchmark=BENCHMARKS,
    )


def report_artifacts():
    """Every executable whose digest the fingerprint holds."""
    rows = contenders.native(config)
    rows += contenders.references(config)
    rows += [row for mode in MODES for row in contenders.wasm(config, mode)]
    return [
        "results/model/model.pb",
        "results/input.json",
        *sorted({contenders.artifact(row) for row in rows}),
    ]


def compile_records():
    """What compiling ahead of time took, where it is part of the comparison."""
    rows = contenders.wasm(config, engines.AOT) if engines.AOT in MODES else []
    return [f"{contenders.artifact(row)}.json" for row in rows]
