"""Rule script: a figure as SVG, of one mode's job or of all, from estimates and samples alone."""

import argparse
from pathlib import Path

import pandas as pd

from scripts.common import errors
from scripts.common.errors import UserError
from scripts.report import answer_drawing, canvas, drawings, inputs

ANSWER = "answer"


def with_estimates(samples: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the samples of contenders that have estimates: those that failed on the way do not."""
    names = estimates[["benchmark", "contender"]].drop_duplicates()
    return samples.merge(names, on=["benchmark", "contender"])


def main(argv: list[str] | None = None) -> int:
    """Write one figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, help=f"a benchmark, ratios, or {ANSWER}")
    parser.add_argument("--model", required=True)
    parser.add_argument("--estimates", required=True, nargs="+", help="results/{mode}.csv")
    parser.add_argument("--samples", nargs="*", default=[], help=f"{ANSWER} needs none")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    canvas.prepare(args.figure)
    estimates = inputs.of_model(inputs.read_estimates(args.estimates), args.model)
    estimates = estimates[(estimates.n > 0) & (estimates["mode"] != inputs.SELF_CHECK)]
    if estimates.empty:
        raise UserError(f"{', '.join(args.estimates)}: no figures to draw")
    if args.figure == ANSWER:
        figure = answer_drawing.draw(estimates)
    else:
        tables = [inputs.read_table(path) for path in args.samples]
        samples = with_estimates(pd.concat(tables), estimates)
        figure = drawings.drawing(args.figure)(estimates, samples, args.figure)
    canvas.write(figure, args.out)
    return 0


if __name__ == "__main__":
    errors.run(main)
