"""wazero: a compiler, or an interpreter, in Go."""

from scripts.contenders.modes import compiling, interpreted
from scripts.contenders.runner import Runner

RUNNER = Runner(
    target="wasm",
    modes={
        # It keeps what it compiled only where it is told a folder.
        "jit": compiling("run"),
        "interpreted": interpreted("run", "-interpreter"),
    },
    lacks={
        "aot": "it compiles into a cache folder that it looks a module up in by the module's own "
        "digest; artefacts are single files here, which are run without their modules"
    },
)
