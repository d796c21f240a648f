"""Get a model's published weights: from a mirror folder, from the cache or from their URL.

Nothing is used, and nothing enters the cache, before its digest is the manifest's.
"""

import hashlib
import http.client
import io
import lzma
import os
import sys
import tarfile
import tempfile
import urllib.request
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.common import cache, files
from scripts.common.errors import UserError
from scripts.model import manifest
from scripts.model.manifest import Model

# A mirror folder; where it is does not change what is in it, so no rule has it as a parameter.
MIRROR_VARIABLE = "MOBILENET_MODEL_MIRROR"
TIMEOUT_SECONDS = 20
CHUNK = 1 << 20
BROKEN_ARCHIVE = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError)


@dataclass(frozen=True)
class Weights:
    """A serialised frozen graph and where it came from.

    Attributes:
        graph: it, or the file that it is converted from.
        provenance: in words.
        ranges: of a graph that came quantised, the bounds of its levels by the nodes' names.
    """

    graph: bytes
    provenance: str
    ranges: dict[str, tuple[float, float]] | None = None


def mirror_folder() -> Path | None:
    """Return the folder that is asked before the cache and the network, if one is named."""
    name = os.environ.get(MIRROR_VARIABLE, "")
    return Path(name).expanduser() if name else None


def obtain(model: Model) -> Weights:
    """Return a model's published weights; from wherever they come, they are kept in the cache.

    Raises:
        UserError: they cannot be had, or what was found has another digest.
    """
    if not (model.archive_digest or model.member_digest):
        remedy = "set `weights: seeded`" if model.architecture else "give it `member_digest`"
        raise UserError(f"the manifest has no digest to verify {model.name} by; {remedy}")
    mirror = mirror_folder()
    if mirror and (found := from_mirror(model, mirror)):
        return keep(model, found)
    if found := from_cache(model):
        return found
    elsewhere = f"{mirror} has no {_wanted(model)}" if mirror else "no mirror folder is set"
    remedy = f"put {_wanted(model)} into a folder and set `mirror` to it"
    if not model.url:
        raise UserError(f"{model.name} comes from a mirror folder only and {elsewhere}; {remedy}")
    try:
        return keep(model, download(model))
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise UserError(f"cannot download {model.url}: {reason}; {elsewhere}; {remedy}") from error


def _wanted(model: Model) -> str:
    names = [model.archive, model.member if model.member_digest else None]
    return " or ".join(filter(None, names))


def from_mirror(model: Model, mirror: Path) -> Weights | None:
    """Return the weights in a folder that holds the frozen graph or its archive, or None."""
    if not mirror.is_dir():
        raise UserError(f"the mirror {mirror} is not a folder; correct or empty `mirror`")
    # A graph alone whose digest nobody has published cannot be verified: the archive can.
    if model.member_digest and (path := mirror / model.member).is_file():
        with open(path, "rb") as stream:
            manifest.verify(stream, model.member_digest, str(path))
        return Weights(path.read_bytes(), f"{model.member} from a mirror")
    if model.archive and (path := mirror / model.archive).is_file():
        with open(path, "rb") as stream:
            graph = unpack(stream, model, str(path))
        return Weights(graph, f"{model.archive} from a mirror")
    return None


def _cache_folder(model: Model) -> Path:
    digest = model.member_digest or model.archive_digest
    return cache.cache_dir() / "models" / digest.replace(":", "-")


def from_cache(model: Model) -> Weights | None:
    """Return the weights that an earlier run verified, or None; a damaged file is deleted."""
    for path in sorted(_cache_folder(model).glob("*.pb")):
        graph = path.read_bytes()
        # A cached graph is named by its own digest: for some only the archive's is published.
        if hashlib.sha256(graph).hexdigest() == path.stem:
            return Weights(graph, f"{model.url or model.member}, verified earlier, from the cache")
        print(f"{path} is damaged and was deleted", file=sys.stderr)
        path.unlink()
    return None


def keep(model: Model, weights: Weights) -> Weights:
    """Keep verified weights in the cache, for a shell without network or mirror; return them."""
    path = _cache_folder(model) / f"{hashlib.sha256(weights.graph).hexdigest()}.pb"
    try:
        if not path.exists():
            with files.atomic_write(path, "wb") as stream:
                stream.write(weights.graph)
    except OSError as error:
        print(f"{path} cannot be written ({error.strerror}): not kept", file=sys.stderr)
    return weights


def download(model: Model) -> Weights:
    """Download the archive, verify and unpack it."""
    folder = cache.cache_dir() / "models"
    folder.mkdir(parents=True, exist_ok=True)
    # A file without a name: whatever ends this process, nothing of it is left behind, where a kill
    # leaves the named file that `pooch.retrieve` downloads into.
    with tempfile.TemporaryFile(dir=folder) as archive:
        with urllib.request.urlopen(model.url, timeout=TIMEOUT_SECONDS) as response:
            _receive(response, archive, model)
        return Weights(unpack(archive, model, model.url), model.url)


def _receive(response, archive: IO[bytes], model: Model) -> None:
    total = int(response.headers.get("Content-Length") or 0)
    received, told = 0, 0
    while chunk := response.read(CHUNK):
        archive.write(chunk)
        received += len(chunk)
        if total and received * 10 // total > told:
            told = received * 10 // total
            print(f"{model.archive}: {told * 10} % of {total / 1e6:.0f} MB", file=sys.stderr)
    if received < total:
        raise ConnectionError(f"the connection ended after {received} of {total} bytes")


def unpack(archive: IO[bytes], model: Model, what: str) -> bytes:
    """Verify an archive and return the frozen graph in it; nothing else of it is read.

    Raises:
        UserError: a digest is wrong, the archive is damaged or does not hold the graph.
    """
    manifest.verify(archive, model.archive_digest, what)
    archive.seek(0)
    try:
        with tarfile.open(fileobj=archive, mode="r:*") as tar:
            graph = _member(tar, model.member)
    except BROKEN_ARCHIVE as error:
        raise UserError(f"{what} is not a sound archive: {error}; replace it") from error
    if graph is None:
        raise UserError(f"{what} holds no {model.member}; correct `member` in the manifest")
    if model.member_digest:
        manifest.verify(io.BytesIO(graph), model.member_digest, f"{what}: {model.member}")
    return graph


def _member(tar: tarfile.TarFile, name: str) -> bytes | None:
    # Read in place rather than extracted: no path of the archive ever reaches the file system.
    for member in tar:
        if member.isreg() and member.name.removeprefix("./") == name:
            return tar.extractfile(member).read()
    return None
