"""A contender: a build, the engine that runs it and the mode it runs in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.common import paths
from scripts.common.code_digest import ROOT
from scripts.contenders import registry
from scripts.contenders.runner import CACHED, Call, Mode, Runner

NO_ENGINE = "none"
# The program that does nothing in the place of what a mode runs.
NOOPS = {
    paths.EXECUTABLE: paths.NOOP,
    paths.MODULE: paths.NOOP_MODULE,
    paths.AOT: paths.NOOP_AOT,
}


@dataclass(frozen=True)
class Contender:
    """One row of a comparison.

    Attributes:
        model: the model's name.
        build: the name of the build; of a reference, its own.
        engine: its name in the config, or `NO_ENGINE`.
        mode: one of its runner's.
        runner: what runs it.
        tool: the name of the program's record, where the runner takes one.
        options: the engine's run options.
    """

    model: str
    build: str
    engine: str
    mode: str
    runner: str
    tool: str = ""
    options: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name used in files and tables, such as `native` or `wasm@wasmtime-aot`."""
        return self._named(self.mode)

    @property
    def judged_as(self) -> str:
        """The contender whose verdict by the oracle counts for this one."""
        return self._named(self.how.judged_as or self.mode)

    def _named(self, mode: str) -> str:
        return self.build if self.engine == NO_ENGINE else f"{self.build}@{self.engine}-{mode}"

    @property
    def by(self) -> Runner:
        """The runner."""
        return registry.runner(self.runner)

    @property
    def how(self) -> Mode:
        """The mode."""
        return self.by.modes[self.mode]

    @property
    def path(self) -> str:
        """The file that is run."""
        return self.file(self.how.path)

    @property
    def reads(self) -> list[str]:
        """The further files that a run reads."""
        return [self.file(template) for template in self.how.reads]

    @property
    def tools(self) -> list[str]:
        """The names of the tools that a run takes, the engine first."""
        return [*filter(None, [self.tool]), *self.by.tools]

    @property
    def noop(self) -> str:
        """What does nothing on the same engine in the same mode."""
        return self.file(NOOPS[self.how.path])

    @property
    def cache(self) -> str:
        """The folder of its engine's own cache; "" where it has none.

        Absolute: wasmtime ignores a relative one and takes the user's own.
        """
        has_one = self.by.cache_variables or CACHED in self.how.traits
        return str(Path(self.file(paths.ENGINE_CACHE)).resolve()) if has_one else ""

    def file(self, template: str, **names: str) -> str:
        """Return the file of this contender that a template of common/paths.py stands for."""
        known = {"model": self.model, "build": self.build, "engine": self.engine}
        known |= {"reference": self.build, "contender": self.id, "suffix": self.by.suffix}
        return paths.place(template, **known | {"example": self.how.example} | names)

    def command(
        self,
        program: str,
        path: str,
        mode: str = "",
        tools: Sequence[str] = (),
        cache: str = "",
    ) -> list[str]:
        """Return the words that run a file in this contender's mode, or another of its runner's.

        `tools` are the files of the runner's further tools, `cache` the folder of its own cache.
        """
        how = self.by.modes[mode or self.mode]
        files = [str(ROOT / name) for name in self.by.files]
        call = Call(program, path, list(self.options), self.reads, files, list(tools), cache)
        return how.command(call)

    def artifacts(self) -> dict[str, str]:
        """Return the files whose sizes belong to a contender, by metric."""
        if self.by.target == "native":
            return {"binary": self.path}
        found = {"wasm": self.file(paths.COMPILED), "wasm_optimised": self.file(paths.MODULE)}
        return found | ({"aot": self.path} if self.how.path == paths.AOT else {})

    def columns(self) -> dict[str, str]:
        """Return the columns that name this contender in every table."""
        names = {"build": self.build, "engine": self.engine, "mode": self.mode}
        return {"contender": self.id, **names}
