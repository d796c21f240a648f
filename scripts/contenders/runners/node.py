"""Node.js: V8, which compiles what is called and optimises it while it runs."""

from scripts.contenders.modes import javascript

RUNNER = javascript(
    # Node calls its WASI an experiment.
    "--no-warnings",
    aot="V8 compiles at every start: Node.js keeps no compiled wasm on disk, nor does it take any",
)
