"""What quantisation is calibrated on: photographs as the model's input."""

import base64
from pathlib import Path

import numpy as np

from scripts.common import files
from scripts.common.preprocessing import preprocess, read_image


def photographs(request: str, paths: list[Path]) -> list[bytes]:
    """Return image files' bytes; without any, those of the photograph in results/input.json."""
    return [read_image(path) for path in paths] or [
        base64.b64decode(files.read_json(request)["image"])
    ]


def tensors(request: str, paths: list[Path], model: dict) -> list[np.ndarray]:
    """Return photographs as float32 [1, size, size, 3] each.

    Args:
        request: results/input.json, whose photograph is taken where there are no others.
        paths: the photographs.
        model: the model's record.
    """
    size, bounds = model["size"], tuple(model["input_range"])
    return [preprocess(image, size, bounds) for image in photographs(request, paths)]
