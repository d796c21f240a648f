"""What a comparison needs of one results folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.bench import concurrency, registry
from scripts.common import files, paths
from scripts.common.errors import UserError
from scripts.report import comparison

DIGEST_SHOWN = 12


@dataclass(frozen=True)
class Folder:
    """What a comparison needs of one results folder.

    Attributes:
        rounds: the headline figures, one a round, by the values of `compare_tables.KEYS`.
        confidence: the level of its intervals.
        margin: how far from 1 the interval of a ratio may reach to be called the same.
        baseline: the contender its ratios are taken against.
        anything: what must agree, or nothing is compared.
        absolute: what must agree, or absolute figures are not compared.
        relative: what must agree, or ratios to the baseline are not compared.
        settings: each benchmark's, which must agree, or it is not compared.
        other: what may differ: it is what a comparison is about.
    """

    rounds: comparison.Rounds
    confidence: float
    margin: float
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
    try:
        models = [files.read_json(path / record) for record in model_records(machine)]
        facts = fingerprint(machine, models)
        samples = comparison.samples(path, machine["jobs"])
    except (AttributeError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}/machine.json or a model.json lacks what a comparison needs "
            f"({type(error).__name__}: {error}); run the job again"
        ) from error
    return Folder(rounds=comparison.rounds(samples), **facts)


def model_records(machine: dict[str, Any]) -> list[Path]:
    """Return the models' records in a results folder."""
    names = machine["config"]["compare"]["models"]
    return [Path(paths.MODEL.format(model=name)).relative_to("results") for name in names]


def fingerprint(machine: dict[str, Any], models: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of `Folder` that come from the fingerprint, by name."""
    config, cpu = machine["config"], machine["cpu"]
    digests = {path: digest[:DIGEST_SHOWN] for path, digest in machine["artifacts"].items()}
    baseline = config["compare"]["baseline"]
    return {
        "confidence": config["confidence"],
        "margin": config["margin"],
        "baseline": baseline,
        "anything": {
            "input": digests.pop(paths.REQUEST),
            **{f"model {model['name']}": weights(model, digests) for model in models},
        },
        "absolute": {
            "CPU": cpu["model"],
            "architecture": cpu["architecture"],
            "number of cores": cpu["cores"],
            "frequency governor": cpu["governor"],
            "memory in MiB": machine["memory_mib"],
        },
        "relative": {"baseline": f"{baseline} {config['builds'][baseline]}"},
        "settings": counted(resolved(config["benchmarks"], cpu["cores"]), machine["jobs"]),
        "other": flat(
            {name: machine[name] for name in ("kernel", "system", "python", "packages", "git")}
            | {"CPU flags": dict.fromkeys(cpu["flags"], "present"), "virtual": cpu["virtual"]}
            | {"tools": {tool["name"]: tool["version"] for tool in machine["tools"]}}
            | {"artifacts": digests, "config": {**config, "benchmarks": {}}}
        ),
    }


def weights(model: dict[str, Any], digests: dict[str, str]) -> str:
    """Return which weights a model has; its digest is taken out of those of the artefacts."""
    digest = digests.pop(paths.GRAPH.format(model=model["name"]))
    return f"{model['weights']} {digest}"


def resolved(benchmarks: dict[str, Any], cores: int) -> dict[str, Any]:
    """Return the benchmarks' settings with the concurrency that a machine's cores stand for."""
    found = dict(benchmarks)
    if "concurrency" in found.get("throughput", {}):
        levels = concurrency.levels(found["throughput"]["concurrency"], cores)
        found["throughput"] = found["throughput"] | {"concurrency": levels}
    return found


def counted(benchmarks: dict[str, Any], jobs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the benchmarks' settings with how their counts were taken."""
    found = dict(benchmarks)
    for job in jobs:
        name = job["benchmark"]
        if name in found:
            found[name] = found[name] | way_of_counting(job)
    return found


def way_of_counting(job: dict[str, Any]) -> dict[str, Any]:
    """Return how a job counted, where it is judged by counts: others do not compare with them."""
    return {"counted": job["counted"]} if registry.benchmark(job["benchmark"]).is_count else {}


def flat(facts: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested facts as one level, the names joined with spaces."""
    found = {}
    for name, value in facts.items():
        found |= (
            flat(value, f"{prefix}{name} ") if isinstance(value, dict) else {prefix + name: value}
        )
    return found
