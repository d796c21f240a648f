"""How activations are kept apart: the policies of wasm actions and of native programs."""

WASM, NATIVE = ("fresh", "snapshot", "warm"), ("process", "loop")
