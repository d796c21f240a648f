"""wasmtime without its compilers: it runs what the whole wasmtime compiled ahead of time."""

from scripts.contenders.modes import ahead_of_time
from scripts.contenders.runner import Runner

# What the runtime alone is built without, an artefact must not ask for.
WITHOUT = ("-W", "concurrency-support=n,threads=n,gc-support=n")
RUNNER = Runner(
    target="wasm",
    modes={"aot": ahead_of_time("run", "--allow-precompiled")},
    lacks={"jit": "it has no compiler"},
    compile=lambda program, module, artefact, options, threads, compiler: [
        *(compiler, "compile", *WITHOUT, *options, "-o", artefact, module)
    ],
    suffix="cwasm",
    # The compiler takes Rayon's pool.
    threads_variable="RAYON_NUM_THREADS",
    cache_variables=("XDG_CACHE_HOME",),
)
