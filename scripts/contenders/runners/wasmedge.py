"""WasmEdge: an interpreter, or what LLVM compiled ahead of time."""

from scripts.contenders.modes import ahead_of_time, interpreted
from scripts.contenders.runner import Runner

# Off unless it is asked for.
RELAXED = "--enable-relaxed-simd"

RUNNER = Runner(
    target="wasm",
    modes={"interpreted": interpreted(RELAXED), "aot": ahead_of_time(RELAXED)},
    lacks={"jit": "with `--enable-jit` its log stands in stdout, before the answer"},
    compile=lambda program, module, artefact, options, threads: [
        *(program, "compile", RELAXED, *options, module, artefact)
    ],
    suffix="so",
)
