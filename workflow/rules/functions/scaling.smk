# What the rules of stage scaling ask: the files a job needs, its parameters.
SCALING_FIGURES = scaling_figures.names(bool(comparison.megapixels(config)))


def photograph_option(wildcards, input):
    """The script's option that names a photograph."""
    return option("--image", str(input.image))


def of_scaled_models(pattern, meta=False):
    """`pattern`, or the records beside it, for every model and benchmark of the scaling."""
    return expand(
        beside(pattern, meta), model=SCALED_MODELS, benchmark=comparison.OF_MODELS
    )


def of_every_photograph(pattern, meta=False):
    """The same for every photograph and benchmark of theirs."""
    found = expand(
        beside(pattern, meta),
        model=PHOTOGRAPHS["compare"]["models"],
        megapixels=comparison.megapixels(config),
        benchmark=comparison.OF_PHOTOGRAPHS,
    )
    return list(dict.fromkeys(found))


def beside(pattern, meta):
    """The samples of a job, or the record of how it went."""
    return pattern.replace(".csv", ".json") if meta else pattern


def need_models(wildcards):
    """The samples of every model; without a model there is nothing to measure."""
    if not SCALED_MODELS:
        raise WorkflowError("config: scaling.models: there is none")
    return of_scaled_models(paths.SCALED)
