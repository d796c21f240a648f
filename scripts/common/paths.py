"""Where everything lies that the workflow makes, relative to the working directory, written once.

Words in braces are wildcards for the rules, and filled in by `place` elsewhere.
"""

import os

from scripts.common import examples

# Set for jobs: what Snakemake puts before all paths where this workflow is a module of another.
PREFIX_VARIABLE = "MOBILENET_PREFIX"

# What is the same whatever the model.
TOOL = "results/tools/{tool}.json"
TOOL_STATE = "results/tools/{tool}.state"
TOOLS = "results/tools.csv"
ENGINE = "results/engines/{engine}.json"
ENGINES = "results/engines.csv"
REQUEST = "results/input.json"
SPAWN = "results/harness/spawn"
NOOP = "results/harness/noop"
BURN = "results/harness/burn"
PEAK = "results/harness/peak"
PEAK_RATES = "results/harness/peak.json"
COMPONENT_MAKER = "results/harness/component"
NOOP_MODULE = "results/harness/noop.wasm"
NOOP_AOT = "results/harness/noop-{engine}.{suffix}"

# The model and its other forms.
_MODEL = "results/models/{model}"
GRAPH = f"{_MODEL}/model.pb"
LABELS = f"{_MODEL}/labels.txt"
MODEL = f"{_MODEL}/model.json"
ARITHMETIC = f"{_MODEL}/arithmetic.json"
FOLDED = f"{_MODEL}/folded.pb"
PACKED = f"{_MODEL}/packed-{{panel}}.bin"
RANGES = f"{_MODEL}/ranges.json"
QUANTISED = f"{_MODEL}/packed-{{numbers}}-{{panel}}.bin"
REFERENCE = f"{_MODEL}/references/{{reference}}"

# What is built of it: the command, the action and the service, examples of the crate.
BUILD = f"{_MODEL}/build/{{build}}"
EXECUTABLE = f"{BUILD}/{examples.COMMAND}"
COMPILED = f"{BUILD}/{{example}}.wasm"
SNAPSHOT = f"{_MODEL}/snapshot/{{build}}/{{example}}.wasm"
MODULE = f"{_MODEL}/optimised/{{build}}/{{example}}.wasm"
AOT = f"{_MODEL}/aot/{{build}}/{{engine}}.{{suffix}}"

# The action as the host of `make serve` and of the deployment takes it, the one that is served, and
# the host's own copies.
PRECOMPILED = f"{_MODEL}/action/{{build}}.cwasm"
SERVED = "results/action.json"
ACTION_STORE = "results/action-store"

# The service as a component, and as `wasmtime serve` takes it.
COMPONENT = f"{_MODEL}/service/{{build}}.wasm"
SERVED_COMPONENT = f"{_MODEL}/service/{{build}}.cwasm"

# What the oracle says, and what is measured.
CASES = f"{_MODEL}/oracle/reference.json"
ANSWERS = f"{_MODEL}/oracle/reference.npz"
INTEGER_CASES = f"{_MODEL}/oracle/reference-{{numbers}}.json"
INTEGER_ANSWERS = f"{_MODEL}/oracle/reference-{{numbers}}.npz"
AGREEMENT = f"{_MODEL}/agreement/{{numbers}}.json"
# The same of labelled photographs, and what each contender's answers to these count.
LABELLED_ANSWERS = f"{_MODEL}/accuracy/answers.json"
COUNTS = f"{_MODEL}/accuracy/contenders/{{contender}}.json"
VERDICT = f"{_MODEL}/oracle/{{contender}}.json"
GATE = f"{_MODEL}/gates/{{contender}}.json"
ENGINE_CACHE = f"{_MODEL}/engine-cache/{{contender}}"
SAMPLES = f"{_MODEL}/samples/{{mode}}/{{benchmark}}.csv"
JOB = f"{_MODEL}/samples/{{mode}}/{{benchmark}}.json"

# The action under load: what the generator can do, and what is measured.
CEILING = f"{_MODEL}/deployment/ceiling.json"
LOADED = f"{_MODEL}/deployment/{{loaded}}.csv"
LOADED_JOB = f"{_MODEL}/deployment/{{loaded}}.json"
# What came of malformed requests to it.
FUZZED = f"{_MODEL}/deployment/fuzz.json"

LOADED_FIGURE = f"{_MODEL}/figures/deployment/{{figure}}.svg"

# The same over models and over photographs of many sizes.
SCALED = f"{_MODEL}/scaling/{{benchmark}}.csv"
PHOTOGRAPH = "results/photographs/{megapixels}.jpg"
PHOTOGRAPH_REQUEST = "results/photographs/{megapixels}.json"
_PHOTOGRAPHS = f"{_MODEL}/photographs"
PHOTOGRAPH_CASES = f"{_PHOTOGRAPHS}/oracle/reference.json"
PHOTOGRAPH_ANSWERS = f"{_PHOTOGRAPHS}/oracle/reference.npz"
PHOTOGRAPH_VERDICT = f"{_PHOTOGRAPHS}/oracle/{{contender}}.json"
PHOTOGRAPH_GATE = f"{_PHOTOGRAPHS}/gates/{{contender}}.json"
PHOTOGRAPHED = f"{_PHOTOGRAPHS}/{{megapixels}}/{{benchmark}}.csv"

# What follows from it, for all models.
DEPLOYMENT = "results/deployment.csv"
SCALING = "results/scaling.csv"
SCALING_LINES = "results/scaling-lines.csv"
SCALING_TWINS = "results/scaling-twins.csv"
SCALING_FIGURE = "results/figures/scaling/{figure}.svg"
ORACLE = "results/oracle.csv"
ACCURACY = "results/accuracy.csv"
ESTIMATES = "results/{mode}.csv"
LEVERS = "results/levers.csv"
TWINS = "results/twins.csv"
PAIRS = "results/pairs.csv"
EXPORTS = {
    "bencher": "results/exports/bencher.json",
    "smaller": "results/exports/smaller-is-better.json",
    "bigger": "results/exports/bigger-is-better.json",
    "hyperfine": "results/exports/hyperfine.json",
}
WATCH, WATCH_TEXT = "results/watch.csv", "results/watch.md"
MACHINE = "results/machine.json"
# Of several types of nodes: what stands before the paths of each, what is made once, the report.
MACHINES = "results/machines/{machine}/"
MADE = f"{_MODEL}/{{made}}"
ACROSS = "results/machines.md"
# Of the dataset that the config names: what this run added to it, and what it tells.
REMEMBERED = "results/history.json"
HISTORY, HISTORY_TEXT = "results/history.csv", "results/history.md"
HISTORY_FIGURES = "results/history"
FIGURE = f"{_MODEL}/figures/{{mode}}/{{figure}}.svg"
ANSWER = f"{_MODEL}/figures/answer.svg"
CHAPTER = "results/{chapter}.md"
CHAPTER_HTML = "results/{chapter}.html"
REPORT = "results/report.md"
REPORT_HTML = "results/report.html"
SELFCHECK = "results/selfcheck.md"
SELFCHECK_FIGURES = "results/selfcheck.json"
WATCH_CHECK = "results/selfcheck-watch.md"
WATCH_CHECK_FIGURES = "results/selfcheck-watch.json"


def place(template: str, **names: str) -> str:
    """Return the file that a template stands for, from where this process works."""
    return prefix() + template.format(**names)


def unplaced(path: str) -> str:
    """Return a path as the templates have it."""
    return path.removeprefix(prefix())


def prefix() -> str:
    """Return what stands before every path."""
    return os.environ.get(PREFIX_VARIABLE, "")
