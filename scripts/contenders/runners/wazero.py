"""wazero: a compiler, or an interpreter, in Go."""

from scripts.common import paths
from scripts.contenders.modes import interpreted, words
from scripts.contenders.runner import COMPILING, JIT, Mode, Runner

RUNNER = Runner(
    target="wasm",
    modes={
        # It keeps what it compiled only where it is told a folder.
        "jit": Mode(paths.MODULE, words("run"), job=JIT, traits=frozenset({COMPILING})),
        "interpreted": interpreted("run", "-interpreter"),
    },
    lacks={
        "aot": "it compiles into a cache folder that it looks a module up in by the module's own "
        "digest; artefacts are single files here, which are run without their modules"
    },
)
