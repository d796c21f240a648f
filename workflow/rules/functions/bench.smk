# What the rules of stage bench ask: the files a job needs, its parameters.


def of_job(function, benchmark):
    """An input or params function: `function` of the contenders of a benchmark's jobs."""

    def of_wildcards(wildcards):
        timed = benchmarks.benchmark(benchmark)
        return function(selection.timed(config, wildcards.model, wildcards.mode, timed))

    return of_wildcards


def timed_gates(rows):
    """The oracle's verdicts on contenders; some share the one of another mode."""
    names = [row.file(paths.GATE, contender=row.judged_as) for row in rows]
    return list(dict.fromkeys(names))


def timed_files(rows):
    """The files that contenders read, and what does nothing in their place."""
    noops = {row.noop for row in rows if row.tool}
    return run_files(rows) + sorted(noops)


def timed_sizes(rows):
    """The files whose sizes are told."""
    return sorted({path for row in rows for path in row.artifacts().values()})


def bench_settings(benchmark):
    """A params function: what a benchmark takes from the config, nothing that others use alone."""

    def settings(wildcards):
        return as_json(
            {
                "benchmark": benchmark,
                "mode": wildcards.mode,
                "seed": config["seed"],
                "baseline": config["compare"]["baseline"],
                "confidence": config["confidence"],
                "settings": {
                    key: value
                    for key, value in config["benchmarks"][benchmark].items()
                    if key != "modes"
                },
            }
        )

    return settings


def bench_code(benchmark):
    """A params function: what a benchmark's job does, and what runs its contenders."""

    def code(rows):
        return code_digest(
            "scripts.bench.measure", benchmarks.module(benchmark), *runner_modules(rows)
        )

    return of_job(code, benchmark)
