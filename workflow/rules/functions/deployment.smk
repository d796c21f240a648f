# What the rules of stage deployment ask: the files a job needs, its parameters.
LOADED = list(deployed.every())
LOADED_FIGURES = [name for name in LOADED if deployed.every()[name].figure]
HOSTS = {name: hosts.hosts(config, name) for name in MODELS}


def hosts_of(function):
    """An input or params function: `function` of the hosts of a model."""

    def of_wildcards(wildcards):
        return function(HOSTS[wildcards.model])

    return of_wildcards


def action_hosts_of(function):
    """As `hosts_of`, of the hosts of our own: `wasmtime serve` has another contract."""

    def of_wildcards(wildcards):
        rows = HOSTS[wildcards.model]
        return function([row for row in rows if row["policy"] not in service.POLICIES])

    return of_wildcards


def host_files(rows):
    """The files that hosts are started with, the artefacts of records, and the oracle's verdicts."""
    records = [
        row["action"].removesuffix(".json")
        for row in rows
        if row["action"].endswith(".json")
    ]
    wanted = (path for row in rows for path in (row["action"], row["gate"]))
    return list(dict.fromkeys([*wanted, *records]))


def serve_tool(rows):
    """The record of what serves components, where any host is one."""
    served = any(row["policy"] in service.POLICIES for row in rows)
    return [paths.TOOL.format(tool=selection.SERVE_TOOL)] if served else []


def wasmtime_option(wildcards, input):
    """The script's option that names that record."""
    return option("--wasmtime", "".join(input.wasmtime))


def of_every_load(pattern):
    """`pattern` for every model and benchmark of the deployment."""
    if not any(HOSTS.values()):
        return []
    return expand(pattern, model=MODELS, loaded=LOADED)


def need_hosts(wildcards):
    """The samples of every benchmark; without a host there is nothing to measure."""
    if not any(HOSTS.values()):
        raise WorkflowError(
            "config: deployment.hosts: none has a build of compare.builds"
        )
    return of_every_load(paths.LOADED)


def host_code(name):
    """What a benchmark's job does, and the host that it starts."""
    return code_digest(
        "scripts.deployment.measure",
        "scripts.deployment.probe",
        deployed.module(name),
        "scripts.action.serve",
        "scripts.action.zygote",
    )


def deployment_caption(wildcards):
    """What stands below a figure in Snakemake's own report."""
    return deployed.every()[wildcards.figure].figure
