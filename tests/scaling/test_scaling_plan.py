"""What the workflow plans for the scaling, and what a config may ask of it."""

import copy
import re

import pytest
import yaml
from conftest import QUICK, planned_rules, snakemake
from snakemake.utils import update_config

from scripts.common import checks
from scripts.common.errors import UserError
from scripts.scaling import comparison

MEASURING = {
    *(f"scaling_{name}" for name in comparison.OF_MODELS),
    *(f"photographs_{name}" for name in comparison.OF_PHOTOGRAPHS),
}


def dry(root, *arguments):
    return snakemake(root, *QUICK, "--dry-run", "--nolock", "--forceall", *arguments)


@pytest.fixture(scope="module")
def planned(root):
    """The dry run of the target."""
    done = dry(root, "--", "scaling")
    assert done.returncode == 0, done.stderr
    return done


def counts(done):
    """Return how many jobs of each rule a dry run plans."""
    return dict(re.findall(r"^(\w+) +(\d+)$", done.stdout + done.stderr, re.MULTILINE))


def test_every_model_and_photograph_is_measured_and_checked_before(planned):
    found = counts(planned)
    assert {found[name] for name in MEASURING} == {"2"}
    # Of two models native, wasm and LiteRT; of the photographs' the builds alone, on all at once.
    assert (found["check_oracle"], found["check_photographs"]) == ("6", "2")
    assert (found["make_photograph"], found["photograph_answers"]) == ("2", "1")
    assert {"estimate_scaling", "scaling_figure", "scaling_md", "scaling_html"} <= set(found)


def test_only_packed_builds_are_compiled_each_for_every_model(planned):
    built = re.findall(r"Compiling build ([\w-]+),", planned.stdout + planned.stderr)
    assert sorted(built) == ["native-packed"] * 2 + ["wasm-packed"] * 2


def test_the_report_takes_nothing_of_it_unless_it_is_a_chapter(root):
    alone = planned_rules(dry(root, "--", "report"))
    assert not {name for name in alone if "scaling" in name or "photograph" in name}
    chapter = planned_rules(dry(root, "--config", "chapters=[scaling]", "--", "report"))
    assert chapter - alone >= {*MEASURING, "scaling_md"}


def test_without_photographs_there_are_none(root):
    none = "scaling={photographs: {megapixels: []}}"
    found = planned_rules(dry(root, "--config", none, "--", "scaling"))
    assert "scaling_md" in found
    assert not {name for name in found if "photograph" in name}


def test_without_a_model_one_line_says_so(root):
    done = dry(root, "--config", "scaling={models: []}", "--", "scaling")
    assert done.returncode != 0
    assert "config: scaling.models: there is none" in done.stdout + done.stderr


@pytest.fixture
def config(root):
    return yaml.safe_load((root / "config/config.yaml").read_text())


@pytest.fixture
def accept(root):
    """A function that checks and completes a config, as the workflow does."""
    return lambda config: checks.accept(config, root / "workflow/schemas/config.schema.yaml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": ["net"]}, "config: scaling.models: unknown model 'net'"),
        ({"builds": ["packed"]}, "config: scaling.builds: unknown 'packed'"),
        ({"builds": ["wasm-packed"]}, "scaling.builds: none is a native build that computes in f"),
        ({"builds": ["native-packed-w8a8"]}, "none is a native build that computes in floats"),
        ({"engine": "wasmtim"}, "config: scaling.engine: unknown 'wasmtim'"),
        ({"references": ["torch"]}, "config: scaling.references: unknown 'torch'"),
        (
            {"photographs": {"model": "mobilenet_v2_1.3_96"}},
            "mobilenet_v2_1.3_96' is not one of",
        ),
        (
            {"photographs": {"megapixels": [65]}},
            "megapixels.0: 65 is greater than the max",
        ),
        ({"benchmarks": {"cold_disk": {}}}, "unknown key 'scaling.benchmarks.cold_disk'"),
        ({"benchmarks": {"memory": {"modes": ["jit"]}}}, "'scaling.benchmarks.memory.modes'"),
        ({"pixels": 1}, "unknown key 'scaling.pixels'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(accept, config, change, words):
    changed = copy.deepcopy(config)
    update_config(changed["scaling"], change)
    with pytest.raises(UserError, match=re.escape(words)) as caught:
        accept(changed)
    assert "\n" not in str(caught.value)


def test_wasm_is_compared_with_the_native_build_of_its_kind(accept, config):
    accept(config)
    asked = comparison.of_models(config)
    assert dict(comparison.recipes(asked)) == {
        "native-packed": "",
        "native": "",
        "native-packed-w8a8": "",
        "wasm-packed@wasmtime-aot": "native-packed",
        "wasm-packed-w8a8@wasmtime-aot": "native-packed-w8a8",
        "litert": "",
        "litert_int8": "",
    }
    asked["compare"]["builds"].remove("native-packed-w8a8")
    assert dict(comparison.recipes(asked))["wasm-packed-w8a8@wasmtime-aot"] == ""


def test_the_overlay_has_every_width_and_size(accept, config, root):
    update_config(config, yaml.safe_load((root / "config/scaling.yaml").read_text()))
    accept(config)
    widths, sizes = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4), (96, 128, 160, 192, 224)
    grid = [f"mobilenet_v2_{width}_{size}" for width in widths for size in sizes]
    assert config["scaling"]["models"] == grid
