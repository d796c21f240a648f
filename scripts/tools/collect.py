"""Rule script: one table of the tools in use, their versions and where they came from."""

import argparse
from typing import Any

import pandas as pd

from scripts.common import errors, files
from scripts.tools import location


def lying(record: dict[str, Any]) -> str:
    """Return where a tool lies, or why it is missing."""
    return record.get("missing") or record.get("path") or location.locate(record)


def main(argv: list[str] | None = None) -> int:
    """Write results/tools.csv from the tools' records and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", nargs="+", help="results/tools/{tool}.json")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    records = [files.read_json(path) for path in args.records]
    table = pd.DataFrame(records)
    table["path"] = [lying(record) for record in records]
    with files.atomic_write(args.out) as stream:
        table[["name", "version", "source", "path"]].to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
