"""A wrong config is refused in words; the shipped ones are whole."""

import copy

import checks
import pytest
import yaml
from errors import UserError
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config, validate


@pytest.fixture
def schema(root):
    return str(root / "workflow/schemas/config.schema.yaml")


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


@pytest.mark.parametrize("name", ["config.yaml", "quick.yaml", "levers.yaml"])
def test_shipped_configs_are_valid(root, schema, config, name):
    update_config(config, yaml.safe_load((root / "config" / name).read_text()))
    validate(config, schema)
    checks.check(config)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("wieghts", "auto"),
        ("weights", "random"),
        ("builds.wasm.optlevel", "z"),
        ("builds.native.target", "arm"),
        ("compare.modes", ["interpreted"]),
        ("benchmarks.cold_start.rounds", 3),
        ("benchmarks.cold_start.min_rounds", 0),
        ("confidence", 1.0),
    ],
)
def test_wrong_keys_and_values_are_refused(schema, config, path, value):
    with pytest.raises(WorkflowError, match=r"(?s)" + path.split(".")[-1]):
        validate(put(config, path, value), schema)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("model", "resnet", "unknown model 'resnet'"),
        ("compare.builds", ["native", "wasm-128"], "compare.builds: unknown 'wasm-128'"),
        ("compare.engines", ["wavm"], "compare.engines: unknown 'wavm'"),
        ("compare.baseline", "native-slow", "compare.baseline: unknown 'native-slow'"),
        ("compare.baseline", "wasm", "is no native build"),
    ],
)
def test_names_must_refer_to_something(schema, config, path, value, words):
    changed = put(config, path, value)
    validate(changed, schema)
    with pytest.raises(UserError, match=words):
        checks.check(changed)


def test_every_key_is_explained(root):
    """config/README.md names every key of the schema."""
    prose = (root / "config/README.md").read_text()
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())
    missing = [key for key in keys(schema) if f"`{key}`" not in prose]
    assert not missing


def keys(node):
    """Yield every property name of a schema."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for value in node.values():
            yield from keys(value)
