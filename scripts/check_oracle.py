"""Rule script: is one contender right? The verdict is written; a wrong contender is no error here.

Two checks against the oracle's answers: the same input tensor gives the same probabilities, and a
photograph, decoded and resized by the contender itself, the same label with about the same
confidence.
"""

import argparse
import base64
import json
import math
import zipfile
from dataclasses import dataclass
from typing import Any

import errors
import files
import numpy as np
from ask_contender import ContenderError, ask
from errors import UserError


@dataclass(frozen=True)
class Limits:
    """What a contender may differ by, and how long it may take (seconds, each request)."""

    tensor: float
    confidence: float
    timeout: float


def read_contender(text: str) -> dict[str, Any]:
    """Return a contender's record, given as JSON or as the path of a JSON file."""
    try:
        record = json.loads(text) if text.lstrip().startswith("{") else files.read_json(text)
    except ValueError as error:
        raise UserError(f"the contender is no JSON ({error}): {text}") from error
    command = record.get("command") if isinstance(record, dict) else None
    if not isinstance(command, list) or not command or "contender" not in record:
        raise UserError(f"the contender needs `contender` and a `command` list: {text}")
    return record


def read_answers(path: str) -> dict[str, np.ndarray]:
    """Return the arrays that reference_answers.py wrote."""
    try:
        with np.load(path) as arrays:
            return dict(arrays)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(f"cannot read the oracle's answers {path}: {error}; remake it") from error


def check_tensor(record: dict, answers: dict, name: str, limits: Limits) -> dict[str, Any]:
    """Return the row of one tensor: the largest difference of any class's probability."""
    tensor = answers[f"tensor/{name}"].astype("<f4").tobytes()
    request = {"tensor": base64.b64encode(tensor).decode("ascii"), "probabilities": True}
    row = {"image": name, "max_abs_diff": None, "passed": False, "reason": None}
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
    row = {
        "image": name,
        "label": None,
        "reference_label": expected["label"],
        "confidence": None,
        "reference_confidence": expected["confidence"],
        "confidence_diff": None,
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
    if label != expected["label"]:
        row["reason"] = f"photograph {name}: {label!r} instead of {expected['label']!r}"
        if label == expected["second"]["label"]:
            margin = expected["confidence"] - expected["second"]["confidence"]
            row["reason"] += f", which the reference has {margin:.4f} behind"
    elif not difference <= limits.confidence:
        row["reason"] = (
            f"photograph {name}: confidence {confidence:.4f} instead of "
            f"{expected['confidence']:.4f}, more than {limits.confidence:g} away"
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
    return verdict(record, rows, limits)


def verdict(record: dict, rows: dict[str, list[dict]], limits: Limits) -> dict[str, Any]:
    """Return the record of a contender's verdict from the rows of its two checks."""
    failed = [row["reason"] for row in rows["tensors"] + rows["images"] if not row["passed"]]
    names = {key: record[key] for key in ("contender", "build", "engine", "mode") if key in record}
    return {
        **names,
        "passed": not failed,
        "reason": failed[0] if failed else None,
        "tensor_max_abs_diff": _largest(row["max_abs_diff"] for row in rows["tensors"]),
        "confidence_max_abs_diff": _largest(row["confidence_diff"] for row in rows["images"]),
        "tolerances": {"tensor": limits.tensor, "confidence": limits.confidence},
        **rows,
    }


def _largest(differences) -> float | None:
    return max((value for value in differences if value is not None), default=None)


def main(argv: list[str] | None = None) -> int:
    """Write results/oracle/{contender}.json; exit code 0 whether the contender passed or not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contender", required=True, help="its record: a JSON file, or JSON")
    parser.add_argument("--reference", required=True, help="arrays of reference_answers.py (.npz)")
    parser.add_argument("--cases", required=True, help="readable answers of reference_answers.py")
    parser.add_argument("--tensor-tolerance", type=float, default=1e-4)
    parser.add_argument("--confidence-tolerance", type=float, default=0.03)
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one request")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    record = read_contender(args.contender)
    answers, cases = read_answers(args.reference), files.read_json(args.cases)["cases"]
    limits = Limits(args.tensor_tolerance, args.confidence_tolerance, args.timeout)
    result = check(record, answers, cases, limits)
    files.write_json(args.out, result)
    outcome = "passed" if result["passed"] else f"FAILED: {result['reason']}"
    print(f"oracle: {record['contender']} {outcome}")
    return 0


if __name__ == "__main__":
    errors.run(main)
