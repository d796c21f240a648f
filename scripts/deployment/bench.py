"""What a benchmark of the deployment measures with, and what one is."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.action import policies
from scripts.bench.spawning import RunError
from scripts.deployment import attack, host, service
from scripts.deployment.attack import Generator
from scripts.deployment.cases import Case
from scripts.deployment.cores import Cores
from scripts.deployment.host import Served
from scripts.deployment.judgement import Judged, judge
from scripts.deployment.service import Wasmtime

Contender = dict[str, Any]
Value = tuple[str, str, float]  # metric, unit, value
# Requests on their way for each worker when a host is saturated: one runs, one waits for its turn.
IN_FLIGHT = 2
# Seconds that it is saturated for, to have every worker answer, and then to learn what it can do.
WARM_SECONDS, SATURATE_SECONDS = 1.0, 3.0
# Of what the generator can do at the most, the share that a load may take.
MOST_OF_CEILING = 0.5


@dataclass(frozen=True)
class Bench:
    """What a benchmark measures with.

    Attributes:
        generator: what sends load.
        cases: what is sent, and what is right.
        settings: the benchmark's own settings.
        workers: of a host, unless a benchmark says otherwise.
        queue: activations that wait in a host before it refuses more.
        cores: who runs where.
        ceiling: requests a second that the generator can send at the most.
        folder: for the hosts' stores and logs.
        wasmtime: what serves the policies of service.py.
    """

    generator: Generator
    cases: list[Case]
    settings: dict[str, Any]
    workers: int
    queue: int
    cores: Cores
    ceiling: float
    folder: Path
    wasmtime: Wasmtime = Wasmtime()

    @contextlib.contextmanager
    def host(self, contender: Contender, workers: int = 0) -> Iterator[Served]:
        """Start a contender's host; of so many workers, where that is said."""
        workers = workers or self.workers
        waits = contender["policy"] in service.POLICIES
        if waits:
            words = self.wasmtime.command(contender, workers)
        else:
            action, policy = contender["action"], contender["policy"]
            words = host.command(action, policy, workers, self.queue, self.folder / "store")
        with host.serving(words, self.folder / "host.log", self.cores.host, waits) as served:
            yield served

    def capacity(self, served: Served) -> float:
        """Return the right answers a second of a host that is saturated.

        Measured in every round, of the host that the round's load goes to, which is warm after it.
        """
        for seconds in (WARM_SECONDS, SATURATE_SECONDS):
            in_flight = IN_FLIGHT * self.workers
            found = self.generator.saturate(served.run_url, self.cases, in_flight, seconds)
            rate = judge(found, self.cases).per_second()
        self.trust(rate)
        return rate

    def trust(self, rate: float) -> None:
        """Raise `RunError` where so many requests a second are more than the generator can do."""
        if rate > MOST_OF_CEILING * self.ceiling:
            raise RunError(
                f"{rate:.0f} requests a second are more than half of the {self.ceiling:.0f} that "
                "the generator reaches here: what was measured would be the generator"
            )

    def attacks(
        self,
        served: Served,
        phases: list[tuple[float, float]],
        may_refuse: bool = False,
        cases: list[Case] | None = None,
    ) -> list[Judged]:
        """Send load at so many requests a second for so many seconds, one phase after another.

        Args:
            served: the host.
            phases: pairs of requests a second and seconds.
            may_refuse: whether a refusal is an answer.
            cases: what is sent, where that is not `self.cases`.

        Raises:
            UserError: the generator left the schedule.
            RunError: an answer is wrong, or is none; or that is more than the generator can do.
        """
        fastest = max(rate for rate, _ in phases)
        self.trust(fastest)
        wanted = cases or self.cases
        may_wait = may_refuse and served.waits
        patience = service.patience(fastest) if may_wait else attack.TIMEOUT_SECONDS
        found = self.generator.attacks(served.run_url, wanted, phases, patience)
        return [judge(answers, wanted, may_refuse, may_wait) for answers in found]


@dataclass(frozen=True)
class Benchmark:
    """One benchmark of the deployment, in a file of its own in `benchmarks/`.

    Attributes:
        measure: takes one contender's values in one round.
        title: of its section in the chapter.
        what: what a round measures, and how that is to be read.
        settings: its keys in the config, each a JSON schema with a default.
        columns: the metrics of its table, with what each is called; ratios are told of the first.
        figure: how its figure is to be read; "" where it has none.
        levelled: as `columns`, of metrics that are measured at several levels, a table each.
        pooled: metrics of which a round has many values; those of all rounds make percentiles.
        slopes: metrics that are measured at several numbers of actions: what one more costs.
        policies: who takes part.
        without: why those of a policy do not, where that has to be said.
    """

    measure: Callable[[Bench, Contender], list[Value]]
    title: str
    what: str
    settings: Mapping[str, Any]
    columns: Mapping[str, str]
    figure: str = ""
    levelled: Mapping[str, str] = field(default_factory=dict)
    pooled: frozenset[str] = frozenset()
    slopes: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset((*policies.WASM, *policies.NATIVE, *service.POLICIES))
    without: Mapping[str, str] = field(default_factory=dict)


def at(metric: str, level: float) -> str:
    """Return the name of a metric at one level of several."""
    return f"{metric}_at_{level:g}"


def level(metric: str) -> tuple[str, float | None]:
    """Return a metric's own name and its level, None where it has none."""
    name, found, text = metric.rpartition("_at_")
    return (name, float(text)) if found else (metric, None)


def unanswered(judged: Judged, served: Served, rate: float) -> list[tuple[str, str, float]]:
    """Return how many requests of a load a host let wait for longer than its clients did.

    Nothing of a host that refuses them instead.
    """
    if not served.waits:
        return []
    return [("unanswered", "%", judged.late_share), ("patience", "s", service.patience(rate))]


def percentiles_of(judged: Judged, metric: str = "latency") -> list[Value]:
    """Return the latency of each right answer, for the percentiles of all rounds together."""
    return [(metric, "ms", answer.latency / 1e6) for answer in judged.right]
