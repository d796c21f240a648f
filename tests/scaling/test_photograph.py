"""Photographs of given sizes: the right ones, the same bytes each time."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from scripts.scaling import photograph


@pytest.fixture
def request_file(tmp_path):
    """A request with a picture of noise, three to two."""
    pixels = np.random.RandomState(1).randint(0, 256, (40, 60, 3)).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    text = {"image": base64.b64encode(stream.getvalue()).decode("ascii")}
    (tmp_path / "input.json").write_text(json.dumps(text))
    return tmp_path / "input.json"


def made(request_file, megapixels):
    out = request_file.parent / f"{megapixels}.jpg"
    photograph.main([str(request_file), f"--megapixels={megapixels}", f"--out={out}"])
    return out


@pytest.mark.parametrize("megapixels", [0.006, 0.05, 2])
def test_a_photograph_has_the_pixels_and_proportions_that_were_asked_for(request_file, megapixels):
    with Image.open(made(request_file, megapixels)) as image:
        assert image.format == "JPEG"
        assert image.width * image.height == pytest.approx(megapixels * 1e6, rel=0.02)
        assert image.width / image.height == pytest.approx(1.5, rel=0.02)


def test_a_photograph_is_the_same_bytes_each_time(request_file):
    first = made(request_file, 0.05).read_bytes()
    assert made(request_file, 0.05).read_bytes() == first


def test_a_photograph_shows_what_the_first_one_shows(request_file):
    large = np.asarray(Image.open(made(request_file, 0.96)).resize((6, 4), Image.Resampling.BOX))
    data = base64.b64decode(json.loads(request_file.read_text())["image"])
    small = np.asarray(Image.open(io.BytesIO(data)).resize((6, 4), Image.Resampling.BOX))
    assert np.abs(large.astype(int) - small).max() < 12
