"""The manifest of models (`models/manifest.yaml`): read, checked, and digests verified."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.common import parsing, schema
from scripts.common.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "models" / "manifest.yaml"
SCHEMA = ROOT / "workflow" / "schemas" / "manifest.schema.yaml"


@dataclass(frozen=True)
class Model:
    """One entry of the manifest.

    Attributes:
        name: the entry's key.
        member: file name of the frozen graph, alone or inside the archive, or of the checkpoint
            of PyTorch's in the package.
        size: side of the input image in pixels.
        input_range: what black and white pixels become.
        input: node that takes float32 [batch, size, size, 3], in ONNX [batch, 3, size, size] too.
        output: node that gives float32 [batch, classes].
        labels: file with one class name a line.
        label_offset: lines of that file before the first class of the output.
        channels: RGB or BGR, the order in which the graph takes them.
        mean, std: what the graph takes off from and divides each channel by, in its order of
            channels, after `input_range`.
        output_is: `probabilities` or `logits`.
        architecture, width: what weights can be drawn for, if any.
        url: where the archive is served, if anywhere.
        archive_digest: `algorithm:hex` of the archive, if known.
        member_digest: `algorithm:hex` of that file alone, if known.
        package: the Python package that has it, if one does.

    An entry without digests is for seeded weights only, one without an architecture for others.
    """

    name: str
    member: str
    size: int
    input_range: tuple[float, float]
    input: str
    output: str
    labels: Path
    label_offset: int
    channels: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    output_is: str
    architecture: str | None = None
    width: float | None = None
    url: str | None = None
    archive_digest: str | None = None
    member_digest: str | None = None
    package: str | None = None

    @property
    def scales(self) -> bool:
        """Whether the graph takes channels scaled further than to `input_range`."""
        return any(self.mean) or set(self.std) != {1.0}

    @property
    def is_adapted(self) -> bool:
        """Whether nodes are added to the graph (adapting.py)."""
        return self.scales or self.channels != "RGB" or self.output_is == "logits"

    @property
    def is_onnx(self) -> bool:
        """Whether the network is written in ONNX, and converted (from_onnx.py)."""
        return self.member.endswith(".onnx")

    @property
    def is_tflite(self) -> bool:
        """Whether it is a quantised network of LiteRT's, and converted (from_tflite.py)."""
        return self.member.endswith(".tflite")

    @property
    def archive(self) -> str | None:
        """The file name of the archive."""
        return self.url.rsplit("/", 1)[-1] if self.url else None

    @property
    def classes(self) -> list[str]:
        """The class names in the order of the model's output."""
        return self.labels.read_text(encoding="utf-8-sig").splitlines()[self.label_offset :]


def load(name: str, path: str | Path = MANIFEST) -> Model:
    """Return the model called `name`; raise `UserError` for an unknown name or a wrong manifest."""
    path = Path(path)
    try:
        entries = _entries(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"cannot read the manifest {path}: {error}") from error
    if name not in entries:
        raise UserError(f"unknown model {name!r}; {path} knows {', '.join(map(str, entries))}")
    entry, where = entries[name], f"{path}: {name}"
    # What a schema cannot say: an order, and a file that must exist.
    low, high = map(float, entry["input_range"])
    if low >= high:
        raise UserError(f"{where}.input_range must be [lowest, highest], not [{low:g}, {high:g}]")
    labels = path.parent / entry["labels"]
    if not labels.is_file():
        raise UserError(f"{where}.labels names {labels}, which does not exist")
    values = {"input_range": (low, high), "labels": labels}
    for key in ("mean", "std"):
        values[key] = tuple(map(float, entry[key]))
    model = Model(name=name, **(entry | values))
    try:
        classes = model.classes
    except UnicodeDecodeError as error:
        raise UserError(f"{where}.labels: {labels} is not UTF-8: {error}") from error
    if not classes:
        raise UserError(f"{where}.label_offset leaves no labels of {labels}")
    return model


# Checked once: a plan asks for every model, and so do many jobs.
@functools.cache
def _entries(text: str, path: str) -> dict[str, Any]:
    entries = parsing.parse_yaml(text)
    schema.validate(entries, schema.read(SCHEMA), path)
    return entries


def verify(stream, expected: str, what: str) -> None:
    """Check an open binary file, from its start, against `algorithm:hex`.

    Raises:
        UserError: the digest is another one; names the file, what it is and what it should be.
    """
    algorithm, _, value = expected.partition(":")
    found = _digest(stream, algorithm)
    if found != value:
        raise UserError(
            f"{what}: {algorithm} is {found}, the manifest says {value}; "
            "the file is damaged or another one: replace it"
        )


def _digest(stream, algorithm: str) -> str:
    size = stream.seek(0, 2)
    stream.seek(0)
    # What `git hash-object` prints: a header before the content.
    git = functools.partial(hashlib.sha1, f"blob {size}\0".encode())
    return hashlib.file_digest(stream, git if algorithm == "git-blob" else algorithm).hexdigest()
