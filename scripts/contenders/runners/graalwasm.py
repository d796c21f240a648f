"""GraalWasm: an interpreter whose busy functions Graal compiles while they run."""

from scripts.contenders.modes import compiling
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={"jit": compiling("--Builtins=wasi_snapshot_preview1")},
    lacks={"aot": "it keeps no compiled wasm"},
)
