# What the rules of stage bench ask: the files a job needs, its parameters.
from typing import NamedTuple


class Measuring(NamedTuple):
    """A rule that measures, called by its name, so that `--forcerun cold_start` repeats just that one.

    `asked` is the config that says what is compared and how a benchmark is measured.
    """

    name: str
    benchmark: str
    asked: dict
    request: str
    gate: str
    samples: str
    log: str

    @property
    def meta(self):
        """How it went."""
        return self.samples.removesuffix(".csv") + ".json"


MEASURING = [
    *(
        Measuring(
            name,
            name,
            config,
            paths.REQUEST,
            paths.GATE,
            paths.SAMPLES.replace("{benchmark}", name),
            f"results/logs/{{model}}/{{mode}}/{name}.log",
        )
        for name in BENCHMARKS
    ),
    *(
        Measuring(
            f"scaling_{name}",
            name,
            SCALING,
            paths.REQUEST,
            paths.GATE,
            paths.SCALED.replace("{benchmark}", name),
            f"results/logs/{{model}}/scaling/{name}.log",
        )
        for name in comparison.OF_MODELS
    ),
    *(
        Measuring(
            f"photographs_{name}",
            name,
            PHOTOGRAPHS,
            paths.PHOTOGRAPH_REQUEST,
            paths.PHOTOGRAPH_GATE,
            paths.PHOTOGRAPHED.replace("{benchmark}", name),
            f"results/logs/{{model}}/photographs/{{megapixels}}-{name}.log",
        )
        for name in comparison.OF_PHOTOGRAPHS
    ),
]


def mode_of(wildcards):
    """The mode of a job: the scaling knows but one."""
    return wildcards.get("mode", AOT)


def of_job(function, measuring):
    """An input or params function: `function` of the contenders of a rule's jobs."""

    def of_wildcards(wildcards):
        mode, benchmark = mode_of(wildcards), benchmarks.benchmark(measuring.benchmark)
        asked = measuring.asked
        return function(selection.timed(asked, wildcards.model, mode, benchmark))

    return of_wildcards


def timed_gates(template):
    """The oracle's verdicts on contenders; some share the one of another mode."""

    def of_rows(rows):
        names = [row.file(template, contender=row.judged_as) for row in rows]
        return list(dict.fromkeys(names))

    return of_rows


def timed_tools(measuring):
    """The records of the tools that contenders run, and of those that a benchmark measures with."""
    own = benchmarks.benchmark(measuring.benchmark).tools
    return lambda rows: [*tool_records(rows), *tools_with_needed(own)]


def timed_files(rows):
    """The files that contenders read, and what does nothing in their place."""
    noops = {row.noop for row in rows if row.tool}
    return run_files(rows) + sorted(noops)


def timed_sizes(rows):
    """The files whose sizes are told."""
    return sorted({path for row in rows for path in row.artifacts().values()})


def bench_settings(measuring):
    """A params function: what a benchmark takes from the config, nothing that others use alone."""
    asked = measuring.asked

    def settings(wildcards):
        return as_json(
            {
                "benchmark": measuring.benchmark,
                "mode": mode_of(wildcards),
                "seed": asked["seed"],
                "baseline": asked["compare"]["baseline"],
                "confidence": asked["confidence"],
                "settings": {
                    key: value
                    for key, value in asked["benchmarks"][measuring.benchmark].items()
                    if key != "modes"
                },
            }
        )

    return settings


def bench_code(measuring):
    """A params function: what a benchmark's job does, and what runs its contenders."""

    def code(rows):
        return code_digest(
            "scripts.bench.measure",
            benchmarks.module(measuring.benchmark),
            *runner_modules(rows),
        )

    return of_job(code, measuring)
