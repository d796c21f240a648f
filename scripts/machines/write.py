"""Rule script: the report across machines, from the results of each."""

import argparse
from pathlib import Path

from scripts.common import errors, files
from scripts.report import folders, merge


def main(argv: list[str] | None = None) -> int:
    """Write results/machines.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machines", nargs="+", type=Path, help="each one's machine.json")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    found = merge.named([str(path.parent) for path in args.machines])
    text = merge.merge({name: folders.read(folder) for name, folder in found.items()})
    with files.atomic_write(args.out) as stream:
        stream.write(text)
    return 0


if __name__ == "__main__":
    errors.run(main)
