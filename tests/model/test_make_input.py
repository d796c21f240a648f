"""The request made from an image, and images that are refused."""

import base64
import io
import json
import struct
import zlib

import pytest
from PIL import Image

from scripts.common.errors import UserError
from scripts.model import encode_request


def image_bytes(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 200, 30)).save(stream, kind)
    return stream.getvalue()


def huge_png() -> bytes:
    """Return a PNG whose header promises 100,000 x 100,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
def test_the_image_is_passed_on_as_it_is(tmp_path, kind):
    (tmp_path / "image").write_bytes(image_bytes(kind))
    out = tmp_path / "input.json"
    assert encode_request.main(["--image", str(tmp_path / "image"), "--out", str(out)]) == 0
    request = json.loads(out.read_text())
    assert list(request) == ["image"]
    assert base64.b64decode(request["image"]) == image_bytes(kind)


def test_the_default_is_matplotlib_s_photograph(tmp_path):
    out = tmp_path / "input.json"
    encode_request.main(["--out", str(out)])
    data = base64.b64decode(json.loads(out.read_text())["image"])
    assert Image.open(io.BytesIO(data)).size == (512, 600)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no JPEG, PNG or BMP"),
        (b"GIF89a", "no JPEG, PNG or BMP"),
        (image_bytes("GIF"), "no JPEG, PNG or BMP"),
        (image_bytes("JPEG")[:-200], "damaged"),
        (image_bytes("PNG")[:50], "damaged"),
        (huge_png(), "too large"),
    ],
    ids=["empty", "cut GIF", "GIF", "cut JPEG", "cut PNG", "huge"],
)
def test_what_is_no_image_is_refused_by_name(tmp_path, data, complaint):
    (tmp_path / "picture.jpg").write_bytes(data)
    out = tmp_path / "input.json"
    with pytest.raises(UserError, match=rf"picture\.jpg .*{complaint}"):
        encode_request.main(["--image", str(tmp_path / "picture.jpg"), "--out", str(out)])
    assert not out.exists()


def test_a_missing_image(tmp_path):
    arguments = ["--image", str(tmp_path / "none.jpg"), "--out", str(tmp_path / "input.json")]
    with pytest.raises(UserError, match=r"none\.jpg: No such file"):
        encode_request.main(arguments)
