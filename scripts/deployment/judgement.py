"""What became of the requests: right, refused, or something that must not be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from scripts.bench.spawning import RunError
from scripts.deployment.answers import OK, TOO_MANY, Answer
from scripts.deployment.cases import Case

LONGEST = 200
# What vegeta records of a request without an answer, and says where it was given up: by the client,
# or as the connection was reset. `wasmtime serve` lets 100 wait to be accepted.
NO_ANSWER, GIVEN_UP = 0, ("Client.Timeout", "connection reset by peer")


@dataclass(frozen=True)
class Judged:
    """The answers of an attack: with the oracle's label, refused for want of room, or too late."""

    right: list[Answer]
    refused: list[Answer]
    late: list[Answer] = field(default_factory=list)

    def per_second(self, interval_ns: float = 0.0) -> float:
        """Return the right answers a second, from the first request to the last answer of all.

        Where the schedule, so many ns a request, is longer than that, over the schedule: the time
        until the next request would have left belongs to the last one.
        """
        every = self.right + self.refused + self.late
        took = max(a.done for a in every) - min(a.sent for a in every)
        return len(self.right) / (max(took, interval_ns * len(every)) / 1e9)

    @property
    def refused_share(self) -> float:
        """The percentage of requests that were refused."""
        return 100 * len(self.refused) / len(self.right + self.refused + self.late)

    @property
    def late_share(self) -> float:
        """The percentage of requests that were given up before they were answered."""
        return 100 * len(self.late) / len(self.right + self.refused + self.late)


def judge(
    answers: Sequence[Answer],
    wanted: Sequence[Case],
    may_refuse: bool = False,
    may_wait: bool = False,
) -> Judged:
    """Tell the right answers from the refusals, and from requests that waited for too long.

    Raises:
        RunError: there are none, one is wrong, or is neither an answer nor a refusal.
    """
    if not answers:
        raise RunError("no request was answered")
    labels = {case.name: case.label for case in wanted}
    right, refused, late = [], [], []
    for answer in answers:
        if answer.status == OK:
            check(answer, labels)
            right.append(answer)
        elif may_refuse and answer.status == TOO_MANY and "error" in answer.told():
            refused.append(answer)
        elif may_wait and was_given_up(answer):
            late.append(answer)
        else:
            raise RunError(fault(answer, answers))
    return Judged(right, refused, late)


def was_given_up(answer: Answer) -> bool:
    """Tell whether nobody waited for an answer any more."""
    return answer.status == NO_ANSWER and any(words in answer.error for words in GIVEN_UP)


def check(answer: Answer, labels: dict[str, str]) -> None:
    """Raise `RunError` where an answer has not the oracle's label for what was sent."""
    found, expected = answer.told().get("label"), labels.get(answer.case)
    if found is None or found != expected:
        raise RunError(
            f"request {answer.seq} ({answer.case}) was answered {found!r} instead of {expected!r}"
        )


def fault(answer: Answer, answers: Sequence[Answer]) -> str:
    """Say which answer is none, and how many had which status."""
    told = answer.told().get("error") or answer.error or answer.body[:LONGEST]
    counted = ", ".join(f"{n} of {code}" for code, n in sorted(statuses(answers).items()))
    return f"request {answer.seq} ended in {answer.status}: {str(told)[:LONGEST]} ({counted})"


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    """Return how many answers had each status; 0 where there was none."""
    return Counter(answer.status for answer in answers)
