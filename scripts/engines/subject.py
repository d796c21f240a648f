"""An engine in one of its modes, as its contenders run in it, with a folder of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.common import paths
from scripts.contenders.contender import Contender
from scripts.contenders.runner import AOT, CACHED, LATER_START
from scripts.engines import running
from scripts.engines.running import Run

# Beside each other in the folder; what is run is named from there, so that no message holds more.
MODULES, COMPILED = "wasm", "aot"


@dataclass(frozen=True)
class Subject:
    """An engine in one of its modes.

    Attributes:
        contender: it, with any build.
        program: the engine's own.
        compile_options: those of its compiler.
        folder: has the modules in `wasm/`, and takes what the engine makes of them.
        needed: the programs that its compiler, or a run, needs besides.
    """

    contender: Contender
    program: str
    compile_options: list[str]
    folder: Path
    needed: tuple[str, ...] = ()

    @property
    def mode(self) -> str:
        """The mode's name."""
        return self.contender.mode

    @property
    def is_ahead(self) -> bool:
        """Whether it runs what was compiled before."""
        return self.contender.how.job == AOT

    @property
    def has_artifact(self) -> bool:
        """Whether that is a file by itself."""
        return self.contender.how.path == paths.AOT

    @property
    def is_cached(self) -> bool:
        """Whether it runs from the engine's own cache."""
        return CACHED in self.contender.how.traits

    @property
    def is_later_start(self) -> bool:
        """Whether it is another mode but for its start."""
        return LATER_START in self.contender.how.traits

    @property
    def cache(self) -> Path:
        """The folder of the engine's own cache in this mode."""
        return self.folder / f"cache-{self.mode}"

    @property
    def cached_files(self) -> list[Path]:
        """What that holds."""
        return [path for path in self.cache.rglob("*") if path.is_file()]

    def run(
        self,
        module: str,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        most_mib: float | None = None,
    ) -> Run:
        """Run a module, by its name; compile it before, where the mode takes that.

        Args:
            module: its name.
            stdin: what it reads.
            most_mib: memory, MiB, from which on it is ended.
        """
        path = f"{MODULES}/{module}.wasm"
        if self.has_artifact:
            artifact = f"{COMPILED}/{self.contender.engine}-{module}.{self.contender.by.suffix}"
            compiled = self.compile(path, artifact)
            if compiled.problem:
                return compiled
            path = artifact
        told = {"tools": self.needed, "cache": str(self.cache)}
        command = self.contender.command(self.program, path, **told)
        return running.run(command, self.environment(), self.folder, stdin, most_mib)

    def compile(self, module: str, artifact: str) -> Run:
        """Compile a module ahead of time."""
        (self.folder / COMPILED).mkdir(exist_ok=True)
        by = self.contender.by
        options = self.compile_options
        command = by.compile(self.program, module, artifact, options, 1, *self.needed)
        return running.run(command, by.limited(1) | self.environment(), self.folder)

    def environment(self) -> dict[str, str]:
        """Return the variables of its processes; what it keeps, it keeps in the folder."""
        return os.environ | self.contender.by.environment(str(self.cache))
