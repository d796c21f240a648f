# What the rules of stage report ask: the files a job needs, its parameters.
RANKED = MEASURED & set(benchmarks.ranked())

# The first screen's picture, where any of its benchmarks is measured.
ANSWERS = of_every_model(paths.ANSWER) if captions.SHOWN & MEASURED else []


def figure_caption(wildcards):
    """What stands below a figure in Snakemake's own report."""
    return captions.caption(wildcards.figure)


def figure_samples(wildcards):
    """The samples of a figure's model and mode."""
    return expand(
        paths.SAMPLES,
        model=wildcards.model,
        mode=wildcards.mode,
        benchmark=JOBS[wildcards.mode],
    )


def figures(mode):
    """A figure for each benchmark of a mode, by its name, and the ratios of all that rank."""
    names = [*(["ratios"] if RANKED & set(JOBS[mode]) else []), *JOBS[mode]]
    return expand(paths.FIGURE, model=MODELS, mode=mode, figure=names)


def measured_contenders():
    """Every contender that a job may measure, of every model and mode."""
    return [
        row
        for model in MODELS
        for mode in MODES
        for row in selection.measured(config, model, mode)
    ]


def accuracy_option(wildcards, input):
    """The script's option that names the table of labelled photographs, where there are any."""
    return option("--accuracy", "".join(input.accuracy))


def report_artifacts():
    """Every file whose digest the fingerprint holds."""
    executables = sorted({row.path for row in measured_contenders()})
    return [*of_every_model(paths.GRAPH), paths.REQUEST, *executables]


def remembered():
    """What says that the run is in the history, where there is one."""
    return [paths.REMEMBERED] if config["history"]["folder"] else []


def reports(wildcards):
    """What a whole run ends with: of several machines their reports, and the one across them."""
    if SEVERAL:
        return [paths.ACROSS, *machine_reports()]
    return [paths.REPORT, paths.REPORT_HTML, *remembered()]


def scaling_caption(wildcards):
    """The same of the scaling."""
    return scaling_figures.caption(wildcards.figure)
