"""Rule script: the samples of the scaling's jobs as tables of points, lines and the self-check."""

import argparse
import json
import math
from pathlib import Path

import pandas as pd
from PIL import Image

from scripts.common import errors, files
from scripts.contenders.records import SELF_CHECK
from scripts.scaling import equals, steadiness, tables
from scripts.stats import samples


def measured(path: str, places: dict[str, dict[str, float]], pixels: float) -> pd.DataFrame:
    """Return the samples of one job that count, with the places of its model and photograph."""
    table, model = samples.read(path), samples.record(path)["model"]
    # The folder of a photograph's samples is called as the photograph.
    job = model if math.isnan(pixels) else f"{Path(path).parent.name} megapixels"
    return table.assign(**places[model], pixels=pixels, job=job)


def missing(path: str, places: dict[str, dict[str, float]], pixels: float) -> pd.DataFrame:
    """Return a row, without figures, for each contender that a job has none of, and why."""
    job = samples.record(path)
    rows = [
        {**row, **places[job["model"]], "pixels": pixels, "n": 0, "note": row["reason"]}
        for row in job["skipped"]
        if row["mode"] != SELF_CHECK
    ]
    return pd.DataFrame(rows, columns=tables.COLUMNS)


def pixels(photographs: list[Path]) -> dict[str, int]:
    """Return the pixels of photographs, by what their files are called."""
    found = {}
    for path in photographs:
        with Image.open(path) as image:
            found[path.stem] = image.width * image.height
    return found


def main(argv: list[str] | None = None) -> int:
    """Write results/scaling.csv, results/scaling-lines.csv and results/scaling-twins.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", required=True, nargs="+", help="of the models' jobs")
    parser.add_argument(
        "--of-photographs", nargs="*", default=[], help="of those, in their folders"
    )
    parser.add_argument("--photographs", nargs="*", default=[], type=Path, help="the JPEG files")
    parser.add_argument("--models", required=True, nargs="+", help="their records")
    parser.add_argument("--arithmetic", required=True, nargs="+", help="of each model")
    parser.add_argument("--recipes", required=True, type=json.loads, help="see comparison.py; JSON")
    parser.add_argument("--baseline", required=True, help="that is measured twice")
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--margin", required=True, type=float)
    parser.add_argument("--out", required=True, help="the points")
    parser.add_argument("--lines", required=True)
    parser.add_argument("--twins", required=True)
    args = parser.parse_args(argv)
    counts = (files.read_json(path)["multiply_adds"] for path in args.arithmetic)
    records = zip(map(files.read_json, args.models), counts, strict=True)
    places = {
        model["name"]: {"multiply_adds": count, "model_bytes": model["bytes"]}
        for model, count in records
    }
    sizes = pixels(args.photographs)
    jobs = [(path, float("nan")) for path in args.samples]
    jobs += [(path, sizes[Path(path).parent.name]) for path in args.of_photographs]
    counted = pd.concat([measured(path, places, size) for path, size in jobs])
    found = tables.points(counted, dict(args.recipes), args.confidence, args.margin)
    lost = pd.concat([missing(path, places, size) for path, size in jobs])
    lines = tables.lines(found, args.confidence, args.margin)
    same = equals.table(counted, args.baseline, args.confidence, args.margin)
    steady = steadiness.points(counted, args.confidence)
    with files.atomic_write(args.out) as stream:
        every = [table for table in (found, steady, lost) if len(table)]
        pd.concat(every).to_csv(stream, index=False)
    with files.atomic_write(args.lines) as stream:
        lines.to_csv(stream, index=False)
    with files.atomic_write(args.twins) as stream:
        same.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
