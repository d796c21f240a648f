"""LiteRT as it is for the web, in wasm, on LiteRT's graph."""

from scripts.contenders.modes import reference_in_node

RUNNER = reference_in_node("litert_js", "litert-js", graph="litert")
