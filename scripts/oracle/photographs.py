"""Photographs beside the oracle's own: labelled ones, and crops."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from scripts.common.errors import UserError
from scripts.common.preprocessing import open_image

COLUMNS = ("file", "class")
# The longest index that a class may have, in digits.
DIGITS = 6
# The least part of a photograph's shorter side that a crop is of.
LEAST = 0.4


@dataclass(frozen=True)
class Labelled:
    """A photograph and the index of its class."""

    path: Path
    class_index: int

    def data(self) -> bytes:
        """Return its bytes."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise UserError(
                f"cannot read the labelled photograph {self.path}: {error.strerror}"
            ) from error

    def read(self) -> bytes:
        """Return its bytes; raise `UserError` where they are no image."""
        data = self.data()
        open_image(data, str(self.path))
        return data


def labelled(table: Path) -> list[Labelled]:
    """Return what a CSV with the columns `file`, relative to it, and `class` lists.

    Raises:
        UserError: it cannot be read, lacks a column, has no row, a class that is no index, or a
            photograph that is not there or there twice.
    """
    try:
        with open(table, encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"cannot read the labelled photographs' table {table}: {error}") from error
    if not rows or not set(COLUMNS) <= set(rows[0][1]):
        raise UserError(
            f"{table} has no rows with the columns {' and '.join(COLUMNS)}, separated by commas"
        )
    found: dict[Path, Labelled] = {}
    for line, row in rows:
        name, index = (row[key] or "" for key in COLUMNS)
        path = table.parent / name
        if set("{}") & set(str(path)):
            raise UserError(f"{table}, line {line}: {name!r}: Snakemake knows no braces in a path")
        if not index.isdecimal() or len(index) > DIGITS:
            raise UserError(f"{table}, line {line}: {index[:20]!r} is no index of a class")
        real = resolved(path)
        if real is None or real in found:
            why = "is no file that can be read" if real is None else "is there twice"
            raise UserError(f"{table}, line {line}: {name[:80]!r} {why}")
        found[real] = Labelled(path, int(index))
    return list(found.values())


def resolved(path: Path) -> Path | None:
    """Return where a file lies, whatever it is called; none where it cannot be had."""
    try:
        return path.resolve() if path.is_file() else None
    except OSError:
        return None


def crops(images: list[Image.Image], count: int, seed: int) -> Iterator[bytes]:
    """Yield so many square parts of photographs in turn, some mirrored, as PNG, by a seed."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        image = images[number % len(images)]
        side = max(1, round(rng.uniform(LEAST, 1) * min(image.size)))
        left, top = (int(rng.integers(0, length - side, endpoint=True)) for length in image.size)
        part = image.crop((left, top, left + side, top + side))
        stream = io.BytesIO()
        turned = ImageOps.mirror(part) if rng.random() < 0.5 else part
        turned.save(stream, "PNG", compress_level=1)
        yield stream.getvalue()
