# What the rules of stage oracle ask: the files a job needs, its parameters.


def checked_ids():
    """What may be checked, as patterns."""
    rows = [
        *selection.every(config, MODELS[0]),
        *(selection.every(SCALING, SCALED_MODELS[0]) if SCALED_MODELS else []),
    ]
    return sorted({re.escape(row.id) for row in rows})


def of_contender(function):
    """An input or params function: `function` of the contender that is checked."""

    def of_wildcards(wildcards):
        return function([contender_of(wildcards)])

    return of_wildcards


def form_of(row):
    """What a contender computes with: as its build says, or its runner where it has none."""
    return config["builds"].get(row.build, {}).get("numbers", row.how.numbers)


def tensor_tolerance(wildcards):
    """How far a probability may be off: of LiteRT's integers, some of the levels that it has."""
    if form_of(contender_of(wildcards)) == numbers.LITERT:
        return numbers.LITERT_ROUNDING
    return config["oracle"]["tensor_tolerance"]


def of_numbers(floats, integers):
    """An input function: one of two files, by what the contender's build computes with."""

    def of_wildcards(wildcards):
        form = form_of(contender_of(wildcards))
        template = floats if form == numbers.F32 else integers
        return template.format(model=wildcards.model, numbers=form)

    return of_wildcards


def listed_photographs():
    """The table of labelled photographs and all that it lists, where the config names one."""
    table = config["accuracy"]["labelled"]
    if not table:
        return []
    try:
        rows = photographs.labelled(Path(table))
    except UserError as error:
        raise WorkflowError(f"config: accuracy.labelled: {error}") from None
    return [given(table), *(given(str(row.path)) for row in rows)]


LABELLED = listed_photographs()


def need_labelled(wildcards):
    """The same; without any there is nothing to measure."""
    if not LABELLED:
        raise WorkflowError("config: accuracy.labelled: no photographs are named")
    return LABELLED


def labelled_table(wildcards, input):
    """The table alone."""
    return input.labelled[0]


def ranges_option(wildcards, input):
    """The script's option that names what integers were calibrated on, where any are compared."""
    return option("--ranges", "".join(input.ranges))


def litert_graph(wildcards):
    """The graph that LiteRT runs, where that is the form whose agreement is counted."""
    name = paths.REFERENCE.replace("{reference}", numbers.LITERT)
    return name if wildcards.numbers == numbers.LITERT else []


def litert_option(wildcards, input):
    """The same as an option."""
    return option("--litert", str(input.litert))


def forms_in_integers():
    """The forms in integers that are compared."""
    forms = {form_of(row) for row in selection.every(config, MODELS[0])}
    return sorted(forms - {numbers.F32})


def agreement_records():
    """How often the integers that are compared agree with float32."""
    return expand(paths.AGREEMENT, model=MODELS, numbers=forms_in_integers())


def accuracy_counts():
    """Of how many labelled photographs everything is right that may be timed and has a verdict."""
    rows = [row for name in MODELS for row in selection.gated(config, name)]
    return [row.file(paths.COUNTS) for row in rows if row.how.is_timed]


def accuracy_code(rows):
    """What counting does, and what runs the contender."""
    return code_digest("scripts.oracle.measure_accuracy", *runner_modules(rows))


def checked_contender(wildcards):
    """The contender, as JSON."""
    return as_json(asdict(contender_of(wildcards)))


def refusal_option(wildcards, input):
    """The script's option that names why there is no artefact, of what is compiled ahead of time."""
    return option("--refusal", str(input.refusal))


def check_code(rows):
    """What the check does, and what runs the contender."""
    return code_digest("scripts.oracle.check", *runner_modules(rows))


def verdicts():
    """The verdict on everything that the oracle checks."""
    rows = [row for name in MODELS for row in selection.gated(config, name)]
    return [row.file(paths.VERDICT) for row in rows]
