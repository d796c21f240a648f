"""Photographs on which two forms of a model are compared: labelled ones, and crops of others."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from scripts.common.errors import UserError

COLUMNS = ("file", "class")
# The least part of a photograph's shorter side that a crop is of.
LEAST = 0.4


@dataclass(frozen=True)
class Labelled:
    """A photograph and the index of its class."""

    path: Path
    class_index: int


def labelled(table: Path) -> list[Labelled]:
    """Return what a CSV with the columns `file`, relative to it, and `class` lists.

    Raises:
        UserError: it cannot be read, lacks a column, has no row or a class that is no index.
    """
    try:
        with open(table, encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"cannot read the labelled photographs' table {table}: {error}") from error
    if not rows or not set(COLUMNS) <= set(rows[0]):
        raise UserError(f"{table} has no rows with the columns {' and '.join(COLUMNS)}")
    found = []
    for number, row in enumerate(rows, start=2):
        name, index = (row[key] or "" for key in COLUMNS)
        if not name or not index.isdecimal():
            raise UserError(f"{table}, line {number}: {index!r} is no index of {name!r}'s class")
        found.append(Labelled(table.parent / name, int(index)))
    return found


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
