"""Rule script: the multiply-adds a second that one core reaches in registers alone."""

import argparse
import json
import subprocess

from scripts.common import errors, files, host
from scripts.common.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """Write what the program says, and where it ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the harness's program `peak`")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    done = subprocess.run([args.program], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UserError(f"{args.program} failed: {done.stderr.strip() or done.returncode}")
    files.write_json(args.out, {**json.loads(done.stdout), "host": host.facts()})
    return 0


if __name__ == "__main__":
    errors.run(main)
