"""Malformed requests to one host, volley after volley, with right ones between them."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scripts.deployment.cases import Case
from scripts.deployment.fuzzing import answers, kinds, leftovers
from scripts.deployment.fuzzing.answers import Answer
from scripts.deployment.fuzzing.kinds import Request
from scripts.deployment.fuzzing.wire import exchange
from scripts.deployment.host import Served

# Requests after which right ones follow, and the host is weighed.
VOLLEY = 50
# On their way at the same time; the host has room for more, so that none may be refused for that.
IN_FLIGHT, WORKERS, QUEUE = 6, 2, 16


class FoundError(Exception):
    """Something that must not be, and the request that showed it, where it was one."""

    def __init__(self, what: str, number: int | None = None, request: Request | None = None):
        """Take what was found."""
        super().__init__(what)
        self.number = number
        self.request = request


@dataclass(frozen=True)
class Plan:
    """What is sent: of which seed, how much, and made of which right requests.

    Attributes:
        seed: all chance comes from it.
        requests: as many at the least.
        seconds: as long at the least.
        slow: senders that stop in the middle.
        cases: right requests; the malformed ones are made of the first.
    """

    seed: str
    requests: int
    seconds: float
    slow: int
    cases: Sequence[Case]


@dataclass
class Campaign:
    """The requests to one host, and what came of them."""

    served: Served
    contender: str
    policy: str
    plan: Plan
    answered: dict[str, Counter[str]] = field(default_factory=dict)
    right: int = 0
    sent: list[int] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Send all; raise `FoundError` for the first answer that the contract does not allow."""
        with (
            ThreadPoolExecutor(IN_FLIGHT) as threads,
            ThreadPoolExecutor(max(1, self.plan.slow)) as slow,
        ):
            waiting = [
                (number, found, slow.submit(self._send, found))
                for number, found in self._unfinished()
            ]
            for first in self._volleys():
                numbers = range(first, first + VOLLEY)
                made = [kinds.request(self._seed, n, self.plan.cases[0]) for n in numbers]
                for number, request, answer in zip(
                    numbers, made, threads.map(self._send, made), strict=True
                ):
                    self._judge(number, request, answer)
                self._ask_rightly()
                self.sent.append(first + VOLLEY)
                self.pss.append(leftovers.weight(self.served))
            for number, request, answer in waiting:
                self._judge(number, request, answer.result())

    @property
    def _seed(self) -> str:
        # Other requests to every host: together they are more.
        return f"{self.plan.seed} {self.contender}"

    def _unfinished(self) -> Iterator[tuple[int, Request]]:
        for number in range(self.plan.slow):
            yield number, kinds.unfinished(self._seed, number, self.plan.cases[0])

    def _volleys(self) -> Iterator[int]:
        """Yield the first number of each volley."""
        first, end = 0, time.monotonic() + self.plan.seconds
        while first < self.plan.requests or time.monotonic() < end:
            yield first
            first += VOLLEY

    def _send(self, request: Request) -> Answer:
        port = urlsplit(self.served.url).port
        return exchange(port, request.data, request.kind.hangs_up)

    def _judge(self, number: int, request: Request, answer: Answer) -> None:
        case = self.plan.cases[0]
        if why := kinds.fault(request.kind, answer, case, self.policy):
            raise FoundError(why, number, request)
        name = answers.name_of(answer, case.label)
        self.answered.setdefault(request.kind.name, Counter())[name] += 1

    def _ask_rightly(self) -> None:
        """Have a right request answered, the cases in turns."""
        case = self.plan.cases[self.right % len(self.plan.cases)]
        answer = Answer(*self.served.activate(case.body()))
        if answers.name_of(answer, case.label) != answers.RIGHT:
            raise FoundError(f"a right request between them was answered {answer}")
        self.right += 1
