"""What lines and ratios say, in words that go as far as their intervals."""

import math
from collections.abc import Iterable, Iterator

import pandas as pd

from scripts.report import wording
from scripts.scaling import tables
from scripts.scaling.relations import MILLION, OVER, Relation

# Where the largest of several figures is below so many of a unit, the next smaller one is read.
SMALLER = {"s": (1.0, 1e3, "ms"), "ms": (0.1, 1e3, "µs"), "µs": (0.1, 1e3, "ns")}
SMALLER |= {"MiB": (0.1, 1024, "KiB")}


def figures(values: list[float], unit: str) -> str:
    """Return a figure, and its interval where there are bounds: `20.0 µs (19.0 to 21.0)`.

    The unit is one that all of them can be read in.
    """
    values = [value for value in values if not math.isnan(value)]
    while unit in SMALLER and 0 < max(map(abs, values)) < SMALLER[unit][0]:
        _, factor, unit = SMALLER[unit]
        values = [value * factor for value in values]
    value, *bounds = map(wording.significant, values)
    told = f"{value} {unit}".strip()
    return f"{told} ({' to '.join(bounds)})" if bounds else told


def span(line: pd.Series, name: str, unit: str) -> str:
    """Return one of a line's figures with its interval, where it has one."""
    return figures([line[f"{name}{end}"] for end in ("", "_low", "_high")], unit)


def of_line(line: pd.Series, own: pd.DataFrame, relation: Relation, margin: float) -> str:
    """Say what a line through points is, which of its parts is the larger where, and if it fits."""
    if line.note:
        return f"`{line.contender}`: {line.note}."
    if math.isnan(line.slope_low):
        return f"`{line.contender}`: no line is told: its interval takes three places."
    said = [f"`{line.contender}`: {grown(line, relation)}."]
    if relation.parts:
        said.append(parted(line, own, relation))
    return " ".join([*said, fitted(line, margin)])


def each(line: pd.Series, relation: Relation) -> str:
    """Return what is added for each unit."""
    unit = OVER[relation.over].removesuffix("s")
    unit = OVER[relation.over] if relation.over == "multiply_adds" else unit
    return f"{span(line, 'slope', line.unit)} for each {unit}"


def grown(line: pd.Series, relation: Relation) -> str:
    """Say of a line's two figures what their intervals show."""
    fixed = span(line, "intercept", line.unit)
    starts, grows = line.intercept_low > 0, line.slope_low > 0
    if starts and grows:
        return f"{fixed}, and {each(line, relation)}"
    if starts:
        return f"{fixed}; the line does not show that it grows ({each(line, relation)})"
    if grows:
        besides = f"the line does not show that it takes anything besides ({fixed})"
        return f"{each(line, relation)}; {besides}"
    return f"the line shows neither {fixed} at zero nor {each(line, relation)} to be anything"


def of_shares(points: pd.DataFrame, whole: Relation, part: Relation) -> Iterator[str]:
    """Yield of each contender at which models a part takes more than half of the whole."""
    found = tables.shares(points, whole, part)
    for name, own in found.groupby("contender", sort=False):
        groups = {"more than half at": own.low > 0.5, "less than half at": own.high < 0.5}
        groups["undecided at"] = (own.low <= 0.5) & (own.high >= 0.5)
        ends = own.iloc[list(dict.fromkeys([0, len(own) - 1]))]
        told = ", ".join(
            f"{figures([100 * row.share, 100 * row.low, 100 * row.high], '%')} at {row.model}"
            for row in ends.itertuples()
        )
        told = f"{told}: {listed(own.model, groups)}"
        yield f"Of a {whole.label} of `{name}` a {part.label} takes {told}."


def listed(places: Iterable[str], groups: dict[str, pd.Series]) -> str:
    """Return which places are in which group, those with none left out."""
    return "; ".join(
        f"{words} {', '.join(name for name, is_in in zip(places, chosen, strict=True) if is_in)}"
        for words, chosen in groups.items()
        if chosen.any()
    )


def parted(line: pd.Series, own: pd.DataFrame, relation: Relation) -> str:
    """Say at which places which part of the line is the larger."""
    fixed, growing = relation.parts
    if math.isnan(line.crossover_low):
        return f"Where {fixed} is more than {growing} is not known."
    x = own[relation.over] / MILLION
    places = [tables.place(row) for _, row in own.iterrows()]
    groups = {
        f"{fixed} is more at": x < line.crossover_low,
        f"{growing} at": x > line.crossover_high,
        "undecided at": (x >= line.crossover_low) & (x <= line.crossover_high),
    }
    equal = span(line, "crossover", OVER[relation.over])
    told = listed(places, groups)
    return f"By the line {fixed} and {growing} are the same at {equal}: {told}."


def fitted(line: pd.Series, margin: float) -> str:
    """Say whether the points lie on the line."""
    count, on, off = (int(line[name]) for name in ("n", "on", "off"))
    within = f"within {100 * margin:g} % of the line"
    if on == count:
        return f"All {count} places lie {within}."
    lie = "lies" if on == 1 else "lie"
    side = "above" if line.farthest > 0 else "below"
    share = wording.significant(100 * abs(line.farthest))
    farthest = f"the farthest, {line.farthest_at}, {share} % {side}"
    if off:
        do = "does" if off == 1 else "do"
        rest = f", of {count - on - off} it is undecided" if on + off < count else ""
        return f"Of {count} places {on} {lie} {within}, {off} {do} not{rest}; {farthest}."
    others = "all" if not on else "the others" if count - on > 1 else "the other"
    return f"{on} of {count} places {lie} {within}; of {others} it is undecided; {farthest}."


def of_ratios(points: pd.DataFrame, relation: Relation) -> Iterator[str]:
    """Yield of each contender how its ratio changes from the smallest place to the largest.

    Where one in between is beyond both, that is said too.
    """
    found = tables.of_relation(points, relation)
    for name, own in found[found.ratio.notna()].groupby("contender", sort=False):
        first, last = own.iloc[0], own.iloc[-1]
        to = f"`{name}` to `{first.baseline}`, {relation.label}"
        if len(own) < 2:
            yield f"{to}: {wording.ratio(first)} at {tables.place(first)}."
            continue
        between = "their intervals overlap"
        if math.isnan(first.ratio_low) or math.isnan(last.ratio_low):
            between = "too few rounds to tell them apart"
        elif last.ratio_low > first.ratio_high:
            between = "larger at the latter"
        elif last.ratio_high < first.ratio_low:
            between = "smaller at the latter"
        yield (
            f"{to}: {wording.ratio(first)} at {tables.place(first)}; {wording.ratio(last)} at "
            f"{tables.place(last)}; {between}{beyond(own)}."
        )


def beyond(own: pd.DataFrame) -> str:
    """Return which ratio between the first and the last place is larger, or smaller, than both."""
    ends, middle = own.iloc[[0, -1]], own.iloc[1:-1]
    larger = middle[middle.ratio_low > ends.ratio_high.max()].nlargest(1, "ratio")
    smaller = middle[middle.ratio_high < ends.ratio_low.min()].nsmallest(1, "ratio")
    return "".join(
        f"; {word} than both in between, {wording.ratio(row)} at {tables.place(row)}"
        for word, found in (("larger", larger), ("smaller", smaller))
        for _, row in found.iterrows()
    )
