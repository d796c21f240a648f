"""Rule script: a figure of the scaling as SVG, from its points and lines alone."""

import argparse
from pathlib import Path

from scripts.common import errors
from scripts.report import canvas, inputs
from scripts.scaling import drawings, figures


def main(argv: list[str] | None = None) -> int:
    """Write one figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, choices=figures.names(with_photographs=True))
    parser.add_argument("--points", required=True, help="results/scaling.csv")
    parser.add_argument("--lines", required=True, help="results/scaling-lines.csv")
    parser.add_argument("--margin", required=True, type=float)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    canvas.prepare(args.figure)
    points, lines = inputs.read_table(args.points), inputs.read_table(args.lines)
    canvas.write(drawings.draw(args.figure, points, lines, args.margin), args.out)
    return 0


if __name__ == "__main__":
    errors.run(main)
