"""`wasmtime serve`: the oracle checks what it serves over HTTP."""

import json

from scripts.common import examples, paths
from scripts.contenders.modes import by_python
from scripts.contenders.runner import DEPLOYMENT, Call, Mode, Runner

MODULE = "scripts.runners.service"


def command(call: Call) -> list[str]:
    """Return the words that serve a component and ask it once."""
    options = json.dumps(call.options)
    return by_python(MODULE, "--wasmtime", call.program, "--options", options, call.path)


RUNNER = Runner(
    target="wasm",
    modes={
        "http": Mode(
            paths.SERVED_COMPONENT,
            command,
            example=examples.SERVICE,
            job=DEPLOYMENT,
            is_timed=False,
        )
    },
    module=MODULE,
)
