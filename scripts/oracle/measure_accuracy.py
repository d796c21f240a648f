"""Rule script: of how many labelled photographs a contender is right, in one process of it.

Counts alone are written, with what TensorFlow says of the same photographs: how sure they are is
the stage stats' matter. A contender that fails is no error here: the reason is written.
"""

import argparse
import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.common import errors, files
from scripts.contenders import gate, records
from scripts.contenders.contender import Contender
from scripts.oracle.counting import MOST, classes, counts
from scripts.oracle.exchange import ContenderError, converse
from scripts.oracle.photographs import Labelled
from scripts.tools import location

# What decodes and resizes photographs: in a program of this project's its own code, before a
# reference runtime Pillow, as before TensorFlow.
CLASSIFIER, PILLOW = "classifier", "Pillow"


def requests(answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a request for the most probable classes of each photograph."""
    most = min(MOST, answers["classes"])
    for row in answers["photographs"]:
        data = Labelled(Path(row["file"]), row["class"]).data()
        yield {"image": base64.b64encode(data).decode("ascii"), "top": most}


def measure(record: dict[str, Any], answers: dict[str, Any], budget: float) -> dict[str, Any]:
    """Return what a contender's answers count, or the `reason` why there are none.

    Args:
        record: how it is run.
        answers: what answer_labelled.py wrote.
        budget: seconds; what is not answered by then does not count.
    """
    rows = answers["photographs"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            env = dict.fromkeys(record["env"], folder)
            command = record["lines_command"]
            replies = converse(command, env, requests(answers), len(rows), budget)
        found = [classes(reply) for reply in replies]
    except ContenderError as error:
        return {"reason": str(error)}
    return {"reason": None, "listed": len(rows), **counts(rows, found)}


def main(argv: list[str] | None = None) -> int:
    """Write the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", help="as answer_labelled.py writes them")
    parser.add_argument(
        "--contender", required=True, type=json.loads, help="as JSON, see contenders/records.py"
    )
    parser.add_argument("--tools", nargs="*", default=[], help="record of its engine")
    parser.add_argument("--gate", required=True, help="the oracle's verdict")
    parser.add_argument("--budget", required=True, type=float, help="seconds")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    record = records.record(args.contender, location.programs(args.tools))
    judged = files.read_json(args.gate)
    if judged["passed"]:
        found = measure(record, files.read_json(args.answers), args.budget)
    else:
        found = {"reason": gate.refusal(judged)}
    target = Contender(**args.contender).by.target
    names = {key: record[key] for key in ("model", "contender", "build", "engine", "mode")}
    names["preprocessing"] = PILLOW if target == "graph" else CLASSIFIER
    files.write_json(args.out, names | found)
    print(f"accuracy: {record['contender']}: {found['reason'] or found}")
    return 0


if __name__ == "__main__":
    errors.run(main)
