"""What a runner is: a way to run what a build or a converter makes, with all that belongs to it.

An engine that compiles, an interpreter, a host with a program of this project's, a reference
runtime and the bare machine are all runners: one object each, in a file of its own in `runners/`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scripts.common import examples
from scripts.model.numbers import F32

# Traits of modes: what decides which benchmarks a contender takes part in.
COMPILING, REFERENCE = "compiling", "reference"
# A reference to which a program of this project's, in another language, hands its input: its start
# and its memory would be that program's.
HANDED = "handed"
# What runs from its engine's own cache, filled before; and what else measures as the mode does that
# fills it: only its start is another.
CACHED, LATER_START = "cached", "later-start"
# What runs in many processes at once: the kernel tells how large the largest was.
BROWSER = "browser"
# The jobs of a benchmark: what compiles at its start, and what was compiled ahead of time.
JIT, AOT = "jit", "aot"
# What the target `deployment` alone takes.
DEPLOYMENT = "deployment"


@dataclass(frozen=True)
class Call:
    """What a command is made of.

    Attributes:
        program: the engine's, where there is one.
        path: what is run.
        options: the user's, for the engine.
        reads: further files that the run reads, as the mode lists them.
        files: the runner's own, as it lists them.
        tools: the files of its further tools, as it lists them.
        cache: the folder of the engine's own cache, where it has one.
    """

    program: str
    path: str
    options: list[str]
    reads: list[str]
    files: list[str]
    tools: list[str] = field(default_factory=list)
    cache: str = ""


@dataclass(frozen=True)
class Mode:
    """One way in which a runner runs.

    Attributes:
        path: what is run: one of the templates of common/paths.py.
        command: makes the words of the command.
        example: which of the classifier's examples that is.
        job: the job that measures it, `jit` or `aot`, or `deployment`; None for the first two.
        is_timed: False for what the oracle checks and no benchmark runs.
        traits: what decides which benchmarks it takes part in.
        judged_as: the mode whose verdict by the oracle counts, where it is another.
        default: the mode that a user's own settings amount to, where it is another.
        reads: templates of further files that a run reads.
        numbers: what it computes with, where no build says that: float32, or integers that have
            answers of their own to be held against.
    """

    path: str
    command: Callable[[Call], list[str]]
    example: str = examples.COMMAND
    job: str | None = None
    is_timed: bool = True
    traits: frozenset[str] = frozenset()
    judged_as: str = ""
    default: str = ""
    reads: tuple[str, ...] = ()
    numbers: str = F32


@dataclass(frozen=True)
class Runner:
    """A way to run contenders.

    Attributes:
        target: what it runs: `native` or `wasm` builds, or the model's `graph` itself.
        modes: how it can, by name.
        lacks: what it cannot do, and why, by mode.
        compile: (program, module, artefact, options, threads), and the programs that its tool needs
            besides -> the command that compiles ahead of time; None where it cannot. It runs in the
            environment that `limited` gives.
        suffix: file name ending of what that makes.
        sources: files of the checkout that become part of it.
        threads_variable: environment variable that holds on how many cores it may compile, where
            its command has no option for that.
        cache_variables: environment variables that hold the folder of its own cache.
        files: what a run reads beside that: files of the checkout, such as a program for a host of
            another language; a command finds them in `Call.files`.
        tools: further tools that a run takes, entries of `envs/tools.yaml`, such as what runs those
            files; a command finds them in `Call.tools`.
        module: the program of this project's that is run as its command, by dotted name.
        packages: the Python packages, beside that program's, whose code it runs.
        before_arguments: the words of a command after which the file's own arguments stand, where
            they do not just follow it.
    """

    target: str
    modes: Mapping[str, Mode]
    lacks: Mapping[str, str] = field(default_factory=dict)
    compile: Callable[..., list[str]] | None = None
    suffix: str = ""
    sources: tuple[str, ...] = ()
    threads_variable: str = ""
    cache_variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    module: str = ""
    packages: tuple[str, ...] = ()
    before_arguments: tuple[str, ...] = ()

    def environment(self, folder: str) -> dict[str, str]:
        """Return the variables that make it keep its cache in `folder`."""
        return dict.fromkeys(self.cache_variables, folder)

    def limited(self, threads: int) -> dict[str, str]:
        """Return this process's environment as it is where it compiles on so many cores."""
        own = {self.threads_variable: str(threads)} if self.threads_variable else {}
        return os.environ | own
