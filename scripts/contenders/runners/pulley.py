"""wasmtime's interpreter, Pulley, of what Cranelift compiles for it: at its start or beforehand."""

from scripts.common import paths
from scripts.contenders.modes import ahead_of_time, words
from scripts.contenders.runner import COMPILING, JIT, Mode, Runner

TARGET = ("--target", "pulley64")
RUNNER = Runner(
    target="wasm",
    modes={
        "interpreted": Mode(
            paths.MODULE,
            words("run", "-C", "cache=n", *TARGET),
            job=JIT,
            traits=frozenset({COMPILING}),
        ),
        "aot": ahead_of_time("run", "--allow-precompiled", *TARGET),
    },
    lacks={"jit": "an interpreter; its starts without an artefact are `interpreted`"},
    compile=lambda program, module, artefact, options, threads: [
        *(program, "compile", *TARGET, *options, "-o", artefact, module)
    ],
    suffix="cwasm",
    # It compiles in Rayon's pool.
    threads_variable="RAYON_NUM_THREADS",
    cache_variables=("XDG_CACHE_HOME",),
)
