# What is compared: contenders as jobs take them, and the files, records and programs they bring.


def contender_of(wildcards):
    """The contender that a file's name means."""
    return next(
        row
        for asked in (config, SCALING)
        for row in selection.every(asked, wildcards.model)
        if row.id == wildcards.contender
    )


def described(rows):
    """Contenders as the scripts take them, as JSON."""
    return as_json([asdict(row) for row in rows])


def tool_records(rows):
    """The records of the tools that contenders run, and of those that these need."""
    return tools_with_needed([name for row in rows for name in row.tools])


def tools_with_needed(names):
    """The records of tools, each before those of the tools that it needs."""
    found = [needed for name in names for needed in pins.with_needed(name)]
    return [paths.TOOL.format(tool=name) for name in dict.fromkeys(found)]


def run_files(rows):
    """The files that contenders read when they run: executables, models, labels."""
    found = [path for row in rows for path in (row.path, *row.reads)]
    found += [own(path) for row in rows for path in row.by.files]
    return list(dict.fromkeys(found))


def compiled_ahead(rows):
    """The artefacts of contenders that are compiled ahead of time."""
    return list(dict.fromkeys(row.path for row in rows if row.how.path == paths.AOT))


def compile_records(rows):
    """What compiling contenders ahead of time took, of those that are."""
    return [f"{path}.json" for path in compiled_ahead(rows)]


def refusals(rows):
    """Why contenders could not be compiled ahead of time, if so, of those that are."""
    return [f"{path}.refusal.json" for path in compiled_ahead(rows)]


def package_versions(rows):
    """The versions of the Python packages that contenders run; a change of one runs them again."""
    return versions(*sorted({name for row in rows for name in row.by.packages}))


def runner_modules(rows):
    """What says how contenders run: their runners, and this project's programs that run them."""
    own_programs = {row.by.module for row in rows if row.by.module}
    return sorted({runners.module(row.runner) for row in rows} | own_programs)
