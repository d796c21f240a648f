"""`wasmtime serve` as a host: its policies, and what has to be said of it."""

from dataclasses import dataclass
from typing import Any

from scripts.deployment.attack import TIMEOUT_SECONDS
from scripts.runners import service

# A new instance for each request, or instances that are kept for more of them.
POLICIES = FRESH, KEPT = ("serve", "serve-kept")
# Requests that wait at the most: it takes so many connections.
MOST_WAITING = 1000
# Why benchmarks of workers and their memory leave it out.
ONE_PROCESS = (
    "wasmtime serve is one process without workers: an instance has memory while it answers, and "
    "nothing tells which have answered"
)
NO_PROBE = (
    "what is instantiated outside a host is the action, by the library; wasmtime serve has another "
    "module, as a component"
)


@dataclass(frozen=True)
class Wasmtime:
    """How it serves: its program and options, and the requests to an instance that is kept."""

    program: str = ""
    options: tuple[str, ...] = ()
    uses: int = 1

    def command(self, contender: dict[str, Any], most: int) -> list[str]:
        """Return the words that start it, to answer so many requests at the same time."""
        uses = self.uses if contender["policy"] == KEPT else 1
        return service.command(self.program, contender["action"], self.options, most, uses)


def patience(rate: float) -> float:
    """Return the seconds that requests at a rate may take at a host that lets them wait."""
    return min(TIMEOUT_SECONDS, MOST_WAITING / rate)


def remark(policy: str, metric: str) -> str:
    """Return what has to be said of a metric of a host of a policy; "" where nothing has."""
    if policy not in POLICIES:
        return ""
    if metric.startswith("refused"):
        return "wasmtime serve refuses nothing: what is too much waits, see `unanswered`"
    return ""
