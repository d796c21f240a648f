"""Rule script: a figure of the deployment as SVG, from its table alone."""

import argparse
from pathlib import Path

import matplotlib as mpl

from scripts.common import errors, files
from scripts.deployment import drawings
from scripts.report import inputs


def main(argv: list[str] | None = None) -> int:
    """Write one figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, choices=list(drawings.DRAWINGS))
    parser.add_argument("--model", required=True)
    parser.add_argument("--table", required=True, help="results/deployment.csv")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    mpl.use("svg")
    # Text stays text and the file is the same for the same data.
    mpl.rcParams.update({"svg.hashsalt": args.figure, "svg.fonttype": "none"})
    table = inputs.of_model(inputs.read_table(args.table), args.model)
    figure = drawings.draw(args.figure, table)
    with files.atomic_write(args.out, "wb") as stream:
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return 0


if __name__ == "__main__":
    errors.run(main)
