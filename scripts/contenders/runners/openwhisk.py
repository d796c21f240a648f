"""A host of the OpenWhisk action: the oracle checks the action through its ABI."""

from scripts.common import examples, paths
from scripts.contenders.modes import by_python
from scripts.contenders.runner import Mode, Runner

MODULE = "scripts.runners.openwhisk"
RUNNER = Runner(
    target="wasm",
    modes={
        "action": Mode(
            paths.MODULE,
            lambda call: by_python(MODULE, call.path),
            example=examples.ACTION,
            is_timed=False,
        )
    },
    module=MODULE,
    packages=("wasmtime",),
)
