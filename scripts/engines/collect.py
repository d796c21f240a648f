"""Rule script: what every engine can do, in one table."""

import argparse
import csv

from scripts.common import errors, files
from scripts.engines.features import COLUMNS


def main(argv: list[str] | None = None) -> int:
    """Write results/engines.csv from the engines' records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", nargs="*", help="results/engines/{engine}.json")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    records = [files.read_json(path) for path in args.records]
    with files.atomic_write(args.out) as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        table.writeheader()
        for record in records:
            table.writerows(record | row for row in record.pop("probes"))
    return 0


if __name__ == "__main__":
    errors.run(main)
