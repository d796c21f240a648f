"""YAML, parsed by libyaml: by PyYAML itself it takes eight times as long, at every plan."""

from typing import Any

import yaml

# PyYAML comes without it, too.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """Return what YAML says.

    Raises:
        yaml.YAMLError: it is none; told by PyYAML, which shows the line.
    """
    try:
        return yaml.load(text, Loader=LOADER)
    except yaml.YAMLError:
        return yaml.safe_load(text)
