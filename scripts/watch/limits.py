"""What base and candidate are judged by."""

from dataclasses import dataclass

from scripts.watch import counts


@dataclass(frozen=True)
class Limits:
    """The tests' confidence, and the share from which more is too much, of counts another one."""

    confidence: float
    threshold: float
    count_threshold: float

    def of(self, benchmark: str) -> float:
        """Return the threshold of a benchmark."""
        return self.count_threshold if counts.are_of(benchmark) else self.threshold
