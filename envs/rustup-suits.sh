#!/bin/sh
# Succeeds where the compiler is rustup's: it has, or can get, one that suits and builds for the wasm target.
# MOBILENET_RUST=rustup or =distribution decides without looking.
set -eu
case "${MOBILENET_RUST:-}" in
rustup) exit 0 ;;
distribution) exit 1 ;;
esac
command -v rustup >/dev/null
# From the table of tools: the oldest version that suits, and the one that is installed otherwise.
oldest=$(sed -n '/^rust:/,/^[^ ]*:$/s/.*suits: ">=\(.*\)"/\1/p' envs/tools.yaml | head -n 1)
pinned=$(sed -n 's/.*install: {rustup: "\(.*\)"}.*/\1/p' envs/tools.yaml)
active=$(rustc --version 2>/dev/null | cut -d ' ' -f 2)
if [ "$(printf '%s\n' "$oldest" "${active:-0}" | sort -V | head -n 1)" = "$oldest" ]; then
    rustup target add wasm32-wasip1
else
    rustup toolchain install "$pinned" --profile minimal --target wasm32-wasip1
fi >/dev/null 2>&1
