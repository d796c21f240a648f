# What the rules of stage oracle ask: the files a job needs, its parameters.


def of_contender(function):
    """An input or params function: `function` of the contender that is checked."""

    def of_wildcards(wildcards):
        return function([contender_of(wildcards)])

    return of_wildcards


def of_numbers(floats, integers):
    """An input function: one of two files, by what the contender's build computes with."""

    def of_wildcards(wildcards):
        # A reference has no build.
        build = config["builds"].get(contender_of(wildcards).build, {})
        form = build.get("numbers", numbers.F32)
        template = floats if form == numbers.F32 else integers
        return template.format(model=wildcards.model, numbers=form)

    return of_wildcards


def checked_contender(wildcards):
    """The contender, as JSON."""
    return as_json(asdict(contender_of(wildcards)))


def check_code(rows):
    """What the check does, and what runs the contender."""
    return code_digest("scripts.oracle.check", *runner_modules(rows))


def verdicts():
    """The verdict on everything that the oracle checks."""
    rows = [row for name in MODELS for row in selection.gated(config, name)]
    return [row.file(paths.VERDICT) for row in rows]
