"""wasmer with the Cranelift compiler, just in time or ahead of time."""

from scripts.contenders.modes import LATER, ahead_of_time, just_in_time, later_runs
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={
        "jit": just_in_time("run", "--disable-cache"),
        LATER: later_runs("run"),
        "aot": ahead_of_time("run"),
    },
    compile=lambda program, module, artefact, options, threads: [
        *(program, "compile", f"--compiler-threads={threads}", *options, module, "-o", artefact)
    ],
    suffix="wasmu",
    cache_variables=("WASMER_DIR", "WASMER_CACHE_DIR"),
    before_arguments=("--",),
)
