"""WAVM: LLVM, at every start."""

from scripts.contenders.modes import compiling
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={"jit": compiling("run")},
    lacks={"aot": "`wavm compile` was never seen here"},
)
