"""Rule script: the bounds of every layer's output on photographs, which quantisation starts from.

Written as JSON: `ranges`, a pair for each layer, `image`, that of the image, and `sha256`, the
digests of the photographs. A model that came quantised has its own bounds, and no photograph is
looked at.
"""

import argparse
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.model import calibration, floating, lowering
from scripts.model.lowering import Layer, Lowering


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


def given(found: Lowering, bounds: dict[str, list[float]]) -> list[list[float]]:
    """Return the bounds of each layer's levels, of a graph that came quantised.

    Raises:
        UserError: a layer has none; the last two, scores and probabilities, need none.
    """
    taken = []
    for index in range(len(found.layers)):
        names = sorted(found.values[index] & bounds.keys())
        if not names and index < len(found.layers) - 2:
            raise UserError(f"the model came quantised, but layer {index} has no scale")
        taken.append(bounds[names[0]] if names else [0.0, 0.0])
    return taken


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
    lowered = lowering.lowered(args.graph.read_bytes(), model)
    if model.get("ranges"):
        found = {"sha256": [], "ranges": given(lowered, model["ranges"])}
        # What its levels of the image are made of may be less than the whole of the input's range.
        found |= {"image": model["ranges"].get(model["input"], model["input_range"])}
    else:
        data = calibration.photographs(args.input, args.images)
        images = calibration.tensors(data, model)
        found = {"sha256": calibration.digests(data), "ranges": ranges(lowered.layers, images)}
        found |= {"image": model["input_range"]}
    files.write_json(args.out, found)
    return 0


if __name__ == "__main__":
    errors.run(main)
