"""YAML is what PyYAML says it is, and a mistake in it is shown."""

import importlib

import pytest
import yaml

from scripts.common import parsing


@pytest.mark.parametrize("name", ["models/manifest.yaml", "config/config.yaml"])
def test_it_says_what_pyyaml_says(root, name):
    text = (root / name).read_text()
    assert parsing.parse_yaml(text) == yaml.safe_load(text)


def test_a_mistake_is_shown_with_its_line():
    with pytest.raises(yaml.YAMLError, match=r"found character '\\t'(?s:.*)- b"):
        parsing.parse_yaml("a:\n\t- b\n")


def test_pyyaml_without_libyaml_will_do(monkeypatch):
    with monkeypatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader", raising=False)
        assert importlib.reload(parsing).parse_yaml("a: [1, b]") == {"a": [1, "b"]}
    importlib.reload(parsing)
