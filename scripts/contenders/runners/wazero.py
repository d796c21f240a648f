"""wazero: a compiler, or an interpreter, in Go."""

from scripts.contenders.modes import compiling, from_folder, interpreted
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={
        # It keeps what it compiled only where it is told a folder.
        "jit": compiling("run"),
        "interpreted": interpreted("run", "-interpreter"),
        # What `wazero compile` writes there, a first run does, too.
        "aot": from_folder("run", "-cachedir"),
    },
)
