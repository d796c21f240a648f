"""Measure contenders in rounds: all of them in each, in a random order, until it is enough."""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scripts.bench.spawning import RunError
from scripts.stats import intervals


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

    Rounds are added until the intervals are narrow, whatever they then say: to stop at a verdict
    would favour the verdict. Those no wider than the margin are never undecided.

    Attributes:
        contenders: what takes part, the records by contender.
        measure: returns the (metric, unit, value) rows of one contender.
        headline: the metric whose ratios decide when it is enough; None for one round.
        baseline: the contender that ratios are taken against.
        confidence: level of the ratios' intervals.
        limits: when to stop.
        order: the seeded source of each round's order.
        samples: all of them, a row each.
        failed: what failed on the way, and how.
        headlines: the headline's values that count, by contender.
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
    headlines: dict[str, list[float]] = field(default_factory=dict)
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
            widest = self.widest() if self.headline and counted > 0 else float("inf")
            reason = self.reason_to_stop(counted, widest)
            self.report(number + 1, last, widest)
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
                self.failed[name] = f"failed in round {number + 1}: {error}"
                print(f"{name} {self.failed[name]}; it is left out", file=sys.stderr)
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
                if metric == self.headline and number >= self.limits.warmup_rounds:
                    self.headlines.setdefault(name, []).append(value)

    def reason_to_stop(self, counted: int, widest: float) -> str | None:
        """Say why it is enough after `counted` rounds; None where it is not.

        `widest` is the relative width of the widest ratio's interval.
        """
        if self.headline is None:
            return "one round is exact"
        if counted < self.limits.min_rounds:
            return None
        if widest <= self.limits.ratio_width:
            return f"every ratio's interval is within {100 * self.limits.ratio_width:g} %"
        if time.monotonic() - self.started > self.limits.budget_seconds:
            budget = f"the budget of {self.limits.budget_seconds:g} s ended"
            return (
                budget if counted > self.limits.min_rounds else f"{budget} before the least rounds"
            )
        return None

    def widest(self) -> float:
        """Return the relative width of the widest ratio's interval."""
        base = self.headlines.get(self.baseline, [])
        widths = [
            intervals.ratio(np.array(values), np.array(base), self.confidence).relative_width
            for name, values in self.headlines.items()
            if name not in (self.baseline, *self.failed)
            and self.contenders[name]["build"] != "noop"
            and len(values) == len(base)
        ]
        return max(widths, default=0.0)

    def report(self, done: int, last: int, widest: float) -> None:
        """Show progress on stderr."""
        elapsed = time.monotonic() - self.started
        left = min(elapsed / done * (last - done), max(0.0, self.limits.budget_seconds - elapsed))
        sure = "" if np.isinf(widest) else f", widest interval {100 * widest:.1f} %"
        print(
            f"round {done} of at most {last}, {elapsed:.0f} s, at most {left:.0f} s left{sure}",
            file=sys.stderr,
            flush=True,
        )
