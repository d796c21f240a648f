"""Rule script: the config's photograph as a JPEG of so many megapixels, always the same bytes."""

import argparse
import base64
import math

from PIL import Image

from scripts.common import errors, files, preprocessing

# Pillow's own is lower than what cameras use.
QUALITY = 90


def resized(image: Image.Image, megapixels: float) -> Image.Image:
    """Return an image of so many million pixels, as near as its proportions allow."""
    scale = math.sqrt(megapixels * 1e6 / (image.width * image.height))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def main(argv: list[str] | None = None) -> int:
    """Write the JPEG."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("request", help="results/input.json")
    parser.add_argument("--megapixels", required=True, type=float)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    data = base64.b64decode(files.read_json(args.request)["image"])
    image = resized(preprocessing.open_image(data, args.request), args.megapixels)
    with files.atomic_write(args.out, "wb") as stream:
        image.save(stream, "JPEG", quality=QUALITY)
    return 0


if __name__ == "__main__":
    errors.run(main)
