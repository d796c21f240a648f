"""What is sent, and what the oracle says that the answer must be."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np

KEY = "case"


@dataclass(frozen=True)
class Case:
    """A request of the load, and the label that is right for it.

    Attributes:
        name: its name in the query of its URL.
        value: the action's parameters.
        label: what the oracle's classifier says.
    """

    name: str
    value: dict[str, Any]
    label: str

    def body(self) -> bytes:
        """Return the body of its POST /run."""
        return json.dumps({"value": self.value}, separators=(",", ":")).encode()

    def with_phases(self) -> "Case":
        """Return the same request, which has the action tell where its time went as well."""
        return replace(self, value=self.value | {"phases": True})


def photographs(rows: Sequence[dict], answers: Mapping[str, np.ndarray]) -> list[Case]:
    """Return a case for each photograph that the oracle answered.

    Args:
        rows: the readable answers, see oracle/answer_cases.py.
        answers: its arrays, of which `image/NAME` is a photograph's file, uint8 [bytes].
    """
    return [
        Case(
            row["name"],
            {"image": base64.b64encode(answers[f"image/{row['name']}"].tobytes()).decode("ascii")},
            row["label"],
        )
        for row in rows
        if row["kind"] == "photograph"
    ]


def url_of(url: str, name: str) -> str:
    """Return the URL that a case is sent to: an answer's URL tells which one it is of."""
    return f"{url}?{urlencode({KEY: name})}"


def name_of(url: str) -> str:
    """Return the name of the case that was sent to a URL; "" where there is none."""
    return parse_qs(urlsplit(url).query).get(KEY, [""])[0]


def targets(url: str, wanted: Sequence[Case]) -> str:
    """Return vegeta's targets, JSON, a line each; it takes them in turns."""
    lines = (
        {
            "method": "POST",
            "url": url_of(url, case.name),
            "header": {"Content-Type": ["application/json"]},
            "body": base64.b64encode(case.body()).decode("ascii"),
        }
        for case in wanted
    )
    return "".join(f"{json.dumps(line)}\n" for line in lines)
