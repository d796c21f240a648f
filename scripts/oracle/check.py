"""Rule script: is one contender right? The verdict is written; a wrong one is no error here."""

import argparse
import json
import tempfile

from scripts.common import errors, files
from scripts.contenders import gate, records
from scripts.oracle.judgement import Limits, cached, check, not_run, read_answers
from scripts.tools import location


def obstacle(tools: list[str], refusal: str | None) -> str:
    """Return why a contender cannot run: a tool is missing, or did not compile it; else ""."""
    why = refusal and files.read_json(refusal)
    return location.missing(tools) or (f"not compiled ahead of time: {why}" if why else "")


def main(argv: list[str] | None = None) -> int:
    """Write the verdict and the gate; exit code 0 whether the contender passed or not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--contender", required=True, type=json.loads, help="as JSON, see contenders/records.py"
    )
    parser.add_argument("--tools", nargs="*", default=[], help="record of its engine")
    parser.add_argument("--refusal", help="why it is not compiled, see compile/compile_aot.py")
    parser.add_argument("--reference", required=True, help="arrays of answer_cases.py (.npz)")
    parser.add_argument("--cases", required=True, help="readable answers of answer_cases.py")
    parser.add_argument("--tensor-tolerance", type=float, default=1e-4)
    parser.add_argument("--confidence-tolerance", type=float, default=0.03)
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one request")
    parser.add_argument("--out", required=True, help="the verdict")
    parser.add_argument("--gate", required=True, help="no more of it than whether it passed")
    args = parser.parse_args(argv)
    record = records.record(args.contender, location.programs(args.tools))
    answers, cases = read_answers(args.reference), files.read_json(args.cases)["cases"]
    limits = Limits(args.tensor_tolerance, args.confidence_tolerance, args.timeout)
    if why := obstacle(args.tools, args.refusal):
        result = not_run(record, why, cases[0]["name"], limits)
    else:
        with tempfile.TemporaryDirectory() as folder:
            result = check(cached(record, folder), answers, cases, limits)
    files.write_json(args.out, result)
    files.write_json(args.gate, gate.of(result))
    failed = "FAILED" if result["ran"] else "not run"
    outcome = "passed" if result["passed"] else f"{failed}: {result['reason']}"
    print(f"oracle: {record['contender']} {outcome}")
    return 0


if __name__ == "__main__":
    errors.run(main)
