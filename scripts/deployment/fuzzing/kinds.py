"""The requests of a run: what the nth one is follows from the seed and n alone."""

from dataclasses import dataclass
from random import Random

from scripts.action import policies
from scripts.deployment.cases import Case
from scripts.deployment.fuzzing import answers, http_kinds, json_kinds, picture_kinds
from scripts.deployment.fuzzing.answers import Answer
from scripts.deployment.fuzzing.http_kinds import UNFINISHED
from scripts.deployment.fuzzing.kind import Kind

KINDS = [*json_kinds.KINDS, *picture_kinds.KINDS, *http_kinds.KINDS]
WEIGHTS = [kind.weight for kind in KINDS]
BY_NAME = {kind.name: kind for kind in [*KINDS, UNFINISHED]}


@dataclass(frozen=True)
class Request:
    """A malformed request: the bytes on the connection, and of which kind they are."""

    kind: Kind
    data: bytes


def request(seed: str, number: int, case: Case) -> Request:
    """Return the request of a number, made of a right one."""
    random = Random(f"{seed} {number}")
    (kind,) = random.choices(KINDS, WEIGHTS)
    return Request(kind, kind.make(random, case))


def unfinished(seed: str, number: int, case: Case) -> Request:
    """Return a request whose sender stops in the middle."""
    return Request(UNFINISHED, UNFINISHED.make(Random(f"{seed} unfinished {number}"), case))


def fault(kind: Kind, answer: Answer, case: Case, policy: str) -> str | None:
    """Say why an answer is not one that a kind may have; None where it is."""
    allowed = permitted(kind, policy)
    if (name := answers.name_of(answer, case.label)) in allowed:
        return None
    called = name or "which is not in the contract"
    return f"was answered {answer} ({called}) instead of {' or '.join(sorted(allowed))}"


def permitted(kind: Kind, policy: str) -> set[str]:
    """Return the names of the answers that a kind may have by a policy."""
    found = set(kind.allowed) | (set(kind.native) if policy in policies.NATIVE else set())
    # A kept program's last words are in the log: why it ended is not known.
    if policy == "loop" and answers.EXHAUSTED in found:
        found.add(answers.ABNORMAL)
    return found
