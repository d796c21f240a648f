"""Rule script: take a file that is made once for all machines to one of them."""

import argparse
from pathlib import Path

from scripts.common import errors, files


def main(argv: list[str] | None = None) -> int:
    """Write the machine's own copy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(args.file.read_bytes())
    return 0


if __name__ == "__main__":
    errors.run(main)
