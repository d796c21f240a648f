#!/bin/sh
# Succeeds where the compiler is rustup's: it has, or can get, one that suits and builds for the wasm target.
# MOBILENET_RUST=rustup or =distribution decides without looking.
set -eu
case "${MOBILENET_RUST:-}" in
rustup) exit 0 ;;
distribution) exit 1 ;;
esac
command -v rustup >/dev/null
if sh envs/rust-suits.sh rustc; then
    rustup target add wasm32-wasip1
else
    # From the table of tools: the one that is installed.
    pinned=$(sed -n 's/.*install: {rustup: "\(.*\)"}.*/\1/p' envs/tools.yaml)
    rustup toolchain install "$pinned" --profile minimal --target wasm32-wasip1
fi >/dev/null 2>&1
