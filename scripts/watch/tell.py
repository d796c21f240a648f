"""Print the comment; exit with 1 where the candidate is slower or fails, 2 where undecided."""

import argparse
from pathlib import Path

import pandas as pd

from scripts.common import errors, paths
from scripts.common.errors import UserError
from scripts.watch import judge


def main(argv: list[str] | None = None) -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", default=paths.WATCH, type=Path)
    parser.add_argument("--text", default=paths.WATCH_TEXT, type=Path)
    args = parser.parse_args(argv)
    try:
        text, states = args.text.read_text(encoding="utf-8"), pd.read_csv(args.table).state
    except (OSError, ValueError) as error:
        raise UserError(f"nothing was watched yet: {error}; type make watch") from error
    print(text, end="")
    return judge.CODES[judge.overall(list(states))]


if __name__ == "__main__":
    errors.run(main)
