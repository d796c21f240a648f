"""What one benchmark job measures: its contenders, the oracle's verdicts and its settings."""

from typing import Any

from scripts.contenders import records


def plan(
    settings: dict[str, Any],
    model: dict[str, Any],
    contenders: list[dict[str, Any]],
    gates: dict[str, dict[str, Any]],
    programs: dict[str, str],
) -> dict[str, Any]:
    """Return the plan; the baseline enters twice and the no-op once, as the harness's self-check.

    Args:
        settings: benchmark, mode, seed, baseline, confidence and the benchmark's own settings.
        model: the model's record.
        contenders: their records.
        gates: the oracle's verdict {passed, reason}, by contender.
        programs: path of each tool's program.
    """
    rows = [{**record, "gate": gates[record["judged_as"]]} for record in contenders]
    baseline = next(row for row in rows if row["contender"] == settings["baseline"])
    passed = {"passed": True, "reason": None}
    return {
        **settings,
        "model": model["name"],
        "weights": model["weights"],
        "programs": programs,
        "contenders": [*rows, records.twin(baseline), {**records.noop(), "gate": passed}],
    }
