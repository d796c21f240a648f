"""The manifest of models (`models/manifest.yaml`): read, checked, and digests verified."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from errors import UserError

MANIFEST = Path(__file__).resolve().parent.parent / "models" / "manifest.yaml"
DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "git-blob": 40}
REQUIRED = {"member", "width", "size", "input_range", "input", "output", "labels"}
OPTIONAL = {"url", "archive_digest", "member_digest"}
CHUNK = 1 << 20


@dataclass(frozen=True)
class Model:
    """One entry of the manifest.

    Attributes:
        name: the entry's key.
        member: file name of the frozen graph, alone or inside the archive.
        width: width multiplier; seeded weights are made with it.
        size: side of the input image in pixels.
        input_range: what black and white pixels become.
        input: node that takes float32 [batch, size, size, 3].
        output: node that gives float32 [batch, classes], probabilities.
        labels: file with one class name a line.
        url: where the archive is served, if anywhere.
        archive_digest: `algorithm:hex` of the archive, if known.
        member_digest: `algorithm:hex` of the frozen graph alone, if known.

    An entry without digests is for seeded weights only.
    """

    name: str
    member: str
    width: float
    size: int
    input_range: tuple[float, float]
    input: str
    output: str
    labels: Path
    url: str | None = None
    archive_digest: str | None = None
    member_digest: str | None = None

    @property
    def archive(self) -> str | None:
        """The file name of the archive."""
        return self.url.rsplit("/", 1)[-1] if self.url else None

    @property
    def classes(self) -> list[str]:
        """The class names in the order of the model's output."""
        return self.labels.read_text(encoding="utf-8").splitlines()


def load(name: str, path: str | Path = MANIFEST) -> Model:
    """Return the model called `name`; raise `UserError` for an unknown name or a wrong entry."""
    path = Path(path)
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"cannot read the manifest {path}: {error}") from error
    if not isinstance(entries, dict):
        raise UserError(f"{path} must map model names to their entries")
    if name not in entries:
        raise UserError(f"unknown model {name!r}; {path} knows {', '.join(map(str, entries))}")
    return _model(name, entries[name], path)


def _model(name: str, entry: dict, path: Path) -> Model:
    where = f"{path}: {name}"
    if not isinstance(entry, dict):
        raise UserError(f"{where} must be a mapping of keys to values")
    _check_keys(entry, where)
    _check_values(entry, where)
    values = {
        **entry,
        "width": float(entry["width"]),
        "input_range": tuple(float(bound) for bound in entry["input_range"]),
        "labels": path.parent / entry["labels"],
    }
    if not values["labels"].is_file():
        raise UserError(f"{where}: labels names {values['labels']}, which does not exist")
    return Model(name=name, **values)


def _check_keys(entry: dict, where: str) -> None:
    if unknown := set(entry) - REQUIRED - OPTIONAL:
        known = ", ".join(sorted(REQUIRED | OPTIONAL))
        raise UserError(f"{where}: unknown key {_names(unknown)}; known keys: {known}")
    if missing := REQUIRED - set(entry):
        raise UserError(f"{where}: missing key {_names(missing)}")
    if "url" in entry and "archive_digest" not in entry:
        raise UserError(f"{where}: a url needs an archive_digest to check the download against")


def _check_values(entry: dict, where: str) -> None:
    for key in ("member", "input", "output", "labels", "url"):
        if key in entry and not (isinstance(entry[key], str) and entry[key]):
            raise UserError(f"{where}: {key} must be a text, not {entry[key]!r}")
    if "/" in entry["member"]:
        raise UserError(f"{where}: member must be a bare file name, not {entry['member']!r}")
    size = entry["size"]
    if isinstance(size, bool) or not isinstance(size, int) or not 32 <= size <= 1024:
        raise UserError(f"{where}: size must be a whole number from 32 to 1024, not {size!r}")
    if not _is_number(entry["width"]) or not 0.1 <= entry["width"] <= 4:
        raise UserError(f"{where}: width must be from 0.1 to 4, not {entry['width']!r}")
    bounds = entry["input_range"]
    pair = isinstance(bounds, list) and len(bounds) == 2 and all(map(_is_number, bounds))
    if not pair or bounds[0] >= bounds[1]:
        raise UserError(f"{where}: input_range must be [lowest, highest], not {bounds!r}")
    for key in ("archive_digest", "member_digest"):
        if key in entry:
            _check_digest(entry[key], f"{where}: {key}")


def _check_digest(digest: object, where: str) -> None:
    algorithm, _, value = str(digest).partition(":")
    length = DIGEST_LENGTHS.get(algorithm)
    if length is None or not re.fullmatch(f"[0-9a-f]{{{length}}}", value):
        forms = ", ".join(
            f"{name}:<{length} hex digits>" for name, length in DIGEST_LENGTHS.items()
        )
        raise UserError(f"{where} must be one of {forms}, not {digest!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _names(keys: set) -> str:
    return ", ".join(repr(key) for key in sorted(keys, key=str))


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
    if algorithm == "git-blob":
        digest = hashlib.sha1(f"blob {size}\0".encode())
    else:
        digest = hashlib.new(algorithm)
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
