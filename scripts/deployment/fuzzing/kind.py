"""What a kind of malformed request is."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from random import Random

from scripts.deployment.cases import Case


@dataclass(frozen=True)
class Kind:
    """One way in which requests are wrong, or unusual.

    Attributes:
        name: what it is called in the results, and in a file's name.
        make: makes one, the bytes on the connection, out of a right request; all chance comes from
            its `Random`.
        allowed: names of the answers that it may have.
        weight: how often it is sent, as against the others.
        hangs_up: the client goes away without waiting.
        native: answers that it may have from native programs, besides.
    """

    name: str
    make: Callable[[Random, Case], bytes]
    allowed: Set[str]
    weight: float = 1.0
    hangs_up: bool = False
    native: Set[str] = frozenset()
