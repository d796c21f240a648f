# What the rules of stage action ask: the files a job needs, its parameters.


def served_record(wildcards):
    """The first model's action: as a snapshot where such a build is compared."""
    compared = [name for name in config["compare"]["builds"] if name in WASM_BUILDS]
    if not compared:
        raise WorkflowError("config: compare.builds: there is no wasm build to serve")
    snapshots = [name for name in compared if config["builds"][name]["snapshot"]]
    artifact = paths.PRECOMPILED.format(
        model=MODELS[0], build=(snapshots or compared)[0]
    )
    return f"{artifact}.json"
