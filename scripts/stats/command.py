"""What the commands of this stage share: their arguments, and the samples that these name."""

import argparse

import pandas as pd

from scripts.stats import samples


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what every command takes."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--samples", required=True, nargs="+", help="with their records beside")
    found.add_argument("--confidence", required=True, type=float)
    found.add_argument("--margin", required=True, type=float)
    found.add_argument("--out", required=True)
    return found


def counted(paths: list[str]) -> pd.DataFrame:
    """Return the samples that count, of all the jobs named."""
    return pd.concat([samples.read(path) for path in paths], ignore_index=True)
