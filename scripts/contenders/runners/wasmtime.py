"""wasmtime: Cranelift, just in time or ahead of time."""

from scripts.contenders.modes import LATER, ahead_of_time, just_in_time, later_runs
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={
        "jit": just_in_time("run", "-C", "cache=n"),
        LATER: later_runs("run"),
        "aot": ahead_of_time("run", "--allow-precompiled"),
    },
    compile=lambda program, module, artefact, options, threads: [
        *(program, "compile", *options, "-o", artefact, module)
    ],
    suffix="cwasm",
    # It compiles in Rayon's pool.
    threads_variable="RAYON_NUM_THREADS",
    cache_variables=("XDG_CACHE_HOME",),
)
