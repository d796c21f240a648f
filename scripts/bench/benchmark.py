"""What a benchmark is: one object, in a file of its own in `benchmarks/`, that says all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.bench.harness import Contender, Harness

Value = tuple[str, str, float]  # metric, unit, value


@dataclass(frozen=True)
class Benchmark:
    """One benchmark: what is measured, of whom, how it is configured, told and drawn.

    Attributes:
        measure: takes one contender's values in one round.
        title: its heading in the report.
        label: what its figures are called in a sentence, such as "cold start".
        what: what a round measures, and how that is to be read.
        settings: its keys in the config, each a JSON schema with a default.
        metrics: what its metrics are called in the report's table, the headline first.
        headline: the metric that stands for it, whose ratios decide whether more rounds are needed;
            None where values are exact and one round is enough.
        leaves_out: contenders whose mode has one of these traits take no part.
        place: where it stands in the report, ascending.
        is_ranked: contenders are compared by its headline; else the report lists its metrics.
        has_own_section: the report's template tells it in a way that suits no other.
        is_more_better: the largest value is the best.
        needs_answer: the program that does nothing cannot take part.
        has_blocks: rounds are blocks of several processes, `runs` in all.
        pooled: the metric of which a round has many values; those of all rounds make percentiles.
        base_metrics: the metric of the baseline that one is compared with, where it is another.
        figure: how its headline, else its first metric, is drawn: a name of report/drawings.py's.
        prepare: readies a contender before the first round; its `RunError` leaves it out.
        tools: what it measures with besides, entries of `envs/tools.yaml`.
        is_count: its headline is a count that repeats: `watch` compares its rounds without a test,
            by a threshold of its own.
    """

    measure: Callable[[Harness, Contender], list[Value]]
    title: str
    label: str
    what: str
    settings: Mapping[str, Any]
    metrics: Mapping[str, str]
    headline: str | None = None
    leaves_out: frozenset[str] = frozenset({"later-start", "reference"})
    place: int = 100
    is_ranked: bool = True
    has_own_section: bool = False
    is_more_better: bool = False
    needs_answer: bool = False
    has_blocks: bool = False
    pooled: str | None = None
    base_metrics: Mapping[str, str] = field(default_factory=dict)
    figure: str = "bars"
    prepare: Callable[[Harness, Contender], None] | None = None
    tools: tuple[str, ...] = ()
    is_count: bool = False

    @property
    def shown(self) -> str:
        """The metric that a figure of one shows."""
        return self.headline or next(iter(self.metrics))

    def takes(self, traits: frozenset[str]) -> bool:
        """Tell whether a contender whose mode has these traits takes part."""
        return not traits & self.leaves_out
