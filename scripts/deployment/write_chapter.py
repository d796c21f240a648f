"""Rule script: the chapter on the deployment as Markdown, from its table and records alone."""

import argparse
from pathlib import Path

from scripts.common import errors, files
from scripts.deployment import chapter
from scripts.deployment.chapter import Chapter
from scripts.report import caveats, inputs, templates


def read(table: str, jobs: list[str], models: list[str]) -> list[Chapter]:
    """Return what is said of each model, in the order of the config."""
    rows, records = inputs.read_table(table), [files.read_json(path) for path in jobs]
    return [
        Chapter(
            model=model,
            table=inputs.of_model(rows, model["name"]),
            jobs=[job for job in records if job["model"] == model["name"]],
        )
        for model in map(files.read_json, models)
    ]


def render(chapters: list[Chapter], template: Path, figures: set[str], confidence: float) -> str:
    """Return the chapter.

    `figures` are those that were drawn, as it links to them, `confidence` the intervals' level.
    """
    return templates.load(template).render(
        chapters=chapters,
        figures=figures,
        confidence=confidence,
        alarms=chapter.alarms,
        left_out=chapter.left_out,
        first_screen=chapter.first_screen,
        baselines=chapter.baselines,
        observations=chapter.observations,
        sections=chapter.sections,
        warnings=caveats.warnings,
    )


def main(argv: list[str] | None = None) -> int:
    """Write results/deployment.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, help="results/deployment.csv")
    parser.add_argument("--jobs", required=True, nargs="+", help="how the jobs went")
    parser.add_argument("--models", required=True, nargs="+", help="their records")
    parser.add_argument("--figures", nargs="*", default=[], type=Path)
    parser.add_argument("--confidence", required=True, type=float, help="of the intervals")
    parser.add_argument("--template", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    figures = {path.relative_to(args.out.parent).as_posix() for path in args.figures}
    chapters = read(args.table, args.jobs, args.models)
    with files.atomic_write(args.out) as stream:
        stream.write(render(chapters, args.template, figures, args.confidence))
    return 0


if __name__ == "__main__":
    errors.run(main)
