"""Trained weights that come with a Python package: no network is asked for them.

The package is one of envs/requirements.txt; of it one file is read, and none of its code runs.
"""

import io
from importlib import metadata
from pathlib import Path

from scripts.common.errors import UserError
from scripts.model import checkpoint, manifest, slim_graph
from scripts.model.architectures import ARCHITECTURES
from scripts.model.manifest import Model
from scripts.model.pretrained import Weights


def obtain(model: Model) -> Weights:
    """Return the graph of a model's architecture with the weights of its package.

    Raises:
        UserError: the package is not installed, lacks the file, or has another one.
    """
    data, version = _file(model)
    manifest.verify(io.BytesIO(data), model.member_digest, f"{model.package}: {model.member}")
    kind = ARCHITECTURES[model.architecture]
    if kind.trained is None:
        raise UserError(f"{model.name}: of {model.architecture} no checkpoint is read")
    network = kind.trained(checkpoint.read(data))
    if len(network.biases) != len(model.classes):
        raise UserError(
            f"{model.name} has {len(network.biases)} classes, and {len(model.classes)} labels; "
            "correct `labels` or `label_offset`"
        )
    graph = slim_graph.frozen_graph(network, kind, model.size)
    return Weights(graph, f"{model.member} of the Python package {model.package} {version}")


def _file(model: Model) -> tuple[bytes, str]:
    """Return the file, and the version of the package that it is from."""
    try:
        package = metadata.distribution(model.package)
    except metadata.PackageNotFoundError as error:
        raise UserError(
            f"{model.name}: the Python package {model.package} is not installed; type `make setup`"
        ) from error
    found = [file for file in package.files or [] if file.name == model.member]
    if not found:
        raise UserError(f"{model.name}: {model.package} {package.version} has no {model.member}")
    return Path(package.locate_file(found[0])).read_bytes(), package.version
