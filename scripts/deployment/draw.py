"""Rule script: a figure of the deployment as SVG, from its table alone."""

import argparse
from pathlib import Path

from scripts.common import errors
from scripts.deployment import drawings
from scripts.report import canvas, inputs


def main(argv: list[str] | None = None) -> int:
    """Write one figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, choices=list(drawings.DRAWINGS))
    parser.add_argument("--model", required=True)
    parser.add_argument("--table", required=True, help="results/deployment.csv")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    canvas.prepare(args.figure)
    table = inputs.of_model(inputs.read_table(args.table), args.model)
    figure = drawings.draw(args.figure, table)
    canvas.write(figure, args.out)
    return 0


if __name__ == "__main__":
    errors.run(main)
