"""Rule script: the dataset as a table, a text and a figure a benchmark."""

import argparse
from pathlib import Path

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.history import dataset, drawing, facts, text, trends
from scripts.report import canvas


def main(argv: list[str] | None = None) -> int:
    """Write results/history.csv, results/history.md and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True, help="the dataset's; empty: there is none")
    parser.add_argument("--margin", required=True, type=float)
    parser.add_argument("--table", required=True)
    parser.add_argument("--text", required=True, type=Path)
    parser.add_argument("--figures", required=True, type=Path, help="a folder")
    args = parser.parse_args(argv)
    if not args.folder:
        raise UserError("there is no history: `history.folder` of the config is empty")
    found = trends.table(dataset.read(Path(args.folder)), args.margin)
    if found.empty:
        raise UserError(
            f"the history in {args.folder} holds no ratio: only baselines were measured"
        )
    args.figures.mkdir(parents=True, exist_ok=True)
    names = {}
    for name, rows in found.groupby("benchmark"):
        canvas.prepare(name)
        canvas.write(drawing.draw(rows), args.figures / f"{name}.svg")
        names[name] = f"{args.figures.name}/{name}.svg"
    with files.atomic_write(args.text) as stream:
        stream.write(text.text(found, args.margin, names))
    with files.atomic_write(args.table) as stream:
        told = found.assign(underneath=found.underneath.map(facts.sentence))
        told.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
