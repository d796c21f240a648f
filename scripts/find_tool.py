"""Rule script: find or install one tool and write its record."""

import argparse

import errors
import files
import rust
import tools


def main(argv: list[str] | None = None) -> int:
    """Write results/tools/{tool}.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--rust", help="record of the compiler that builds what is missing")
    parser.add_argument("--log", required=True, help="file for the installers' output")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    if args.tool == "rust":
        record = rust.find(tools.pins()["rust"], args.log)
    else:
        cargo = files.read_json(args.rust)["path"] if args.rust else None
        record = tools.find(args.tool, cargo, args.log)
    files.write_json(args.out, record)
    return 0


if __name__ == "__main__":
    errors.run(main)
