"""Rule script: a report or chapter as one HTML file that needs nothing else.

Figures, styles and programs are in it.
"""

import argparse
import html
from pathlib import Path

import pandas as pd

from scripts.common import errors, files
from scripts.report import chart, inputs, page, sections, templates


def render(markdown: str, folder: Path, template: Path, estimates: pd.DataFrame | None) -> str:
    """Return a whole HTML page from Markdown and, for tooltips and the chart, a model's estimates.

    The chart stands before the first section: what is above is the first screen.
    """
    tooltips = {} if estimates is None else dict(sections.tooltips(estimates))
    body, contents = page.body(markdown, folder, tooltips)
    first, mark, rest = body.partition("<h2")
    vega, spec = ("", "") if estimates is None else chart.script(estimates)
    return templates.load(template).render(
        title=html.escape(markdown.splitlines()[0].lstrip("# ")),
        contents=contents,
        first=first,
        rest=mark + rest,
        vega=vega,
        spec=spec,
    )


def main(argv: list[str] | None = None) -> int:
    """Write a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="its Markdown")
    parser.add_argument("--estimates", nargs="*", default=[], help="results/{mode}.csv")
    parser.add_argument("--model", help="the model whose tables the report has")
    parser.add_argument("--template", required=True, type=Path)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    text = args.report.read_text(encoding="utf-8")
    estimates = None
    if args.estimates:
        estimates = inputs.of_model(inputs.read_estimates(args.estimates), args.model)
    with files.atomic_write(args.out) as stream:
        stream.write(render(text, args.report.parent, args.template, estimates))
    return 0


if __name__ == "__main__":
    errors.run(main)
