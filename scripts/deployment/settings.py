"""The keys that benchmarks of the deployment have in the config, as JSON schemas with defaults."""

from typing import Any

Schema = dict[str, Any]
# A load of this share of the saturation leaves a host room: what is measured is one activation.
UNLOADED = 0.2


def rounds(default: int) -> Schema:
    """Return the key that says how often all contenders are measured, in a random order."""
    return {
        "description": "Rounds that measure every host; at 99 % an interval needs eight.",
        "type": "integer",
        "minimum": 1,
        "default": default,
    }


def seconds(default: float) -> Schema:
    """Return the key that says how long each load lasts."""
    return {
        "description": "Seconds that a load lasts.",
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 600,
        "default": default,
    }


def share(default: float) -> Schema:
    """Return the key that says how much load there is."""
    return {
        "description": "Arrival rate as a share of what the host does at saturation.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": default,
    }


def levels(description: str, items: Schema, default: list[float]) -> Schema:
    """Return the key that says at which levels, two or more of them, something is measured."""
    return {
        "description": description,
        "type": "array",
        "items": items,
        "minItems": 2,
        "uniqueItems": True,
        "default": default,
    }
