"""The oracle's cases with the answers of a form in integers instead of TensorFlow's."""

from collections.abc import Callable

import numpy as np

from scripts.common import files
from scripts.oracle.judgement import read_answers
from scripts.runners import reference


def write(
    classify: Callable[[np.ndarray], np.ndarray],
    labels: list[str],
    cases_of: tuple[str, str],
    out: tuple[str, str],
    moves: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> None:
    """Write the arrays and the readable answers, as answer_cases.py does.

    Args:
        classify: from a case's tensor, float32 [1, size, size, 3], to float32 [classes].
        labels: the classes' names.
        cases_of: what answer_cases.py wrote: the arrays (.npz) and the readable answers.
        out: the same two to be written.
        moves: from a case's tensor and its probabilities to how far each of these may be from a
            contender's, float32 [classes].
    """
    answers, cases = read_answers(cases_of[0]), files.read_json(cases_of[1])
    rows = []
    for case in cases["cases"]:
        tensor = answers[f"tensor/{case['name']}"]
        found = classify(tensor)
        answers[f"probabilities/{case['name']}"] = found
        rows.append(row(case, found, labels) | allowed(found, moves(tensor, found), labels))
    with files.atomic_write(out[0], "wb") as stream:
        np.savez(stream, **answers)
    files.write_json(out[1], cases | {"cases": rows})


def row(case: dict, found: np.ndarray, labels: list[str]) -> dict:
    """Return a case's row with another answer."""
    first, second = reference.best(found, labels, 2)["top"]
    return {"name": case["name"], "kind": case["kind"], **first, "second": second}


def allowed(found: np.ndarray, moves: np.ndarray, labels: list[str]) -> dict:
    """Return what a contender may name first, and how far its confidence may be off by that.

    Args:
        found: the probabilities, float32 [classes].
        moves: how far each may be from a contender's.
        labels: the classes' names.
    """
    first = found.argmax()
    good = np.flatnonzero(found + moves >= found[first] - moves[first])
    return {
        "as_good": [labels[index] for index in good],
        "moved": float(max(moves[good])),
    }
