"""Rule script: the request that is classified, from an image file."""

import argparse
import base64
import json
from pathlib import Path

from scripts.common import errors, files, preprocessing

SAMPLE = "grace_hopper.jpg"


def sample_image() -> Path:
    """Return the path of Matplotlib's sample photograph, which is on every machine here."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "sample_data" / SAMPLE


def main(argv: list[str] | None = None) -> int:
    """Write `{"image": "<base64>"}`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default="", help=f"JPEG, PNG or BMP; empty: {SAMPLE}")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    path = Path(args.image).expanduser() if args.image else sample_image()
    request = {"image": base64.b64encode(preprocessing.read_image(path)).decode("ascii")}
    with files.atomic_write(args.out) as stream:
        json.dump(request, stream)
        stream.write("\n")
    return 0


if __name__ == "__main__":
    errors.run(main)
