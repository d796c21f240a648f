"""wazero: a compiler, or an interpreter, in Go."""

from scripts.contenders.modes import LATER, compiling, interpreted, later_runs
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={
        # It keeps what it compiled only where it is told a folder.
        "jit": compiling("run"),
        LATER: later_runs("run", cache="-cachedir"),
        "interpreted": interpreted("run", "-interpreter"),
    },
    lacks={
        "aot": "it compiles into a folder, in which a run looks the module up by its own digest: "
        "what `wazero compile` writes there a first run does, too, so later runs are this"
    },
)
