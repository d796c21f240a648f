"""What the commands of this stage share: their arguments, and what these name."""

import argparse
import os

from scripts.common import files
from scripts.deployment import cases, cores
from scripts.deployment.attack import Generator
from scripts.deployment.cases import Case
from scripts.oracle import judgement
from scripts.tools import location


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what every command that sends load takes."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--vegeta", required=True, help="its record")
    found.add_argument("--late-ms", required=True, type=float, help="how late requests may leave")
    found.add_argument("--cases", required=True, help="readable answers of the oracle")
    found.add_argument("--answers", required=True, help="its arrays (.npz)")
    found.add_argument("--out", required=True)
    return found


def generator(args: argparse.Namespace) -> Generator:
    """Return what sends load, on its cores."""
    program = location.locate(files.read_json(args.vegeta))
    return Generator(os.path.abspath(program), args.late_ms, cores.split().generator)


def photographs(args: argparse.Namespace) -> list[Case]:
    """Return what is sent, and what the oracle says of it."""
    rows = files.read_json(args.cases)["cases"]
    return cases.photographs(rows, judgement.read_answers(args.answers))
