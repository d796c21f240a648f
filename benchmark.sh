#!/usr/bin/env bash
# The original's front: run the benchmarks and print the report. Usage: ./benchmark.sh [--jit | --aot]
set -euo pipefail
cd "$(dirname "$0")"

usage="usage: ./benchmark.sh [--jit | --aot]"
modes="[jit, aot]"
case "${1:-}" in
    "") ;;
    --jit) modes="[jit]" ;;
    --aot) modes="[aot]" ;;
    -h | --help) echo "$usage" && exit 0 ;;
    *) echo "error: unknown option $1; $usage" >&2 && exit 1 ;;
esac
if [ "$#" -gt 1 ]; then
    echo "error: one option at most; $usage" >&2
    exit 1
fi

sh envs/setup.sh
PATH="$PWD/.venv/bin:$PATH"
# The original took all of these in both modes.
both="{modes: [jit, aot]}"
snakemake --cores all report --config "compare={modes: $modes}" "benchmarks={warm_loop: $both, throughput: $both}"
cat results/report.md
