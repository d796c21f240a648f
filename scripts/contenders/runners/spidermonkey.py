"""SpiderMonkey as a library of Python's: Firefox's engine without the browser."""

from scripts.common import paths
from scripts.contenders.modes import by_python
from scripts.contenders.runner import COMPILING, JIT, Call, Mode, Runner

MODULE = "scripts.runners.spidermonkey"


def _command(call: Call) -> list[str]:
    return by_python(MODULE, *call.options, call.program, call.path)


RUNNER = Runner(
    target="wasm",
    modes={"jit": Mode(paths.MODULE, _command, job=JIT, traits=frozenset({COMPILING}))},
    lacks={"aot": "it compiles at every start: only a browser keeps compiled code for it"},
    files=("scripts/runners/spidermonkey.js",),
    module=MODULE,
)
