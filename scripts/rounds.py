"""Measure contenders in rounds: all of them in each, in a random order, until it is enough."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import estimates
import numpy as np
from spawn import RunError


@dataclass(frozen=True)
class Limits:
    """When to stop: see the config's keys of the same names."""

    warmup_rounds: int
    min_rounds: int
    max_rounds: int
    ratio_width: float
    budget_seconds: float


@dataclass
class Rounds:
    """The samples of one benchmark job as they come in.

    Attributes:
        contenders: what takes part, the records by contender.
        measure: returns the (metric, unit, value) rows of one contender.
        headline: the metric whose ratios decide when it is enough; None for one round.
        baseline: the contender that ratios are taken against.
        confidence: level of the ratios' intervals.
        limits: when to stop.
        order: the seeded source of each round's order.
    """

    contenders: dict[str, dict[str, Any]]
    measure: Callable[[dict[str, Any]], list[tuple[str, str, float]]]
    headline: str | None
    baseline: str
    confidence: float
    limits: Limits
    order: random.Random
    samples: list[dict[str, Any]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def run(self) -> str:
        """Measure until it is enough; return why it stopped.

        Raises:
            RunError: the baseline failed, without which nothing can be compared.
        """
        last = self.limits.warmup_rounds + self.limits.max_rounds
        for number in range(last):
            self.one_round(number)
            counted = number + 1 - self.limits.warmup_rounds
            reason = self.reason_to_stop(counted)
            self.report(number + 1, last, counted)
            if reason:
                return reason
        return f"the most rounds, {self.limits.max_rounds}, were measured"

    def one_round(self, number: int) -> None:
        """Measure every contender once, in a random order."""
        names = [name for name in self.contenders if name not in self.failed]
        self.order.shuffle(names)
        for position, name in enumerate(names):
            try:
                rows = self.measure(self.contenders[name])
            except RunError as error:
                if name == self.baseline:
                    raise RunError(f"the baseline {name} {error}") from error
                self.failed[name] = str(error)
                print(f"{name} failed and is left out: {error}", file=sys.stderr)
                continue
            for metric, unit, value in rows:
                self.samples.append(
                    {
                        "contender": name,
                        "metric": metric,
                        "unit": unit,
                        "round": number,
                        "position": position,
                        "warmup": int(number < self.limits.warmup_rounds),
                        "value": value,
                    }
                )

    def reason_to_stop(self, counted: int) -> str | None:
        """Say why it is enough after `counted` rounds; None where it is not."""
        if self.headline is None:
            return "one round is exact"
        if counted < self.limits.min_rounds:
            return None
        widest = self.widest()
        if widest <= self.limits.ratio_width:
            return f"every ratio's interval is within {100 * self.limits.ratio_width:g} %"
        if time.monotonic() - self.started > self.limits.budget_seconds:
            return f"the budget of {self.limits.budget_seconds:g} s ended"
        return None

    def widest(self) -> float:
        """Return the relative width of the widest ratio's interval."""
        table = dict(self.headlines())
        base = table.get(self.baseline)
        widths = [
            estimates.ratio(values, base, self.confidence).relative_width
            for name, values in table.items()
            if name != self.baseline and len(values) == len(base)
        ]
        return max(widths, default=0.0)

    def headlines(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the headline's values of each contender compared, in the order of rounds."""
        for name, record in self.contenders.items():
            if name not in self.failed and record["build"] != "noop":
                yield (
                    name,
                    np.array(
                        [
                            row["value"]
                            for row in self.samples
                            if row["contender"] == name
                            and row["metric"] == self.headline
                            and not row["warmup"]
                        ]
                    ),
                )

    def report(self, done: int, last: int, counted: int) -> None:
        """Show progress on stderr."""
        elapsed = time.monotonic() - self.started
        left = min(elapsed / done * (last - done), max(0.0, self.limits.budget_seconds - elapsed))
        width = self.widest() if self.headline and counted > 0 else float("inf")
        sure = "" if np.isinf(width) else f", widest interval {100 * width:.1f} %"
        print(
            f"round {done} of at most {last}, {elapsed:.0f} s, at most {left:.0f} s left{sure}",
            file=sys.stderr,
            flush=True,
        )
