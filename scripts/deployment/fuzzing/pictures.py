"""Image files: the photograph of a right request, drawn anew in many forms, and PNGs by hand."""

import base64
import io
import struct
import zlib
from random import Random

from PIL import Image

from scripts.deployment.cases import Case

# Formats that the classifier reads, with what their pixels can be.
READ = {
    "JPEG": ["L", "RGB", "CMYK"],
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "BMP": ["1", "L", "P", "RGB"],
}
MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "BMP": b"BM"}


def photograph(case: Case) -> bytes:
    """Return the file of a right request."""
    return base64.b64decode(case.value["image"])


def drawn(random: Random, case: Case, formats: dict[str, list[str]]) -> bytes:
    """Return the photograph, made smaller, in some format and some kind of pixels."""
    written = random.choice(sorted(formats))
    mode = random.choice(formats[written])
    size = random.choice([(1, 1), (1, 300), (300, 1), (64, 48), (257, 129)])
    picture = Image.open(io.BytesIO(photograph(case))).convert("RGB").resize(size)
    picture = picture.convert("L").convert(mode) if mode == "I;16" else picture.convert(mode)
    stream = io.BytesIO()
    options = {"progressive": random.random() < 0.5} if written == "JPEG" else {}
    picture.save(stream, written, **options)
    return stream.getvalue()


def any_file(random: Random, case: Case) -> bytes:
    """Return the photograph, or a drawn one."""
    return photograph(case) if random.random() < 0.3 else drawn(random, case, READ)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, bits: int, colour: int, data: bytes) -> bytes:
    """Return a PNG of so many columns and rows whose pixels are `data`, compressed."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return MAGIC["PNG"] + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def black(width: int, height: int, colour: int = 0, channels: int = 1) -> bytes:
    """Return a PNG of so many columns and rows, all of whose bytes are zero."""
    packer = zlib.compressobj(1)
    row = bytes(1 + width * channels)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return png(width, height, 8, colour, data)
