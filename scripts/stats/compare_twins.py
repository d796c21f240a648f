"""Rule script: the baseline against itself in every benchmark, the rounds of all modes together."""

from scripts.common import errors, files
from scripts.stats import command, twins


def main(argv: list[str] | None = None) -> int:
    """Write results/twins.csv."""
    parser = command.parser(__doc__)
    parser.add_argument("--baseline", required=True)
    args = parser.parse_args(argv)
    counted = command.counted(args.samples)
    with files.atomic_write(args.out) as stream:
        found = twins.table(counted, args.baseline, args.confidence, args.margin)
        found.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
