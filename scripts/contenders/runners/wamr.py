"""The WebAssembly Micro Runtime's `iwasm`: an interpreter as it is built by default."""

from scripts.contenders.modes import interpreted
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={"interpreted": interpreted()},
    lacks={"jit": "a feature of its build", "aot": "its compiler is a program of its own, wamrc"},
)
