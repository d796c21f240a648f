"""Rule script: the report, from the tables alone; every sentence follows from them."""

import argparse
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from scripts.bench import registry
from scripts.common import errors, files
from scripts.engines.features import TITLES
from scripts.report import (
    accuracy,
    agreement,
    alarms,
    answer,
    engines,
    inputs,
    levers,
    like,
    observations,
    roofline,
    run_tables,
    sections,
    tables,
    templates,
    wording,
)
from scripts.report.inputs import Data
from scripts.stats import intervals


def render(data: Data, template: str, figures: set[str], chapters: Sequence[str] = ()) -> str:
    """Return the report as Markdown.

    Args:
        data: what it is written from.
        template: a file.
        figures: those that were drawn, as it links to them.
        chapters: what other stages wrote, Markdown with a heading of its own each.
    """
    return templates.load(Path(template)).render(
        data=data,
        model=data.model,
        machine=data.machine,
        config=data.machine["config"],
        jobs=data.jobs,
        figures=figures,
        chapters=[demoted(chapter) for chapter in chapters],
        alarms=named(data, alarms.alarms),
        answer=answer.answer(data),
        like=levers.table(data, like.LIKE, partial(like.smallest, data)),
        levers=levers.table(data, like.LEVER, levers.over),
        across=levers.table(data, like.ACROSS, levers.over),
        agreement=of_all(data, agreement.table),
        accuracy=of_all(data, accuracy.table),
        accuracy_claims=named(data, accuracy.claims),
        sections=sections.sections(data),
        listed=sections.listed(data),
        scaling=run_tables.scaling(data),
        kernel=run_tables.kernel(data),
        counted=run_tables.counted(data),
        phases=run_tables.phases(data),
        compiled=run_tables.compiled(data),
        roofline=roofline.roofline(data),
        too_little=wording.TOO_LITTLE,
        rounds=run_tables.rounds(data),
        about=registry.every(),
        observations=observations.observations(data),
        sizes=tables.sizes(data),
        original=tables.original(data),
        recipe={"native": tables.NATIVE_RECIPE, "wasm": tables.WASM_RECIPE},
        oracle=of_all(data, tables.oracle),
        tools=data.tools.to_dict("records"),
        features=list(TITLES.values()),
        engines=engines.table(data.engines),
        missing=[row for each in data.models for row in each.missing().to_dict("records")],
        lacking=tables.lacking(data),
        left_out=tables.left_out(data),
        builds_left_out=tables.builds_left_out(data),
        others=[other_model(each) for each in data.others],
        self_check=of_all(data, tables.self_check),
        twins=of_all(data, tables.twins),
        fewest=intervals.fewest(data.machine["config"]["confidence"]),
    )


def demoted(chapter: str) -> str:
    """Return a chapter with its headings one level lower, as a section of the report."""
    return re.sub(r"^#", "##", chapter, flags=re.MULTILINE).strip()


def of_all(data: Data, table: Callable[[Data], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows of a table of every model, each with its model's name."""
    return [{"model": each.model["name"], **row} for each in data.models for row in table(each)]


def named(data: Data, lines: Callable[[Data], list[str]]) -> list[str]:
    """Return lines on every model, by its name where there are several."""
    return [
        f"{each.model['name']}: {line}" if data.others else line
        for each in data.models
        for line in lines(each)
    ]


def other_model(data: Data) -> dict[str, Any]:
    """Return what is told of a model that is not the first: its first screen."""
    pairs = levers.table(data, like.LIKE, partial(like.smallest, data))
    return {"model": data.model, "like": pairs, "answer": answer.answer(data)}


def main(argv: list[str] | None = None) -> int:
    """Write results/report.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimates", nargs="+", required=True, help="results/{mode}.csv")
    parser.add_argument("--levers", required=True, help="results/levers.csv")
    parser.add_argument("--twins", required=True, help="results/twins.csv")
    parser.add_argument("--pairs", required=True, help="results/pairs.csv")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--models", required=True, nargs="+")
    parser.add_argument("--arithmetic", required=True, nargs="+", help="of each model")
    parser.add_argument("--agreement", nargs="*", default=[], help="of forms in integers")
    parser.add_argument("--accuracy", help="results/accuracy.csv, where photographs are labelled")
    parser.add_argument("--peak", required=True, help="what a core can do at the most")
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--engines", required=True, help="results/engines.csv")
    parser.add_argument("--compiled", nargs="*", default=[], help="records of the compilers")
    parser.add_argument("--original", required=True)
    parser.add_argument("--chapters", nargs="*", default=[], type=Path, help="Markdown")
    parser.add_argument("--figures", nargs="*", default=[], type=Path)
    parser.add_argument("--template", required=True)
    parser.add_argument("--out", required=True)
    args = vars(parser.parse_args(argv))
    template, out = args.pop("template"), args.pop("out")
    folder = Path(out).parent
    chapters = [path.read_text(encoding="utf-8") for path in args.pop("chapters")]
    figures = {path.relative_to(folder).as_posix() for path in args.pop("figures")}
    with files.atomic_write(out) as stream:
        stream.write(render(inputs.read(**args), template, figures, chapters))
    return 0


if __name__ == "__main__":
    errors.run(main)
