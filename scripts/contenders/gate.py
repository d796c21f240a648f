"""The gate: of the oracle's verdict on a contender what jobs read that run what passed."""

from typing import Any


def of(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return the gate of a verdict; its other figures are no cause to measure again."""
    return {key: verdict[key] for key in ("contender", "passed", "ran", "reason")}


def refusal(gate: dict[str, Any]) -> str:
    """Return why a contender that did not pass takes no part: wrong, or not to be run at all."""
    return f"failed the oracle: {gate['reason']}" if gate["ran"] else gate["reason"]
