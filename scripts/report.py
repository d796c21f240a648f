"""Rule script: the report, from the tables alone; every sentence follows from them."""

import argparse
from pathlib import Path

import errors
import files
import findings
import jinja2
import report_data
import tables
import wording
from report_data import Data


def render(data: Data, template: str, figures: set[tuple[str, str]]) -> str:
    """Return the report as Markdown; `figures` are the (mode, name) of those that were drawn."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(template).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(Path(template).name).render(
        data=data,
        model=data.model,
        machine=data.machine,
        config=data.machine["config"],
        jobs=data.jobs,
        figures=figures,
        alarms=findings.alarms(data),
        answer=findings.answer(data),
        observations=findings.observations(data),
        outliers=findings.outliers(data),
        sections=tables.sections(data),
        sizes=tables.sizes(data),
        phases=tables.phases(data),
        levers=tables.levers(data),
        beside=tables.beside(data),
        original=tables.original(data),
        oracle=tables.oracle(data),
        tools=data.tools.to_dict("records"),
        missing=data.missing().to_dict("records"),
        self_check=tables.self_check(data),
        number=wording.significant,
    )


def main(argv: list[str] | None = None) -> int:
    """Write results/report.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimates", nargs="+", required=True, help="results/{mode}.csv")
    parser.add_argument("--levers", required=True, help="results/levers.csv")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--compiled", nargs="*", default=[], help="records of the compilers")
    parser.add_argument("--original", required=True)
    parser.add_argument("--figures", nargs="*", default=[], type=Path)
    parser.add_argument("--template", required=True)
    parser.add_argument("--out", required=True)
    args = vars(parser.parse_args(argv))
    template, out = args.pop("template"), args.pop("out")
    figures = {(path.parent.name, path.stem) for path in args.pop("figures")}
    with files.atomic_write(out) as stream:
        stream.write(render(report_data.read(**args), template, figures))
    return 0


if __name__ == "__main__":
    errors.run(main)
