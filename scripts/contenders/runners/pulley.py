"""wasmtime's interpreter, Pulley, of what Cranelift compiles for it: at its start or beforehand."""

from scripts.contenders.modes import ahead_of_time, compiling
from scripts.contenders.runner import Runner

TARGET = ("--target", "pulley64")
RUNNER = Runner(
    target="wasm",
    modes={
        "interpreted": compiling("run", "-C", "cache=n", *TARGET),
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
