"""Rule script: the bounds of every layer's output on photographs, which quantisation starts from.

Written as JSON: `ranges`, a pair for each layer, and `sha256`, the digests of the photographs.
"""

import argparse
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.model import calibration, floating, lowering
from scripts.model.lowering import Layer


def ranges(layers: list[Layer], images: list[np.ndarray]) -> list[tuple[float, float]]:
    """Return the least and the largest value of each layer's output.

    Args:
        layers: as lowering.py finds them.
        images: float32 [1, size, size, 3] each.
    """
    bounds = []
    for image in images:
        bounds.append([(out.min(), out.max()) for out in floating.outputs(layers, image)])
    found = np.array(bounds, np.float64)
    return list(zip(found[..., 0].min(0).tolist(), found[..., 1].max(0).tolist(), strict=True))


def main(argv: list[str] | None = None) -> int:
    """Write the bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graph", required=True, type=Path, help="the prepared graph")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--input", default="", help="results/input.json; taken without images")
    parser.add_argument("--out", required=True)
    parser.add_argument("images", nargs="*", type=Path, help="photographs, after `--`")
    args = parser.parse_args(argv)
    model = files.read_json(args.model)
    data = calibration.photographs(args.input, args.images)
    images = calibration.tensors(data, model)
    layers = lowering.lower(args.graph.read_bytes(), model)
    found = {"sha256": calibration.digests(data), "ranges": ranges(layers, images)}
    files.write_json(args.out, found)
    return 0


if __name__ == "__main__":
    errors.run(main)
