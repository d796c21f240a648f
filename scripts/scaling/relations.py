"""What grows with what: the metrics through which a line is laid, and over what."""

from dataclasses import dataclass

# What things grow with, columns of the table, and what a million of it is called; the place of that
# many stands before it.
OVER = {
    "multiply_adds": "million multiply-adds",
    "model_bytes": "MB of the graph",
    "pixels": "megapixels",
}
MILLION = 1e6


@dataclass(frozen=True)
class Relation:
    """A metric of a benchmark and what a line is laid over.

    Attributes:
        benchmark: its name.
        metric: its name.
        over: a column of `OVER`.
        title: its heading in the chapter.
        label: what the metric is called in a sentence.
        parts: what the line's value at zero and what grows are called, where it is to be told which
            of them is the larger.
    """

    benchmark: str
    metric: str
    over: str
    title: str
    label: str
    parts: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """What its figure is called."""
        return f"{self.benchmark}-{self.metric}-{self.over}"

    @property
    def of_photographs(self) -> bool:
        """Whether it is of one model and many photographs, not the other way round."""
        return self.over == "pixels"


RELATIONS = (
    Relation(
        "cold_start", "wall", "multiply_adds",
        title="Cold start over multiply-adds",
        label="cold start",
    ),
    Relation(
        "inference", "p50", "multiply_adds",
        title="Warm inference over multiply-adds",
        label="warm inference",
    ),
    Relation(
        "memory", "peak_rss", "model_bytes",
        title="Memory over the model's size",
        label="peak memory",
    ),
    Relation(
        "phases", "wall", "pixels",
        title="A fresh process over the photograph's pixels",
        label="a fresh process",
        parts=("what no pixel takes", "what the photograph takes"),
    ),
    Relation(
        "phases", "decode", "pixels",
        title="Decoding and resizing over the photograph's pixels",
        label="decoding and resizing",
    ),
    Relation(
        "memory", "peak_rss", "pixels",
        title="Memory over the photograph's pixels",
        label="peak memory",
    ),
)  # fmt: skip
