"""wasm2c and a compiler of C: an executable by itself, whose run options are its arguments."""

import json

from scripts.common import paths
from scripts.common.errors import UserError
from scripts.compile import through_c
from scripts.contenders.modes import by_python
from scripts.contenders.runner import AOT, Mode, Runner


def compile_module(
    program: str, module: str, artefact: str, options: list[str], threads: int, compiler: str = ""
) -> list[str]:
    """Return the words that compile a module, on one core; the options are the compiler's.

    Raises:
        UserError: the engine's tool names no compiler that it needs.
    """
    if not compiler:
        raise UserError("wasm2c alone is no engine: take `tool: wasm2c-clang` or wasm2c-gcc")
    arguments = ["--wasm2c", program, "--compiler", compiler, "--options", json.dumps(options)]
    return by_python(through_c.__name__, *arguments, "--out", artefact, module)


RUNNER = Runner(
    target="wasm",
    modes={"aot": Mode(paths.AOT, lambda call: [call.path, *call.options], job=AOT)},
    lacks={
        "jit": "a compiler of C makes an executable of the module before anything runs; of modules "
        "with relaxed SIMD none, which wasm2c does not know"
    },
    compile=compile_module,
    suffix="elf",
    sources=(through_c.HOST,),
)
