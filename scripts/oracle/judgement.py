"""What the oracle makes of one contender: the rows of its two checks, and the verdict.

The same input tensor gives the same probabilities, and a photograph, decoded and resized by the
contender itself, the same label with about the same confidence.
"""

import base64
import math
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np

from scripts.common.errors import UserError
from scripts.oracle.exchange import ContenderError, ask


@dataclass(frozen=True)
class Limits:
    """What a contender may differ by, and how long it may take (seconds, each request)."""

    tensor: float
    confidence: float
    timeout: float


def read_answers(path: str) -> dict[str, np.ndarray]:
    """Return the arrays that answer_cases.py wrote."""
    try:
        with np.load(path) as arrays:
            return dict(arrays)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(f"cannot read the oracle's answers {path}: {error}; remake it") from error


def cached(record: dict[str, Any], folder: str) -> dict[str, Any]:
    """Return a contender's record with an engine that keeps what it compiled in `folder`.

    Just in time, the first check then compiles, and the engine's cache serves the others.
    """
    if "default_command" not in record:
        return record
    return record | {
        "command": record["default_command"],
        "env": dict.fromkeys(record["env"], folder),
    }


def unanswered(name: str, limits: Limits) -> dict[str, Any]:
    """Return the row of a tensor that has no answer yet."""
    return {
        "image": name,
        "max_abs_diff": None,
        "tolerance": limits.tensor,
        "passed": False,
        "reason": None,
    }


def check_tensor(record: dict, answers: dict, name: str, limits: Limits) -> dict[str, Any]:
    """Return the row of one tensor: the largest difference of any class's probability."""
    tensor = answers[f"tensor/{name}"].astype("<f4").tobytes()
    request = {"tensor": base64.b64encode(tensor).decode("ascii"), "probabilities": True}
    row = unanswered(name, limits)
    try:
        reply = ask(record["command"], record.get("env", {}), request, limits.timeout)
    except ContenderError as error:
        return row | {"reason": f"tensor {name}: {error}", "crashed": True}
    expected = answers[f"probabilities/{name}"]
    try:
        found = np.asarray(reply.get("probabilities"), dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.shape != expected.shape or not np.isfinite(found).all():
        reason = f"tensor {name}: the answer has no {expected.size} finite probabilities"
        return row | {"reason": reason}
    row["max_abs_diff"] = float(np.abs(found - expected).max())
    row["passed"] = row["max_abs_diff"] <= limits.tensor
    if not row["passed"]:
        row["reason"] = (
            f"tensor {name}: probabilities differ by {row['max_abs_diff']:.3g}, "
            f"more than {limits.tensor:g}"
        )
    return row


def check_photograph(
    record: dict, answers: dict, name: str, expected: dict, limits: Limits
) -> dict[str, Any]:
    """Return the row of one photograph: label and confidence, found and expected."""
    image = base64.b64encode(answers[f"image/{name}"].tobytes()).decode("ascii")
    tolerance = limits.confidence + expected.get("moved", 0)
    row = {
        "image": name,
        "label": None,
        "reference_label": expected["label"],
        "confidence": None,
        "reference_confidence": expected["confidence"],
        "confidence_diff": None,
        "tolerance": tolerance,
        "passed": False,
        "reason": None,
    }
    try:
        reply = ask(record["command"], record.get("env", {}), {"image": image}, limits.timeout)
    except ContenderError as error:
        return row | {"reason": f"photograph {name}: {error}", "crashed": True}
    label, confidence = reply.get("label"), reply.get("confidence")
    is_number = isinstance(confidence, int | float) and math.isfinite(confidence)
    if not isinstance(label, str) or not is_number:
        return row | {"reason": f"photograph {name}: the answer has no label and confidence"}
    difference = abs(confidence - expected["confidence"])
    row |= {"label": label, "confidence": confidence, "confidence_diff": difference}
    if label not in expected.get("as_good", [expected["label"]]):
        row["reason"] = f"photograph {name}: {label!r} instead of {expected['label']!r}"
        if label == expected["second"]["label"]:
            margin = expected["confidence"] - expected["second"]["confidence"]
            row["reason"] += f", which the reference has {margin:.4f} behind"
    elif not difference <= tolerance:
        row["reason"] = (
            f"photograph {name}: confidence {confidence:.4f} instead of "
            f"{expected['confidence']:.4f}, more than {tolerance:.3g} away"
        )
    return row | {"passed": row["reason"] is None}


def check(record: dict, answers: dict, cases: list[dict], limits: Limits) -> dict[str, Any]:
    """Return the verdict on a contender; after a request without an answer no more are sent."""
    photographs = [case for case in cases if case["kind"] == "photograph"]
    requests = [("tensors", check_tensor, (case["name"],)) for case in cases]
    requests += [("images", check_photograph, (case["name"], case)) for case in photographs]
    rows = {"tensors": [], "images": []}
    for kind, run, arguments in requests:
        row = run(record, answers, *arguments, limits)
        crashed = row.pop("crashed", False)
        rows[kind].append(row)
        if crashed:
            break
    return verdict(record, rows)


def not_run(record: dict, why: str, case: str, limits: Limits) -> dict[str, Any]:
    """Return the verdict on a contender that could not be asked at all."""
    row = unanswered(case, limits) | {"reason": why}
    return verdict(record, {"tensors": [row], "images": []}) | {"ran": False}


def verdict(record: dict, rows: dict[str, list[dict]]) -> dict[str, Any]:
    """Return the record of a contender's verdict from the rows of its two checks."""
    failed = [row["reason"] for row in rows["tensors"] + rows["images"] if not row["passed"]]
    names = {
        key: record[key]
        for key in ("model", "contender", "build", "engine", "mode")
        if key in record
    }
    return {
        **names,
        "passed": not failed,
        "ran": True,
        "reason": failed[0] if failed else None,
        "tensor_max_abs_diff": _largest(row["max_abs_diff"] for row in rows["tensors"]),
        "confidence_max_abs_diff": _largest(row["confidence_diff"] for row in rows["images"]),
        **rows,
    }


def _largest(differences) -> float | None:
    return max((value for value in differences if value is not None), default=None)
