"""The engines: how each one compiles ahead of time, runs a module, and is kept off its own cache.

Adding an engine is one entry in `ENGINES`, one in `envs/tools.yaml` and one in the config.
"""

from collections.abc import Callable
from dataclasses import dataclass

from errors import UserError

JIT, CACHED, AOT = "jit", "jit-cached", "aot"


@dataclass(frozen=True)
class Engine:
    """One engine's command line.

    Attributes:
        suffix: file name ending of an artefact compiled ahead of time.
        version_pattern: regular expression whose group 1 is the version in `--version`.
        compile: (tool, wasm, artefact, options) -> command that compiles ahead of time.
        run: mode -> (tool, module, options) -> command that runs a module.
        cache_variables: environment variables that hold the folder of the engine's cache.
    """

    suffix: str
    compile: Callable[[str, str, str, list[str]], list[str]]
    run: dict[str, Callable[[str, str, list[str]], list[str]]]
    cache_variables: tuple[str, ...]


ENGINES = {
    "wasmtime": Engine(
        suffix="cwasm",
        compile=lambda tool, wasm, out, options: [tool, "compile", *options, "-o", out, wasm],
        run={
            JIT: lambda tool, module, options: [tool, "run", "-C", "cache=n", *options, module],
            CACHED: lambda tool, module, options: [tool, "run", *options, module],
            AOT: lambda tool, module, options: [
                tool,
                "run",
                "--allow-precompiled",
                *options,
                module,
            ],
        },
        cache_variables=("XDG_CACHE_HOME",),
    ),
    "wasmer": Engine(
        suffix="wasmu",
        compile=lambda tool, wasm, out, options: [tool, "compile", *options, wasm, "-o", out],
        run={
            JIT: lambda tool, module, options: [tool, "run", "--disable-cache", *options, module],
            CACHED: lambda tool, module, options: [tool, "run", *options, module],
            AOT: lambda tool, module, options: [tool, "run", *options, module],
        },
        cache_variables=("WASMER_DIR", "WASMER_CACHE_DIR"),
    ),
}


def engine(name: str) -> Engine:
    """Return the engine called `name`; raise `UserError` listing the known ones."""
    if name not in ENGINES:
        raise UserError(f"unknown engine {name!r}; known engines: {', '.join(sorted(ENGINES))}")
    return ENGINES[name]


def environment(name: str, cache_dir: str) -> dict[str, str]:
    """Return the variables that make an engine keep its cache in `cache_dir`."""
    return dict.fromkeys(engine(name).cache_variables, cache_dir)
