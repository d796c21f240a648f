"""Rule script: the wasm module that does nothing, to measure what an engine itself takes."""

import argparse

import wasmtime

from scripts.common import errors, files

NOOP = '(module (memory (export "memory") 1) (func (export "_start")))'


def main(argv: list[str] | None = None) -> int:
    """Write the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(wasmtime.wat2wasm(NOOP))
    return 0


if __name__ == "__main__":
    errors.run(main)
