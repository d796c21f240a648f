"""What vegeta recorded of each request: its CSV, read without loss."""

import base64
import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Any

from scripts.deployment import cases

# The columns that `vegeta encode --to csv` writes, without a header line; bytes are in base64.
COLUMNS = (
    "sent", "status", "latency", "bytes_out", "bytes_in", "error", "body", "attack", "seq",
    "method", "url", "header",
)  # fmt: skip
OK, TOO_MANY = 200, 429
# The header in which a host tells where its time went (W3C Server Timing): milliseconds.
PARTS = "Server-Timing"


class FormatError(Exception):
    """A line that vegeta does not write."""


@dataclass(frozen=True)
class Answer:
    """One request and what came of it.

    Attributes:
        seq: its place in the schedule, from 0.
        sent: the Unix time it was sent at, or by the schedule should have been, ns.
        latency: from then until the whole answer was there, ns.
        status: of HTTP; 0 where there was no answer.
        error: what vegeta says of a status that is none of success, or of no answer.
        body: of the answer.
        case: the name of what was sent.
        parts: milliseconds, by part, as the host told them.
    """

    seq: int
    sent: int
    latency: int
    status: int
    error: str
    body: bytes
    case: str
    parts: dict[str, float]

    @property
    def done(self) -> int:
        """The Unix time at which the answer was there, ns."""
        return self.sent + self.latency

    def told(self) -> dict[str, Any]:
        """Return the object in the body; an empty one where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def read(lines: Iterable[str]) -> list[Answer]:
    """Read what vegeta wrote, in the order in which it was sent.

    Raises:
        FormatError: a line has other columns, or other values in them.
    """
    return sorted(_rows(lines), key=lambda answer: answer.seq)


def _rows(lines: Iterable[str]) -> Iterator[Answer]:
    try:
        for row in csv.reader(lines, strict=True):
            yield _answer(dict(zip(COLUMNS, row, strict=True)))
    except (ValueError, csv.Error) as error:
        raise FormatError(f"not a line of `vegeta encode --to csv`: {error}") from error


def _answer(row: dict[str, str]) -> Answer:
    return Answer(
        seq=int(row["seq"]),
        sent=int(row["sent"]),
        latency=int(row["latency"]),
        status=int(row["status"]),
        error=row["error"],
        body=base64.b64decode(row["body"], validate=True),
        case=cases.name_of(row["url"]),
        parts=parts(base64.b64decode(row["header"], validate=True)),
    )


def parts(header: bytes) -> dict[str, float]:
    """Return what the header says that each part took, in milliseconds.

    A part without a duration, or with one that is no number, is left out.
    """
    told = BytesHeaderParser().parsebytes(header).get_all(PARTS, [])
    found = {}
    for entry in ",".join(told).split(","):
        name, *parameters = (word.strip() for word in entry.split(";"))
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "dur":
                try:
                    found[name] = float(value.strip().strip('"'))
                except ValueError:
                    continue
    return found
