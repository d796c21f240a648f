"""From the bytes of an image to the tensor a model takes, by Pillow."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from scripts.common.errors import UserError

FORMATS = ("JPEG", "PNG", "BMP")


def open_image(data: bytes, what: str) -> Image.Image:
    """Decode an image to RGB.

    Args:
        data: the bytes of a JPEG, PNG or BMP file.
        what: how an error calls the image, such as its path.

    Raises:
        UserError: the bytes are no such image, damaged, or more pixels than Pillow thinks safe.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            image.load()
            return _rgb(image)
    except UnidentifiedImageError as error:
        raise UserError(f"{what} is no JPEG, PNG or BMP image; name another") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UserError(f"{what} is too large ({error}); scale it down") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"{what} is a damaged image ({error}); name another") from error


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow would clip 16-bit greys at 255 instead of scaling them.
        return Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8)).convert("RGB")
    return image.convert("RGB")


def preprocess(data: bytes, size: int, input_range: tuple[float, float]) -> np.ndarray:
    """Return an image as a model's input, float32 [1, size, size, 3].

    The whole image is resized, bilinear with antialiasing, to `size` pixels square, whatever its
    proportions, and rounded to bytes; 0 becomes `input_range[0]` and 255 `input_range[1]`.
    """
    low, high = input_range
    pixels = _resize(open_image(data, "the image"), size)
    return (low + pixels * np.float32((high - low) / 255)).astype(np.float32)[np.newaxis]


def _resize(image: Image.Image, size: int) -> np.ndarray:
    # As floats, rounded once, which is the filter as it is defined. On bytes Pillow also rounds
    # between its two passes, as the classifier's resizing does: that moves one pixel in seven by
    # one step and the confidence by up to 0.02, and is part of what the oracle tolerates.
    channels = [
        Image.fromarray(np.asarray(band, dtype=np.float32)).resize(
            (size, size), Image.Resampling.BILINEAR
        )
        for band in image.split()
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1).round().clip(0, 255)


def read_image(path: Path) -> bytes:
    """Return the bytes of an image file; raise `UserError` unless Pillow can decode all of it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"cannot read the image {path}: {error.strerror}; correct `image` in the config"
        ) from error
    open_image(data, str(path))
    return data
