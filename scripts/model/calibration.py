"""What quantisation is calibrated on: photographs as the model's input."""

import base64
import hashlib
from pathlib import Path

import numpy as np

from scripts.common import files
from scripts.common.preprocessing import preprocess, read_image


def photographs(request: str, paths: list[Path]) -> list[bytes]:
    """Return image files' bytes; without any, those of the photograph in results/input.json."""
    return [read_image(path) for path in paths] or [
        base64.b64decode(files.read_json(request)["image"])
    ]


def digests(images: list[bytes]) -> list[str]:
    """Return the SHA-256 of each image's bytes."""
    return [hashlib.sha256(image).hexdigest() for image in images]


def tensors(images: list[bytes], model: dict) -> list[np.ndarray]:
    """Return photographs as a model's input, float32 [1, size, size, 3] each.

    Args:
        images: their bytes.
        model: the model's record.
    """
    size, bounds = model["size"], tuple(model["input_range"])
    return [preprocess(image, size, bounds) for image in images]
