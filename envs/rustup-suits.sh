#!/bin/sh
# Succeeds where rustup has, or can get, a compiler that builds for the wasm target.
set -eu
command -v rustup >/dev/null
rustup target add wasm32-wasip1 >/dev/null 2>&1
