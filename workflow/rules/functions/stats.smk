# What the rules of stage stats ask: the files a job needs, its parameters.


def of_mode(pattern):
    """An input function: `pattern` for every benchmark and model of a mode's jobs."""

    def files(wildcards):
        return expand(pattern, model=MODELS, mode=wildcards.mode, benchmark=BENCHMARKS)

    return files


def of_every_job(pattern):
    """`pattern` for every benchmark, mode and model."""
    return expand(pattern, model=MODELS, mode=MODES, benchmark=BENCHMARKS)


def told_code(script):
    """What a script does that tells of benchmarks, and what these say of themselves."""
    return code_digest(script, *(benchmarks.module(name) for name in BENCHMARKS))
