"""Rule script: print a CSV table for people."""

import argparse

import pandas as pd

from scripts.common import errors


def main(argv: list[str] | None = None) -> int:
    """Print the table with its columns aligned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    args = parser.parse_args(argv)
    print(pd.read_csv(args.table, dtype=str).to_string(index=False))
    return 0


if __name__ == "__main__":
    errors.run(main)
