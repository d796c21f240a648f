"""The keys that benchmarks have in the config, as JSON schemas with their defaults."""

from typing import Any

Schema = dict[str, Any]

# What every benchmark has in the config besides its own keys.
MODES: dict[str, Schema] = {
    "modes": {
        "description": "The jobs it is measured in, of those that `compare` has.",
        "type": "array",
        "items": {"enum": ["jit", "aot"]},
        "minItems": 1,
        "uniqueItems": True,
        "default": ["jit", "aot"],
    }
}


def rounds(
    warmup: int = 1, fewest: int = 10, most: int = 30, width: float = 0.05, seconds: float = 300
) -> dict[str, Schema]:
    """Return the keys of a benchmark whose rounds go on until the ratios are known."""
    return {
        "warmup_rounds": {
            "description": "First rounds, kept in the samples and out of the estimates.",
            "type": "integer",
            "minimum": 0,
            "default": warmup,
        },
        "min_rounds": {
            "description": "Rounds that are always measured.",
            "type": "integer",
            "minimum": 1,
            "default": fewest,
        },
        "max_rounds": {
            "description": "No more rounds than this.",
            "type": "integer",
            "minimum": 1,
            "default": most,
        },
        "ratio_width": {
            "description": (
                "Rounds are added until every ratio's interval is narrower than this share of its "
                "lower end; one no wider than `margin` is never undecided."
            ),
            "type": "number",
            "exclusiveMinimum": 0,
            "default": width,
        },
        "budget_seconds": budget_seconds(seconds),
        "one_core": {
            "description": "The jobs in which all processes are kept on one core.",
            "type": "array",
            "items": {"enum": ["jit", "aot"]},
            "uniqueItems": True,
            "default": [],
        },
    }


def blocks(runs: int = 100, block: int = 10, seconds: float = 300) -> dict[str, Schema]:
    """Return the keys of a benchmark whose rounds are blocks of processes."""
    return {
        "runs": {
            "description": "Fresh processes of each contender one after another, in all.",
            "type": "integer",
            "minimum": 1,
            "default": runs,
        },
        "runs_per_block": {
            "description": "Fresh processes one after another, before the next contender's turn.",
            "type": "integer",
            "minimum": 1,
            "default": block,
        },
        "budget_seconds": budget_seconds(seconds),
    }


def budget_seconds(default: float) -> Schema:
    """Return the key that ends a benchmark by its time."""
    return {
        "description": "No round is begun after this many seconds, once the fewest are done.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": default,
    }
