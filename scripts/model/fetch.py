"""Rule script: the model as a frozen graph, its labels and its record.

Pretrained weights are verified against the manifest; where they cannot be had and the config allows
it (`auto`), or asks for it (`seeded`), weights are drawn from a seed.
"""

import argparse
import hashlib
import signal
import sys
from dataclasses import replace

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.model import importing, manifest, pretrained
from scripts.model.manifest import Model
from scripts.model.pretrained import Weights


def choose(model: Model, weights: str, seed: int) -> tuple[str, Weights, str | None]:
    """Return which weights (`pretrained` or `seeded`), the weights, and why seeded ones, if so.

    Raises:
        UserError: `pretrained` was asked for and cannot be had.
    """
    why = None
    if weights != "seeded":
        try:
            return "pretrained", trained(model), None
        except UserError as error:
            if weights == "pretrained" or model.architecture is None:
                raise
            why = str(error)
    return "seeded", seeded(model, seed), why or "the config asks for seeded weights"


def trained(model: Model) -> Weights:
    """Return the model's published weights, of a package or from wherever they can be had."""
    if not model.package:
        return pretrained.obtain(model)
    # Late, since it loads TensorFlow, which a frozen graph does not need.
    from scripts.model import packaged

    return packaged.obtain(model)


def seeded(model: Model, seed: int) -> Weights:
    """Return the model's graph with weights drawn from a seed."""
    # Late, since they load TensorFlow, which pretrained weights do not need.
    from scripts.common.quiet_tensorflow import tf
    from scripts.model import seeded_graph

    if model.architecture is None:
        raise UserError(
            f"{model.name} has no `architecture` in the manifest that weights could be drawn for; "
            "it takes its own (`weights: pretrained`)"
        )
    shape = (model.width, model.size, len(model.classes))
    graph = seeded_graph.frozen_graph(*shape, model.input_range, seed, model.architecture)
    return Weights(graph, f"drawn from seed {seed} with TensorFlow {tf.__version__}")


def adapted(model: Model, weights: Weights) -> tuple[Weights, str, str]:
    """Return the weights in a graph that everything here takes, and the names of its ends.

    Raises:
        UserError: a graph of one's own cannot be used.
    """
    # A graph that TF-slim published is as it is; to look at it TensorFlow would have to be loaded.
    if model.architecture and not (model.is_adapted or model.is_onnx or model.is_tflite):
        return weights, model.input, model.output
    from scripts.model import adapting

    weights, model = converted(weights, model)
    graph, *ends = adapting.adapt(weights.graph, model)
    added = f", {adapting.told(model)}" if model.is_adapted else ""
    return replace(weights, graph=graph, provenance=weights.provenance + added), *ends


def converted(weights: Weights, model: Model) -> tuple[Weights, Model]:
    """Return a network of another format as a frozen graph, and the model with its ends."""
    # Late, since either loads what only its own format takes.
    if model.is_onnx:
        from scripts.model import from_onnx

        graph, ranges, of = from_onnx.convert(weights.graph, model), None, "ONNX"
    elif model.is_tflite:
        from scripts.model import from_tflite

        (graph, ranges), of = from_tflite.convert(weights.graph, model), "LiteRT's format"
    else:
        return weights, model
    found = Weights(graph, f"{weights.provenance}, converted from {of}", ranges)
    return found, replace(model, input=importing.INPUT, output=importing.OUTPUT)


def record(model: Model, kind: str, weights: Weights, why: str | None, ends: tuple) -> dict:
    """Return what `model.json` says of a model."""
    return {
        "name": model.name,
        "weights": kind,
        "sha256": hashlib.sha256(weights.graph).hexdigest(),
        "bytes": len(weights.graph),
        "architecture": model.architecture,
        "width": model.width,
        "size": model.size,
        "input_range": list(model.input_range),
        "input": ends[0],
        "output": ends[1],
        "classes": len(model.classes),
        "provenance": weights.provenance,
        "ranges": weights.ranges,
        "why": why,
    }


def announce(model: Model, why: str) -> None:
    """Say loudly that seeded weights are in use."""
    print(f"WARNING: {model.name}: weights drawn from a seed: {why}", file=sys.stderr)
    print("WARNING: the labels mean nothing; the work that is timed is the same", file=sys.stderr)
    print("WARNING: once they can be had, add `--forcerun fetch_model`", file=sys.stderr)


def main(argv: list[str] | None = None) -> int:
    """Write the frozen graph, the labels and the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="an entry of the manifest")
    parser.add_argument("--weights", choices=["auto", "pretrained", "seeded"], default="auto")
    parser.add_argument("--seed", type=int, default=2019)
    parser.add_argument("--manifest", default=manifest.MANIFEST)
    parser.add_argument("--out", required=True, help="the frozen graph (.pb)")
    parser.add_argument("--labels-out", required=True)
    parser.add_argument("--json-out", required=True)
    args = parser.parse_args(argv)
    model = manifest.load(args.model, args.manifest)
    kind, weights, why = choose(model, args.weights, args.seed)
    if kind == "seeded":
        announce(model, why)
    weights, *ends = adapted(model, weights)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(weights.graph)
    with files.atomic_write(args.labels_out) as stream:
        stream.write("\n".join(model.classes) + "\n")
    files.write_json(args.json_out, record(model, kind, weights, why, ends))
    return 0


if __name__ == "__main__":
    # So that temporary files are removed when the workflow is interrupted, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    errors.run(main)
