"""Compare two results folders; call a difference only where their fingerprints say it is fair."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import compare_tables
import errors
import files
import report_data
from errors import UserError

# Memory that two kernels report of the same machine differs by less than this share.
MEMORY_SHARE = 0.1
DIGEST_SHOWN = 12
CONSEQUENCES = {
    "anything": "nothing is compared",
    "absolute": "absolute figures are not compared",
    "relative": "ratios to it are not compared",
}
NOTE = (
    "Intervals at {:g} %, from rounds that nothing pairs: what drifted between the two "
    "measurements is not in them."
)
MODEL, INPUT = "results/model/model.pb", "results/input.json"


@dataclass(frozen=True)
class Folder:
    """What a comparison needs of one results folder.

    Attributes:
        rounds: the headline figures, one a round, by the values of `compare_tables.KEYS`.
        confidence: the level of its intervals.
        baseline: the contender its ratios are taken against.
        anything: what must agree, or nothing is compared.
        absolute: what must agree, or absolute figures are not compared.
        relative: what must agree, or ratios to the baseline are not compared.
        settings: each benchmark's, which must agree, or it is not compared.
        other: what may differ: it is what a comparison is about.
    """

    rounds: compare_tables.Rounds
    confidence: float
    baseline: str
    anything: dict[str, Any]
    absolute: dict[str, Any]
    relative: dict[str, Any]
    settings: dict[str, Any]
    other: dict[str, Any]


def read(path: str | Path) -> Folder:
    """Read a results folder; raise `UserError` naming what is not there or not as expected."""
    path = Path(path)
    if not path.is_dir():
        raise UserError(f"there is no folder {path}")
    machine = files.read_json(path / "machine.json")
    model = files.read_json(path / "model" / "model.json")
    try:
        facts = fingerprint(machine, model)
        jobs = [(job["mode"], job["benchmark"]) for job in machine["jobs"]]
    except (AttributeError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}/machine.json or model/model.json lacks what a comparison needs "
            f"({type(error).__name__}: {error}); run the job again"
        ) from error
    return Folder(rounds=compare_tables.rounds(compare_tables.samples(path, jobs)), **facts)


def fingerprint(machine: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of `Folder` that come from the fingerprint, by name."""
    config, cpu = machine["config"], machine["cpu"]
    digests = {path: digest[:DIGEST_SHOWN] for path, digest in machine["artifacts"].items()}
    baseline = config["compare"]["baseline"]
    return {
        "confidence": config["confidence"],
        "baseline": baseline,
        "anything": {
            "model": f"{model['name']} {model['weights']} {digests.pop(MODEL)}",
            "input": digests.pop(INPUT),
        },
        "absolute": {
            "CPU": cpu["model"],
            "architecture": cpu["architecture"],
            "number of cores": cpu["cores"],
            "frequency governor": cpu["governor"],
            "memory in MiB": machine["memory_mib"],
        },
        "relative": {"baseline": f"{baseline} {config['builds'][baseline]}"},
        "settings": config["benchmarks"],
        "other": flat(
            {name: machine[name] for name in ("kernel", "system", "python", "packages", "git")}
            | {"CPU flags": dict.fromkeys(cpu["flags"], "present"), "virtual": cpu["virtual"]}
            | {"tools": {tool["name"]: tool["version"] for tool in machine["tools"]}}
            | {"artifacts": digests, "config": {**config, "benchmarks": {}}}
        ),
    }


def flat(facts: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested facts as one level, the names joined with spaces."""
    found = {}
    for name, value in facts.items():
        found |= (
            flat(value, f"{prefix}{name} ") if isinstance(value, dict) else {prefix + name: value}
        )
    return found


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
    every = set(report_data.HEADLINES)
    return lines, {
        kind: every if found["anything"] or found[kind] else changed
        for kind in ("absolute", "relative")
    }


def compare(a: Folder, b: Folder) -> str:
    """Return the comparison as Markdown: the table, then what to know of it."""
    reasons, refused = refusals(a, b)
    level = max(a.confidence, b.confidence)
    lines = compare_tables.rows(a.rounds, b.rounds, (a.baseline, b.baseline), level, refused)
    other = [f"{name}: {what}" for name, what in differences(a.other, b.other).items()]
    parts = {
        "Not compared (A / B)": reasons,
        "Only in A": compare_tables.alone(a.rounds, b.rounds),
        "Only in B": compare_tables.alone(b.rounds, a.rounds),
        "What else differs (A / B)": other,
    }
    text = f"{compare_tables.markdown(lines)}\n\n{NOTE.format(100 * level)}\n"
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
