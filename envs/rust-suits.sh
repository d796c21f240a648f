#!/bin/sh
# Succeeds where a compiler, named as rustc or as a path, is there and no older than the table of tools says suits.
set -eu
oldest=$(sed -n '/^rust:/,/^[^ ]*:$/s/.*suits: ">=\(.*\)"/\1/p' envs/tools.yaml | head -n 1)
found=$("$1" --version 2>/dev/null | cut -d ' ' -f 2)
test "$(printf '%s\n' "$oldest" "${found:-0}" | sort -V | head -n 1)" = "$oldest"
