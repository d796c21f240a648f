# What the rules of stage selfcheck ask: the contenders that are measured.
BASELINE = selection.called(config, MODELS[0], config["compare"]["baseline"])


def watched():
    """What the watch is checked on: the first engine's contender of the last build, compiled ahead of time."""
    measured = selection.measured(config, MODELS[0], AOT)
    engines = config["compare"]["engines"]
    found = [
        row
        for row in measured
        if row.engine in engines[:1] and row.how.path == paths.AOT
    ]
    if not found:
        raise WorkflowError(
            "the watch is checked on an engine: compare.engines has none that compiles ahead of time"
        )
    return found[-1]


def of_watched(function):
    """An input or params function: `function` of the contender that the watch is checked on."""

    def of_wildcards(wildcards):
        return function([watched()])

    return of_wildcards


def watched_contender(wildcards):
    """The contender, as JSON."""
    return as_json(asdict(watched()))


def watch_check_code(rows):
    """What the check does, and what runs the contender."""
    modules = (*runner_modules(rows), benchmarks.module("cold_start"))
    return code_digest("scripts.selfcheck.check_watch", *modules)
