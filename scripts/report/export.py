"""Rule script: estimates and cold starts in the formats of other tools."""

import argparse

from scripts.common import errors, files
from scripts.report import formats, inputs
from scripts.stats import command


def main(argv: list[str] | None = None) -> int:
    """Write the four files of results/exports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimates", required=True, nargs="+", help="results/{mode}.csv")
    parser.add_argument("--samples", required=True, nargs="+", help="with their records beside")
    parser.add_argument("--bencher", required=True)
    parser.add_argument("--smaller", required=True, help="for github-action-benchmark")
    parser.add_argument("--bigger", required=True, help="for github-action-benchmark")
    parser.add_argument("--hyperfine", required=True)
    args = parser.parse_args(argv)
    rows = formats.headlines(inputs.read_estimates(args.estimates))
    counted = command.counted(args.samples)
    files.write_json(args.bencher, formats.bencher(rows))
    files.write_json(args.smaller, formats.github_action(rows, is_more_better=False))
    files.write_json(args.bigger, formats.github_action(rows, is_more_better=True))
    files.write_json(args.hyperfine, formats.hyperfine(counted))
    return 0


if __name__ == "__main__":
    errors.run(main)
