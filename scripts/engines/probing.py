"""Put every probe to an engine in every mode of its."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.contenders import registry
from scripts.contenders.contender import Contender
from scripts.engines.features import TITLES
from scripts.engines.probes import KEPT, PROBES, START, Answer, Probe
from scripts.engines.subject import Subject

Row = dict[str, Any]


def probed(
    engine: dict[str, Any], program: str, folder: Path, needed: tuple[str, ...] = ()
) -> list[Row]:
    """Return what an engine can do: a row a probe and mode, as `row` makes it.

    Args:
        engine: its entry in the config, with its `name`.
        program: its own.
        folder: has the modules in `wasm/`.
        needed: the programs that its compiler needs besides.
    """
    modes = registry.runner(engine["runner"]).modes
    rows: list[Row] = []
    for mode in modes:
        contender = Contender(
            "none",
            "probe",
            engine["name"],
            mode,
            engine["runner"],
            options=tuple(engine["run_options"]),
        )
        rows += of_mode(Subject(contender, program, engine["compile_options"], folder, needed))
    return rows + list(lacking(engine["runner"], {row["feature"] for row in rows}))


def of_mode(subject: Subject) -> Iterator[Row]:
    """Yield the rows of one mode; one in which nothing starts is asked nothing else."""
    if subject.is_cached:
        yield row(KEPT, subject.mode, KEPT.ask(subject))
    if subject.is_later_start:
        return
    started = START.ask(subject)
    if subject.is_ahead:
        yield row(START, subject.mode, started)
    for probe in PROBES:
        yield row(probe, subject.mode, probe.ask(subject) if started[0] else started)


def lacking(runner: str, found: set[str]) -> Iterator[Row]:
    """Yield a row for each feature that no mode of a runner's is there for."""
    lacks = registry.runner(runner).lacks
    for probe in (START, KEPT):
        if probe.feature not in found:
            yield row(probe, "", (False, lacks.get(probe.feature, "its runner has no such mode")))


def missing(why: str) -> list[Row]:
    """Return the rows of an engine that is not to be had: nothing is known of it but that."""
    return [
        {"feature": feature, "probe": "there", "mode": "", "works": False, "said": why}
        for feature in TITLES
    ]


def row(probe: Probe, mode: str, answer: Answer) -> Row:
    """Return a row of results/engines.csv, but for the engine's name, version and licence."""
    works, said = answer
    return {
        "feature": probe.feature,
        "probe": probe.what,
        "mode": mode,
        "works": works,
        "said": said,
    }
