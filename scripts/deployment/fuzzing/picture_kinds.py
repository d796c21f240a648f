"""Requests whose image is damaged, unusual, or claims to be larger than it is."""

import base64
import json
import struct
import zlib
from random import Random

from scripts.deployment.cases import Case
from scripts.deployment.fuzzing.answers import EXHAUSTED, LABEL, OWN_ERROR, RIGHT
from scripts.deployment.fuzzing.kind import Kind
from scripts.deployment.fuzzing.pictures import MAGIC, READ, any_file, black, drawn, png
from scripts.deployment.fuzzing.wire import post

# Formats that the classifier does not read.
OTHERS = {name: ["RGB"] for name in ("GIF", "TIFF", "WEBP", "PPM", "TGA")}
MEGA = 1_000_000
MOST = 64 * MEGA  # pixels that the classifier takes
# Of a PNG the last chunk and the checksums before it: a file without them alone has all its pixels.
CLOSING_BYTES = 22


def send(file: bytes, **more: object) -> bytes:
    """Return the request to classify a file, with further keys beside `value`."""
    told = {"value": {"image": base64.b64encode(file).decode()}}
    return post(json.dumps(told | more).encode())


def odd(random: Random, case: Case) -> bytes:
    """An image of another kind that is still one."""
    return send(drawn(random, case, READ))


def other_format(random: Random, case: Case) -> bytes:
    """A file that is no JPEG, PNG or BMP."""
    if random.random() < 0.3:
        return send(random.randbytes(random.randint(1, 2000)))
    return send(drawn(random, case, OTHERS))


def cut(random: Random, case: Case) -> bytes:
    """A file that ends early: somewhere in its pixels, or within its first bytes."""
    file = any_file(random, case)
    most = random.choice([len(file) - CLOSING_BYTES, 40])
    return send(file[: random.randint(1, most)])


def flipped(random: Random, case: Case) -> bytes:
    """A file with some bits the other way round, a part of them in its head."""
    file = bytearray(any_file(random, case))
    for _ in range(random.choice([1, 2, 8, 64])):
        place = random.randrange(random.choice([min(200, len(file)), len(file)]))
        file[place] ^= 1 << random.randrange(8)
    return send(bytes(file))


def spliced(random: Random, case: Case) -> bytes:
    """A file with parts of another one in it, or behind another one's first bytes."""
    file, other = any_file(random, case), any_file(random, case)
    if random.random() < 0.3:
        magic = MAGIC[random.choice(sorted(MAGIC))]
        return send(magic + random.choice([other, random.randbytes(500)]))
    start, end = sorted((random.randrange(len(file)), random.randrange(len(file))))
    place = random.randrange(len(other))
    return send(other[:place] + file[start:end] + other[place:])


def claiming(random: Random, case: Case) -> bytes:
    """A PNG or BMP of few bytes that claims more pixels than are allowed."""
    width = random.choice([1, 3, 8001, 65_536, 299_594, 2**31 - 1])
    height = random.randint(MOST // width + 1, 2**31 - 1) if width < MOST else 1
    if random.random() < 0.3:
        header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
        return send(b"BM" + struct.pack("<IHHI", 1000, 0, 0, 54) + header + bytes(900))
    bits, colour = random.choice([(8, 2), (16, 6), (8, 0), (1, 0)])
    return send(png(width, height, bits, colour, zlib.compress(bytes(1000))))


def bomb(random: Random, case: Case) -> bytes:
    """A PNG that is as large as it says, just below what is allowed, and of one colour."""
    width = random.choice([4000, 8000])
    height = random.choice([MEGA, 16 * MEGA, MOST - 8000]) // width
    # It may take as long as the host lets it: a machine may be slow.
    return send(black(width, height), deadline="9" * 15)


def no_base64(random: Random, case: Case) -> bytes:
    """Base64 with letters of another alphabet, breaks, or too little or too much at its end."""
    text = case.value["image"].rstrip("=")
    text = text[: len(text) - len(text) % 4]
    place = random.randrange(len(text))
    wrong = random.choice(["-", "_", "\n", " ", "=", "\0", "é", "%", "\r\n", "*" * 100])
    more = [text[:place] + wrong + text[place:], text + "A", text + "AA=", text + "====", text[:-1]]
    return post(json.dumps({"value": {"image": random.choice(more)}}).encode())


def tensor(random: Random, case: Case) -> bytes:
    """Numbers instead of an image: too few, too many, or just as many; some of them no numbers."""
    count = random.choice([1, 3, 4, 4000, 110_592, 110_593])
    number = random.choice([b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\xff\xff\x7f\x7f", b"\0\0\0\1"])
    text = base64.b64encode((number * count)[:count]).decode()
    return post(json.dumps({"value": {"tensor": text}}).encode())


ANY = {OWN_ERROR, RIGHT, LABEL}
KINDS = [
    Kind("image-odd", odd, {LABEL, RIGHT}),
    Kind("image-of-other-format", other_format, {OWN_ERROR}),
    Kind("image-cut", cut, {OWN_ERROR}, weight=2),
    Kind("image-flipped", flipped, ANY | {EXHAUSTED}, weight=4),
    Kind("image-spliced", spliced, ANY | {EXHAUSTED}, weight=2),
    Kind("image-claims", claiming, {OWN_ERROR}),
    Kind("image-bomb", bomb, {LABEL, RIGHT, OWN_ERROR, EXHAUSTED}, weight=0.05),
    Kind("no-base64", no_base64, {OWN_ERROR}),
    Kind("tensor", tensor, ANY, weight=0.5),
]
