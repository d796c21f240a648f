"""A request as text: what the oracle and the reference runtimes read alike."""

import json
from typing import Any

from scripts.common.errors import UserError


def parse(text: bytes) -> dict[str, Any]:
    """Return a request's keys and values, unchecked.

    Raises:
        UserError: it is no JSON object.
    """
    try:
        request = json.loads(text)
    except ValueError as error:
        raise UserError(f"the request is no JSON: {error}") from error
    if not isinstance(request, dict):
        raise UserError("the request is no JSON object")
    return request
