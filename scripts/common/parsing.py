"""YAML, parsed by libyaml: by PyYAML itself it takes ten times as long, at every plan."""

from typing import Any

import yaml


def parse_yaml(text: str) -> Any:
    """Return what YAML says.

    Raises:
        yaml.YAMLError: it is none.
    """
    return yaml.load(text, Loader=yaml.CSafeLoader)
