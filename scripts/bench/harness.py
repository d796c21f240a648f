"""What a benchmark measures with: the spawner, the request, the settings."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.bench.spawning import Run, RunError, Spawner, Watch

Contender = dict[str, Any]


@dataclass(frozen=True)
class Harness:
    """What a benchmark measures with.

    Attributes:
        spawner: starts the processes.
        request: the request that every contender answers, as a dict.
        settings: the benchmark's own settings.
        programs: the files of the tools that it measures with, by name.
        counted: what the spawner said of the processor's counters.
        paces: what one warm inference takes, in seconds, by contender.
    """

    spawner: Spawner
    request: dict[str, Any]
    settings: dict[str, Any]
    programs: dict[str, str] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    paces: dict[str, float] = field(default_factory=dict)

    @cached_property
    def has_counters(self) -> bool:
        """Whether the kernel gives the processor's counters, asked once a job."""
        (run,) = self.spawner.run(["true"], {}, "/dev/null")
        self.counted.add(run.counted)
        return run.user_instructions is not None

    def request_file(self, **keys: Any) -> Path:
        """Return a file with the request and these keys added to it."""
        name = "-".join(f"{key}{value}" for key, value in keys.items())
        path = self.spawner.folder / f"request-{name}.json"
        if not path.exists():
            path.write_text(json.dumps(self.request | keys), encoding="utf-8")
        return path

    def run(
        self,
        contender: Contender,
        evict: Sequence[str] = (),
        under: Sequence[str] = (),
        watched: Watch = nullcontext,
        **keys: Any,
    ) -> Run:
        """Run a contender once; engine caches are as its record says.

        `under` are the words of a command that runs another one, `watched` looks on.
        """
        request = self.request_file(**keys)
        command, environment = [*under, *contender["command"]], contender["env"]
        (run,) = self.spawner.run(command, environment, request, evict=evict, watched=watched)
        self.counted.add(run.counted)
        return run

    def loop(
        self, contender: Contender, count: int, side_by_side: int = 1, **keys: Any
    ) -> list[Run]:
        """Run a contender `count` times with its engine's defaults, as a user would."""
        command = contender.get("default_command", contender["command"])
        request = self.request_file(**keys)
        runs = self.spawner.run(command, contender["env"], request, count, side_by_side)
        self.counted.update(run.counted for run in runs)
        return runs

    def answer(self, key: str) -> Any:
        """Return what the last run answered under a key; raise `RunError` where it did not."""
        try:
            answer = json.loads(self.spawner.stdout().read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunError(f"the answer is no JSON: {error}") from error
        if not isinstance(answer, dict) or key not in answer:
            raise RunError(f"the answer has no {key}: {json.dumps(answer)[:200]}")
        return answer[key]
