"""Compare two results folders; call a difference only where their fingerprints say it is fair."""

import argparse
from typing import Any

from scripts.common import errors
from scripts.report import comparison, inputs
from scripts.report.folders import Folder, read

# Memory that two kernels report of the same machine differs by less than this share.
MEMORY_SHARE = 0.1
CONSEQUENCES = {
    "anything": "nothing is compared",
    "absolute": "absolute figures are not compared",
    "relative": "ratios to it are not compared",
}
NOTE = (
    "Intervals at {:g} %, from rounds that nothing pairs (Hodges and Lehmann's, of all quotients): "
    "what drifted between the two measurements is not in them. The same: the interval lies within "
    "1 ± {:g} %; undecided: it does not, and includes 1."
)


def differences(a: dict[str, Any], b: dict[str, Any]) -> dict[str, str]:
    """Return `X / Y` for each fact that differs, by its name."""
    return {
        name: f"{a.get(name, 'none')} / {b.get(name, 'none')}"
        for name in {**a, **b}
        if not agree(name, a.get(name), b.get(name))
    }


def agree(name: str, a: Any, b: Any) -> bool:
    """Return whether two values of a fact are the same; of memory, roughly."""
    if name == "memory in MiB":
        return abs(a - b) <= MEMORY_SHARE * max(a, b)
    return a == b


def refusals(a: Folder, b: Folder) -> tuple[list[str], dict[str, set[str]]]:
    """Return why figures are not compared, a line each, and of which benchmarks, for `rows`."""
    found = {kind: differences(getattr(a, kind), getattr(b, kind)) for kind in CONSEQUENCES}
    # A model that only one of them has is only in that one.
    both = set(a.anything) & set(b.anything)
    found["anything"] = {name: what for name, what in found["anything"].items() if name in both}
    lines = [
        f"the {name} differs: {what}: {CONSEQUENCES[kind]}"
        for kind, differing in found.items()
        for name, what in differing.items()
    ]
    changed = set()
    for name in sorted(set(a.settings) & set(b.settings)):
        differing = differences(a.settings[name], b.settings[name])
        if differing:
            changed.add(name)
            what = ", ".join(f"{setting} {values}" for setting, values in differing.items())
            lines.append(f"the settings of {name} differ: {what}: it is not compared")
    every = set(inputs.HEADLINES)
    return lines, {
        kind: every if found["anything"] or found[kind] else changed
        for kind in ("absolute", "relative")
    }


def compare(a: Folder, b: Folder) -> str:
    """Return the comparison as Markdown: the table, then what to know of it."""
    reasons, refused = refusals(a, b)
    level, margin = max(a.confidence, b.confidence), min(a.margin, b.margin)
    baselines = (a.baseline, b.baseline)
    lines = comparison.rows(a.rounds, b.rounds, baselines, level, margin, refused)
    other = [f"{name}: {what}" for name, what in differences(a.other, b.other).items()]
    parts = {
        "Not compared (A / B)": reasons,
        "Only in A": comparison.alone(a.rounds, b.rounds),
        "Only in B": comparison.alone(b.rounds, a.rounds),
        "What else differs (A / B)": other,
    }
    text = f"{comparison.markdown(lines)}\n\n{NOTE.format(100 * level, 100 * margin)}\n"
    for title, found in parts.items():
        text += f"\n{title}:\n\n" + "\n".join(f"- {line}" for line in found) + "\n" if found else ""
    return text


def main(argv: list[str] | None = None) -> int:
    """Print the comparison of two results folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("a", metavar="A", help="a results folder")
    parser.add_argument("b", metavar="B", help="another, whose figures are divided by those of A")
    args = parser.parse_args(argv)
    print(compare(read(args.a), read(args.b)), end="")
    return 0


if __name__ == "__main__":
    errors.run(main)
