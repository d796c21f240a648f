"""Modes that several runners share."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace

from scripts.common import paths
from scripts.contenders.runner import (
    AOT,
    BROWSER,
    CACHED,
    COMPILING,
    HANDED,
    JIT,
    LATER_START,
    REFERENCE,
    Call,
    Mode,
    Runner,
)
from scripts.model.numbers import F32

# What the mode of later runs, from an engine's own cache, is called.
LATER = "jit-cached"
# What opens a page of a browser.
PAGE = "scripts/runners/page.mjs"
# The reference runtimes in JavaScript.
RUNTIMES = "scripts/runners/runtimes.mjs"


def words(*first: str) -> Callable[[Call], list[str]]:
    """Return an engine's command: its program, these words, the user's options, the file."""
    return lambda call: [call.program, *first, *call.options, call.path]


def compiling(*first: str) -> Mode:
    """Return the mode that compiles at every start, of an engine that keeps nothing of it."""
    return Mode(paths.MODULE, words(*first), job=JIT, traits=frozenset({COMPILING}))


def just_in_time(*first: str) -> Mode:
    """Return the mode that compiles at every start: the engine's cache is off or empty."""
    return replace(compiling(*first), default=LATER)


def later_runs(*first: str) -> Mode:
    """Return the mode of later runs, from the engine's own cache."""
    traits = frozenset({CACHED, LATER_START})
    return Mode(paths.MODULE, words(*first), job=JIT, traits=traits, judged_as=JIT)


def from_folder(*first: str) -> Mode:
    """Return the mode that runs what was compiled before into the folder that these words name.

    It is the engine's own cache, which the mode `jit` would fill with the same code.
    """

    def command(call: Call) -> list[str]:
        return [call.program, *first, call.cache, *call.options, call.path]

    return Mode(paths.MODULE, command, job=AOT, traits=frozenset({CACHED}), judged_as=JIT)


def ahead_of_time(*first: str) -> Mode:
    """Return the mode that runs what was compiled before."""
    return Mode(paths.AOT, words(*first), job=AOT)


def interpreted(*first: str) -> Mode:
    """Return the mode that compiles nothing: a module is interpreted from its first call on."""
    return Mode(paths.MODULE, words(*first), job=JIT)


def javascript(*first: str, aot: str) -> Runner:
    """Return a host in JavaScript, called with these words and the user's options before the host.

    Args:
        first: the words.
        aot: why it has no other mode.
    """

    def command(call: Call) -> list[str]:
        return [call.program, *first, *call.options, *call.files, call.path]

    mode = Mode(paths.MODULE, command, job=JIT, traits=frozenset({COMPILING}))
    return Runner("wasm", {"jit": mode}, lacks={"aot": aot}, files=("scripts/runners/wasi.mjs",))


def in_page() -> Runner:
    """Return a browser: a process that starts it, runs a module in a page and ends it."""

    def command(call: Call) -> list[str]:
        (program, _), (node, driver, shim) = call.files, call.tools
        how = {"browser": call.program, "driver": driver, "shim": shim, "options": call.options}
        return [node, program, json.dumps(how), call.path]

    mode = Mode(paths.MODULE, command, job=JIT, traits=frozenset({COMPILING, BROWSER}))
    return Runner(
        "wasm",
        {"page": mode},
        lacks={"aot": "a page gets no code that was compiled before"},
        files=("scripts/runners/browser.mjs", PAGE),
        tools=("node", "puppeteer-core", "browser-wasi-shim"),
    )


def by_python(module: str, *arguments: str) -> list[str]:
    """Return the words that run a program of this project's with this job's own Python."""
    return [sys.executable, "-m", module, *arguments]


def reference(name: str, package: str, numbers: str = F32) -> Runner:
    """Return a runtime that runs the model's graph itself: what a user would pick instead."""
    module = "scripts.runners.reference"

    def command(call: Call) -> list[str]:
        model, _ = call.reads
        return by_python(module, "--runtime", name, "--graph", call.path, "--model", model)

    mode = _reference(paths.REFERENCE, command, numbers=numbers)
    return Runner(
        "graph", {"reference": mode}, module=module, packages=(package, "numpy", "pillow")
    )


def reference_in_node(name: str, package: str, graph: str) -> Runner:
    """Return a runtime in JavaScript that runs the model's graph itself, under Node.

    Args:
        name: what the program calls it.
        package: its entry of `envs/tools.yaml`.
        graph: the reference whose form of the graph it runs.
    """
    module = "scripts.runners.in_node"

    def command(call: Call) -> list[str]:
        (model, _), (node, library), (program, _) = call.reads, call.tools, call.files
        words = [node, program, name, library, call.path]
        return by_python(module, "--model", model, "--program", json.dumps(words))

    path = paths.REFERENCE.replace("{reference}", graph)
    files = ("scripts/runners/reference.mjs", RUNTIMES)
    mode = _reference(path, command, HANDED)
    return Runner("graph", {"reference": mode}, files=files, tools=("node", package), module=module)


def reference_in_page(name: str, package: str, graph: str) -> Runner:
    """Return a runtime in JavaScript that runs the model's graph itself, in a page of Chromium.

    The arguments are those of `reference_in_node`.
    """
    module = "scripts.runners.in_node"

    def command(call: Call) -> list[str]:
        (model, _), (program, *_) = call.reads, call.files
        browser, node, driver, library = call.tools
        how = {"browser": browser, "driver": driver, "runtime": name, "library": library}
        words = [node, program, json.dumps(how), call.path]
        return by_python(module, "--model", model, "--program", json.dumps(words))

    path = paths.REFERENCE.replace("{reference}", graph)
    mode = _reference(path, command, HANDED, BROWSER)
    files = ("scripts/runners/reference_page.mjs", PAGE, RUNTIMES)
    tools = ("chromium", "node", "puppeteer-core", package)
    return Runner("graph", {"reference": mode}, files=files, tools=tools, module=module)


def _reference(
    path: str, command: Callable[[Call], list[str]], *traits: str, numbers: str = F32
) -> Mode:
    files, own = (paths.MODEL, paths.LABELS), frozenset({REFERENCE, *traits})
    return Mode(path, command, traits=own, reads=files, numbers=numbers)
