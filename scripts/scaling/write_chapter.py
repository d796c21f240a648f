"""Rule script: the chapter on the scaling as Markdown, from its tables and records alone."""

import argparse
from pathlib import Path
from typing import Any

from scripts.common import errors, files
from scripts.report import caveats, inputs, templates
from scripts.scaling import chapter, figures, steadiness
from scripts.scaling.chapter import Chapter


def records(jobs: list[Path], of_photographs: list[Path]) -> list[dict[str, Any]]:
    """Return how jobs went, with the benchmark's name as `kind`, those of photographs by theirs.

    The latter have their `megapixels` too.
    """
    found = [files.read_json(path) for path in jobs]
    found = [{**job, "kind": job["benchmark"]} for job in found]
    for path in of_photographs:
        job = files.read_json(path)
        # The folder of a photograph's samples is called as the photograph.
        named = f"{job['benchmark']} of {path.parent.name} megapixels"
        kind = f"{job['benchmark']} of photographs"
        size = float(path.parent.name)
        found.append({**job, "benchmark": named, "kind": kind, "megapixels": size})
    return found


def read(args: argparse.Namespace) -> Chapter:
    """Return what the chapter is written from."""
    counts = (files.read_json(path)["multiply_adds"] for path in args.arithmetic)
    models = [
        files.read_json(path) | {"multiply_adds": count}
        for path, count in zip(args.models, counts, strict=True)
    ]
    return Chapter(
        models=sorted(models, key=lambda model: model["multiply_adds"]),
        points=inputs.read_table(args.points),
        lines=inputs.read_table(args.lines),
        twins=inputs.read_table(args.twins),
        jobs=records(args.jobs, args.of_photographs),
        margin=args.margin,
    )


def render(found: Chapter, template: Path, drawn: set[str], confidence: float) -> str:
    """Return the chapter.

    `drawn` are the figures, as it links to them, `confidence` the intervals' level.
    """
    return templates.load(template).render(
        chapter=found,
        figures=drawn,
        confidence=confidence,
        alarms=chapter.alarms(found),
        columns=[title for title, _, _ in chapter.FIRST],
        first=chapter.first_screen(found),
        sections=list(chapter.sections(found)),
        ratios={name: figures.caption(name) for name in figures.RATIOS},
        measured=chapter.measured(found),
        twins=chapter.twins(found),
        order=steadiness.order(found.jobs, found.models),
        made_with=chapter.made_with(found),
        host=found.jobs[0]["host"],
        warnings=caveats.warnings(found.jobs),
    )


def main(argv: list[str] | None = None) -> int:
    """Write results/scaling.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", required=True, help="results/scaling.csv")
    parser.add_argument("--lines", required=True, help="results/scaling-lines.csv")
    parser.add_argument("--twins", required=True, help="results/scaling-twins.csv")
    parser.add_argument("--jobs", required=True, nargs="+", type=Path, help="how the jobs went")
    parser.add_argument("--of-photographs", nargs="*", default=[], type=Path, help="those of them")
    parser.add_argument("--models", required=True, nargs="+", help="their records")
    parser.add_argument("--arithmetic", required=True, nargs="+", help="of each model")
    parser.add_argument("--figures", nargs="*", default=[], type=Path)
    parser.add_argument("--confidence", required=True, type=float, help="of the intervals")
    parser.add_argument("--margin", required=True, type=float)
    parser.add_argument("--template", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    drawn = {path.relative_to(args.out.parent).as_posix() for path in args.figures}
    with files.atomic_write(args.out) as stream:
        stream.write(render(read(args), args.template, drawn, args.confidence))
    return 0


if __name__ == "__main__":
    errors.run(main)
