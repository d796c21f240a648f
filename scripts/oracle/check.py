"""Rule script: is one contender right? The verdict is written; a wrong one is no error here."""

import argparse
import json
import tempfile

from scripts.common import errors, files
from scripts.contenders import records
from scripts.oracle.judgement import Limits, cached, check, read_answers, verdict
from scripts.tools import location


def not_compiled(record: dict, why: str, case: str, limits: Limits) -> dict:
    """Return the verdict on a contender that could not be compiled ahead of time."""
    row = {"image": case, "max_abs_diff": None, "passed": False}
    row["reason"] = f"not compiled ahead of time: {why}"
    return verdict(record, {"tensors": [row], "images": []}, limits)


def main(argv: list[str] | None = None) -> int:
    """Write the verdict and the gate; exit code 0 whether the contender passed or not.

    The gate, {contender, passed, reason}, is all that the benchmarks depend on: other figures in a
    verdict repeat none of them.
    """
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
    if why := args.refusal and files.read_json(args.refusal):
        result = not_compiled(record, why, cases[0]["name"], limits)
    else:
        with tempfile.TemporaryDirectory() as folder:
            result = check(cached(record, folder), answers, cases, limits)
    files.write_json(args.out, result)
    files.write_json(args.gate, {key: result[key] for key in ("contender", "passed", "reason")})
    outcome = "passed" if result["passed"] else f"FAILED: {result['reason']}"
    print(f"oracle: {record['contender']} {outcome}")
    return 0


if __name__ == "__main__":
    errors.run(main)
