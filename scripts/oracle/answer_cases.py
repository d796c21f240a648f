"""Rule script: what the oracle says, once, so that checking a contender needs no TensorFlow.

The cases are a random tensor from the seed, the input of the benchmarks and the config's images.
Their tensors, images and probabilities go into one .npz; labels and confidences into a JSON that
people can read.
"""

import argparse
import base64
from pathlib import Path

import numpy as np

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.common.preprocessing import read_image
from scripts.oracle.reference import Reference

RANDOM = "random"


def photographs(request: Path, paths: list[Path]) -> dict[str, bytes]:
    """Return the images by name: that of a request file, then image files."""
    found = {request.stem: base64.b64decode(files.read_json(request)["image"])}
    for path in paths:
        if path.name in (*found, RANDOM):
            raise UserError(f"two of the oracle's cases are called {path.name}; rename the image")
        found[path.name] = read_image(path)
    return found


def random_tensor(reference: Reference, seed: int) -> np.ndarray:
    """Return a tensor of the model's shape, drawn evenly from its input range."""
    low, high = reference.model["input_range"]
    return np.random.RandomState(seed).uniform(low, high, reference.shape).astype(np.float32)


def answer(reference: Reference, tensor: np.ndarray, name: str, image: bytes | None) -> tuple:
    """Return one case's row for the JSON and its arrays for the .npz."""
    probabilities = reference.probabilities(tensor)
    arrays = {f"tensor/{name}": tensor, f"probabilities/{name}": probabilities}
    if image is not None:
        arrays[f"image/{name}"] = np.frombuffer(image, dtype=np.uint8)
    best = reference.answer(probabilities, top=2)["top"]
    kind = "tensor" if image is None else "photograph"
    row = {"name": name, "kind": kind, **best[0], "second": best[1]}
    return row, arrays


def main(argv: list[str] | None = None) -> int:
    """Write the arrays and the readable answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--input", required=True, type=Path, help="results/input.json")
    parser.add_argument("--seed", type=int, default=2019)
    parser.add_argument("--out", required=True, help="the arrays (.npz)")
    parser.add_argument("--json-out", required=True)
    parser.add_argument("images", nargs="*", type=Path, help="more photographs, after `--`")
    args = parser.parse_args(argv)
    images = photographs(args.input, args.images)
    reference = Reference(args.model)
    cases = [answer(reference, random_tensor(reference, args.seed), RANDOM, None)]
    for name, image in images.items():
        cases.append(answer(reference, reference.tensor(image), name, image))
    with files.atomic_write(args.out, "wb") as stream:
        np.savez(stream, **{key: value for _, arrays in cases for key, value in arrays.items()})
    rows = [row for row, _ in cases]
    files.write_json(args.json_out, {"model": reference.model["sha256"], "cases": rows})
    return 0


if __name__ == "__main__":
    errors.run(main)
