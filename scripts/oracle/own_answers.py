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
    as_good: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> None:
    """Write the arrays and the readable answers, as answer_cases.py does.

    Args:
        classify: from a case's tensor, float32 [1, size, size, 3], to float32 [classes].
        labels: the classes' names.
        cases_of: what answer_cases.py wrote: the arrays (.npz) and the readable answers.
        out: the same two to be written.
        as_good: from a case's tensor and its probabilities to which classes a contender may name
            first, bool [classes].
    """
    answers, cases = read_answers(cases_of[0]), files.read_json(cases_of[1])
    rows = []
    for case in cases["cases"]:
        tensor = answers[f"tensor/{case['name']}"]
        found = classify(tensor)
        answers[f"probabilities/{case['name']}"] = found
        good = np.flatnonzero(as_good(tensor, found))
        rows.append(row(case, found, labels) | {"as_good": [labels[index] for index in good]})
    with files.atomic_write(out[0], "wb") as stream:
        np.savez(stream, **answers)
    files.write_json(out[1], cases | {"cases": rows})


def row(case: dict, found: np.ndarray, labels: list[str]) -> dict:
    """Return a case's row with another answer."""
    first, second = reference.best(found, labels, 2)["top"]
    return {"name": case["name"], "kind": case["kind"], **first, "second": second}
