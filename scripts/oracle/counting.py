"""What a contender's answers to labelled photographs count, each beside TensorFlow's answer."""

from collections.abc import Sequence
from typing import Any

from scripts.oracle.exchange import ContenderError

# How many of the most probable classes are asked for, as far as the model has so many.
MOST = 5
TOPS = {"top1": 1, "top5": MOST}


def classes(answer: dict[str, Any]) -> list[int] | None:
    """Return the most probable classes of an answer, the first first; None of an `error`.

    Raises:
        ContenderError: it has neither.
    """
    if "error" in answer:
        return None
    try:
        return [int(row["index"]) for row in answer["top"]]
    except (KeyError, TypeError, ValueError):
        raise ContenderError("an answer has no most probable classes") from None


def counts(photographs: Sequence[dict], found: Sequence[list[int] | None]) -> dict[str, Any]:
    """Return what is counted on the photographs that were answered, in the order of both.

    Args:
        photographs: what TensorFlow says: the `class` that is right, and its `top` classes.
        found: a contender's; None where it refused a photograph, which is not right then.

    Returns:
        For `top1` and `top5` how often a contender is `right`, how often TensorFlow, and how often
        one alone; how often both name the same class first.
    """
    pairs = [(row, top or []) for row, top in zip(photographs, found, strict=False)]
    return {
        "photographs": len(pairs),
        "refused": sum(top is None for top in found),
        **{name: _right(pairs, most) for name, most in TOPS.items()},
        "agreed": sum(row["top"][:1] == top[:1] for row, top in pairs),
    }


def _right(pairs: list[tuple[dict, list[int]]], most: int) -> dict[str, int]:
    both = [(row["class"] in row["top"][:most], row["class"] in top[:most]) for row, top in pairs]
    return {
        "right": sum(own for _, own in both),
        "tensorflow": sum(other for other, _ in both),
        "only_tensorflow": sum(other and not own for other, own in both),
        "only_contender": sum(own and not other for other, own in both),
    }
