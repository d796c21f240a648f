# What the rules of stage stats ask: the files a job needs, its parameters.


def of_mode(pattern):
    """An input function: `pattern` for every benchmark and model of a mode's jobs."""

    def files(wildcards):
        return of_jobs(pattern, wildcards.mode)

    return files


def of_every_job(pattern):
    """`pattern` for every benchmark, mode and model."""
    return [name for mode in MODES for name in of_jobs(pattern, mode)]


def of_jobs(pattern, mode):
    """`pattern` for every benchmark of a mode and every model."""
    return expand(pattern, model=MODELS, mode=mode, benchmark=JOBS[mode])


def told_code(script):
    """What a script does that tells of benchmarks, and what these say of themselves."""
    return code_digest(script, *(benchmarks.module(name) for name in BENCHMARKS))
