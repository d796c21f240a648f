"""A wrong config is refused in words; the shipped ones are whole."""

import copy

import pytest
import yaml
from conftest import planned_rules, snakemake
from snakemake.utils import update_config

from scripts.bench import registry
from scripts.common import checks
from scripts.common.errors import UserError
from scripts.contenders import selection
from scripts.stats.percentiles import needed


@pytest.fixture
def accept(root):
    """A function that checks and completes a config, as the workflow does."""
    return lambda config: checks.accept(config, root / "workflow/schemas/config.schema.yaml")


@pytest.fixture
def config(root):
    return yaml.safe_load((root / "config/config.yaml").read_text())


def put(config, path, value):
    """Return a copy of the config with the value at a dotted path."""
    changed = copy.deepcopy(config)
    *folders, key = path.split(".")
    place = changed
    for folder in folders:
        place = place[folder]
    place[key] = value
    return changed


def test_a_fast_contender_gets_its_p99(config):
    """The shipped config asks for as many inferences as a p99 takes."""
    settings = config["benchmarks"]["inference"]
    assert settings["min_rounds"] * settings["iterations"] >= needed(99)


@pytest.mark.parametrize(
    "name",
    [
        *("config.yaml", "quick.yaml", "levers.yaml", "int8.yaml", "scaling.yaml", "engines.yaml"),
        *("watch.yaml", "counts.yaml", "efficientnet.yaml"),
    ],
)
def test_shipped_configs_are_valid(root, accept, config, name):
    update_config(config, yaml.safe_load((root / "config" / name).read_text()))
    accept(config)


def test_defaults_are_filled_in(accept, config):
    del config["weights"], config["oracle"], config["benchmarks"]["memory"]["warmup_rounds"]
    accept(config)
    assert config["weights"] == "auto"
    assert config["oracle"]["images"] == []
    assert config["benchmarks"]["memory"]["warmup_rounds"] == 1
    assert config["builds"]["native-plain"]["profile"] == {}
    config["builds"]["native-plain"]["profile"]["lto"] = "fat"
    assert config["builds"]["wasm"]["rustflags"] is not config["builds"]["native"]["rustflags"]


WRONG = [
    ("wieghts", "auto", "unknown key 'wieghts'; did you mean 'weights'?"),
    ("builds.wasm.optlevel", "z", "unknown key 'builds.wasm.optlevel'; known keys: target, "),
    ("benchmarks.cold_start.min_round", 3, "min_round'; did you mean 'min_rounds'?"),
    ("benchmarks.cold_strat", {}, "'benchmarks.cold_strat'; did you mean 'cold_start'?"),
    ("weights", "random", "weights: 'random' is not one of auto, pretrained, seeded"),
    ("builds.native.target", "arm", "builds.native.target: 'arm' is not one of native, wasm"),
    ("builds.native-packed.lanes", "sse3", "lanes: 'sse3' is not one of auto, "),
    ("compare.modes", ["interpreted"], "compare.modes.0: 'interpreted' is not one of jit, aot"),
    ("compare.builds", "native", "compare.builds: 'native' is not of type array"),
    ("builds.wasm.profile", {"lto": []}, "profile.lto: [] is not of type string or integer or boo"),
    ("compare", {"models": ["net"], "builds": ["native"]}, "the key 'compare.engines' is missing"),
    ("builds.Noisy", {"target": "wasm"}, "builds: 'Noisy' cannot be a name: it must match ^[a-z"),
    ("builds.noop", {"target": "wasm"}, "builds: 'noop' cannot be a name: it is taken"),
    ("benchmarks.cold_start.min_rounds", 0, "cold_start.min_rounds: 0 is less than the minimum"),
    ("confidence", 1.0, "confidence: 1.0 is greater than or equal to the maximum of 1"),
    ("confidence", float("nan"), "confidence: nan is not of type number"),
    ("benchmarks.cold_start.min_rounds", 3.0, "min_rounds: 3.0 is not of type integer"),
    ("seed", "x" * 9999, "seed: 'xxx"),
]


@pytest.mark.parametrize(("path", "value", "words"), WRONG)
def test_wrong_keys_and_values_are_refused_in_one_line(accept, config, path, value, words):
    with pytest.raises(UserError) as caught:
        accept(put(config, path, value))
    assert words in str(caught.value)
    assert str(caught.value).startswith("config: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_console_shows_a_wrong_key_and_little_else(root):
    done = snakemake(root, "--dry-run", "--quiet", "--nolock", "--config", "wieghts=auto")
    assert done.returncode != 0
    shown = (done.stdout + done.stderr).splitlines()
    assert "config: unknown key 'wieghts'; did you mean 'weights'?" in shown
    assert len(shown) <= 6


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("compare.models", ["resnet"], "config: compare.models: unknown model 'resnet'"),
        ("compare.references", ["torch"], "compare.references: unknown 'torch'"),
        ("engines.old", {"runner": "wasmtim"}, "engines.old: runner: unknown 'wasmtim'"),
        ("engines.old", {"runner": "wasmtime"}, "engines.old: tool: unknown 'old'"),
        ("engines.old", {"runner": "wasmtime", "path": "no/file"}, "engines.old.path: there is no"),
        ("engines.wasmer", {"version": "7.3.0"}, "engines.wasmer: envs/tools.yaml has a tool of"),
        (
            "engines.old",
            {"runner": "wasmtime", "path": "Makefile", "version": "1.0"},
            "engines.old: version and path exclude each other",
        ),
        (
            "engines.old",
            {"runner": "wasmtime", "tool": "wasm-opt", "version": "1.0"},
            "engines.old.version: envs/tools.yaml pins no version of 'wasm-opt' to replace",
        ),
        ("compare.builds", ["native", "wasm-128"], "compare.builds: unknown 'wasm-128'"),
        ("compare.engines", ["wavm"], "compare.engines: unknown 'wavm'"),
        ("compare.benchmarks", ["cold"], "compare.benchmarks: unknown 'cold'"),
        ("compare.actions", ["native"], "compare.actions: 'native' is no wasm build"),
        ("compare.actions", ["wasm-128"], "compare.actions: unknown 'wasm-128'"),
        ("compare.aot_only", ["wasm-128"], "compare.aot_only: unknown 'wasm-128'"),
        ("compare.baseline", "native-slow", "compare.baseline: unknown 'native-slow'"),
        ("engines.wasmtimee", {}, "runner: unknown 'wasmtimee'; did you mean 'wasmtime'?"),
        ("benchmarks.cold_start.max_rounds", 1, "cold_start: max_rounds is less than min_rounds"),
        (
            "scaling.benchmarks.memory.max_rounds",
            1,
            "scaling.benchmarks.memory: max_rounds is less",
        ),
        ("compare.baseline", "wasm", "is no native build"),
        ("builds.native.lanes", "sse2", "builds.native: `lanes` is of `runtime: packed` alone"),
        ("builds.native-packed.tract", "0.23.8", "`tract` is of `runtime: tract` alone"),
        ("builds.native.numbers", "w8a8", "builds.native: integers are of `runtime: packed` alone"),
    ],
)
def test_names_must_refer_to_something(accept, config, path, value, words):
    changed = put(config, path, value)
    with pytest.raises(UserError, match=words):
        accept(changed)


def test_benchmarks_can_be_narrowed(accept, config):
    accept(config)
    assert selection.benchmarks(config, "aot") == list(config["benchmarks"])
    changed = put(config, "compare.benchmarks", ["size", "memory"])
    accept(changed)
    assert selection.benchmarks(changed, "jit") == ["memory", "size"]


def test_a_benchmark_can_be_of_one_mode(accept, config):
    changed = put(config, "benchmarks.memory.modes", ["jit"])
    accept(changed)
    assert "memory" in selection.benchmarks(changed, "jit")
    assert "memory" not in selection.benchmarks(changed, "aot")
    alone = put(put(changed, "compare.benchmarks", ["memory"]), "compare.modes", ["aot"])
    with pytest.raises(UserError, match=r"compare\.modes: no benchmark is measured in aot"):
        accept(alone)


@pytest.mark.parametrize(
    ("compare", "runs", "spares"),
    [
        ("engines: [wasmer]", {"snapshot", "compile_aot", "report_md"}, set()),
        ("engines: []", {"snapshot", "check_oracle", "report_md"}, {"compile_aot"}),
        ("actions: []", {"compile_aot", "report_md"}, {"build_wasm_deployed"}),
        ("engines: [], builds: [native-plain]", {"report_md"}, {"build_wasm", "optimise"}),
        ("benchmarks: [memory]", {"memory", "figure", "report_md"}, {"cold_start", "size"}),
        ("benchmarks: [size]", {"size", "figure", "report_md"}, {"memory", "phases"}),
    ],
)
def test_a_narrower_comparison_can_be_planned(root, compare, runs, spares):
    arguments = ["--configfile", "config/quick.yaml", "--forceall", "--config"]
    done = snakemake(
        root, "--dry-run", "--nolock", *arguments, f"compare={{{compare}}}", "--", "report"
    )
    assert done.returncode == 0, done.stderr
    assert runs <= planned_rules(done)
    assert not spares & planned_rules(done)


@pytest.mark.parametrize(("overlay", "is_counted"), [("quick.yaml", 0), ("counts.yaml", 1)])
def test_instructions_are_counted_and_valgrind_looked_for_where_asked(root, overlay, is_counted):
    """Not in the default comparison, which it would slow down."""
    overlays = ["--configfile", f"config/{overlay}", "--forceall"]
    done = snakemake(root, "--dry-run", "--nolock", *overlays, "--", "report")
    assert done.returncode == 0, done.stderr
    assert ("instructions" in planned_rules(done)) == is_counted
    assert ("results/tools/valgrind.json" in done.stdout + done.stderr) == is_counted


def test_every_key_is_explained(root):
    """config/README.md names every key of the schema."""
    prose = (root / "config/README.md").read_text()
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())
    own = (key for benchmark in registry.every().values() for key in benchmark.settings)
    missing = [key for key in (*keys(schema), *own) if f"`{key}`" not in prose]
    assert not missing


def test_every_benchmark_says_of_itself_what_the_prose_says(root):
    prose = (root / "config/README.md").read_text()
    for name, benchmark in registry.every().items():
        assert f"| `{name}` | {benchmark.what} |" in prose


def keys(node):
    """Yield every property name of a schema."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for value in node.values():
            yield from keys(value)


# What the name of a lever between builds of one target has to mention, where this differs.
NAMED = {
    "opt-level": ("opt-level", "optimising"),
    "codegen-units": ("link-time", "optimising"),
    "wasm_opt": ("wasm-opt", "optimising"),
    "snapshot": ("snapshot",),
    "numbers": ("integers", "bits"),
    "-disable-lsr": ("loop strength", "optimising"),
}


def setting(build, name):
    if name == "-disable-lsr":
        return any(name in flag for flag in build["rustflags"])
    return build["profile"].get(name, build.get(name))


@pytest.mark.parametrize("name", ["config.yaml", "levers.yaml"])
def test_a_lever_s_name_tells_all_that_it_changes(root, accept, config, name):
    update_config(config, yaml.safe_load((root / "config" / name).read_text()))
    accept(config)
    for lever in config["levers"]:
        old, new = (config["builds"][lever[end]] for end in ("from", "to"))
        for key, words in NAMED.items():
            one_target = old["target"] == new["target"] or key == "snapshot"
            if one_target and setting(old, key) != setting(new, key):
                assert any(word in lever["lever"] for word in words), (lever, key)
