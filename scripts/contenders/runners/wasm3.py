"""wasm3: an interpreter, without SIMD."""

from scripts.contenders.modes import interpreted
from scripts.contenders.runner import Runner

WHY = "an interpreter, which makes no machine code"
RUNNER = Runner(
    target="wasm",
    modes={"interpreted": interpreted()},
    lacks={"jit": WHY, "aot": WHY},
)
