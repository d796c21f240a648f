"""The oracle: TensorFlow classifies with the same frozen graph.

As a program it reads a request as the classifier does, or an image file, and prints the same JSON:
`python -m scripts.oracle.reference --model M --top 5 < results/input.json`.
"""

import argparse
import base64
import json
import sys
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.common.preprocessing import preprocess
from scripts.common.quiet_tensorflow import tf
from scripts.common.request import parse


class Reference:
    """A frozen graph in TensorFlow, described by a `model.json` with the labels beside it.

    Attributes:
        model: the record of the model.
        labels: the class names in the order of the output.
        shape: the shape of the input, (1, size, size, 3).
    """

    def __init__(self, record: str | Path, graph: str | Path | None = None):
        """Load a model.

        Args:
            record: path of `model.json`; `labels.txt` is read from the same folder.
            graph: path of the frozen graph; `model.pb` in the same folder, if not given.

        Raises:
            UserError: a file is missing, or the graph is damaged or not the record's.
        """
        self.model = files.read_json(record)
        folder = Path(record).parent
        self.labels = _read(folder / "labels.txt").decode("utf-8").splitlines()
        self.shape = (1, self.model["size"], self.model["size"], 3)
        path = Path(graph) if graph else folder / "model.pb"
        self._session, self._input, self._output = self._load(path)

    def _load(self, path: Path):
        definition, graph = tf.compat.v1.GraphDef(), tf.Graph()
        try:
            definition.ParseFromString(_read(path))
            with graph.as_default():
                tf.import_graph_def(definition, name="")
            ends = [graph.get_tensor_by_name(f"{self.model[end]}:0") for end in ("input", "output")]
        except (DecodeError, ValueError, KeyError) as error:
            raise UserError(
                f"{path} is no whole frozen graph of {self.model['name']} ({error}); "
                "delete it and run again"
            ) from error
        classes = ends[1].shape.as_list()[-1]
        if classes not in (None, len(self.labels)):
            raise UserError(
                f"{path} has {classes} classes, but there are {len(self.labels)} labels"
            )
        return tf.compat.v1.Session(graph=graph), *ends

    def tensor(self, image: bytes) -> np.ndarray:
        """Return an image's bytes as the model's input, float32 [1, size, size, 3]."""
        return preprocess(image, self.model["size"], tuple(self.model["input_range"]))

    def probabilities(self, tensor: np.ndarray) -> np.ndarray:
        """Return the probability of each class, float32 [classes], for one input tensor."""
        feed = {self._input: tensor.reshape(self.shape)}
        return self._session.run(self._output, feed).reshape(-1)

    def answer(self, probabilities: np.ndarray, top: int | None = None) -> dict:
        """Return the classifier's answer for the probabilities of the classes."""
        order = np.argsort(-probabilities, kind="stable")
        rows = [
            {"label": self.labels[i], "index": int(i), "confidence": float(probabilities[i])}
            for i in order[: top or 1]
        ]
        answer = {"label": rows[0]["label"], "confidence": rows[0]["confidence"]}
        return answer | {"top": rows} if top else answer


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def reply(reference: Reference, request: dict) -> dict:
    """Return the answer to a request as the classifier takes it: `image` or `tensor` in base64.

    Raises:
        UserError: the request has other keys, not exactly one of those two, or wrong values.
    """
    if unknown := set(request) - {"image", "tensor", "top", "probabilities"}:
        raise UserError(f"the reference does not know the key {sorted(unknown)[0]!r}")
    if len({"image", "tensor"} & set(request)) != 1:
        raise UserError("the request needs exactly one of `image` and `tensor`")
    top = request.get("top")
    if top is not None and not (isinstance(top, int) and 1 <= top <= len(reference.labels)):
        raise UserError(f"`top` must be from 1 to {len(reference.labels)}, not {top!r}")
    probabilities = reference.probabilities(_tensor(reference, request))
    answer = reference.answer(probabilities, top)
    return answer | (
        {"probabilities": probabilities.tolist()} if request.get("probabilities") else {}
    )


def _tensor(reference: Reference, request: dict) -> np.ndarray:
    key = "image" if "image" in request else "tensor"
    try:
        data = base64.b64decode(request[key], validate=True)
        if key == "tensor":
            return np.frombuffer(data, dtype="<f4").reshape(reference.shape)
    except (ValueError, TypeError) as error:
        raise UserError(f"`{key}` is not what the model takes, in base64: {error}") from error
    return reference.tensor(data)


def main(argv: list[str] | None = None) -> int:
    """Classify one request from stdin, or one image file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="its record, model.json")
    parser.add_argument("--image", type=Path, help="classify this file instead of stdin's request")
    parser.add_argument("--top", type=int, help="also print the k best classes")
    args = parser.parse_args(argv)
    if args.image:
        request = {"image": base64.b64encode(_read(args.image)).decode("ascii")}
    else:
        request = parse(sys.stdin.buffer.read())
    if args.top is not None:
        request["top"] = args.top
    print(json.dumps(reply(Reference(args.model), request)))
    return 0


if __name__ == "__main__":
    errors.run(main)
