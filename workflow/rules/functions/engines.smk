# What the rules of stage engines ask: the files a job needs, its parameters.
# The engines that are compared; none where no build is for wasm, which takes no engine's tool.
ENGINES = [
    name
    for name in config["compare"]["engines"]
    if config["engines"][name]["tool"] in TOOLS
]


def engine_of(wildcards):
    """An engine's entry in the config, with its name."""
    return {"name": wildcards.engine} | config["engines"][wildcards.engine]


def probed_engine(wildcards):
    """The same as JSON."""
    return as_json(engine_of(wildcards))


def probed_files(wildcards):
    """The runner's own files."""
    return [own(path) for path in runners.runner(engine_of(wildcards)["runner"]).files]


def probe_code(wildcards):
    """What probing does, and how the engine runs."""
    runner = engine_of(wildcards)["runner"]
    return code_digest("scripts.engines.probe", runners.module(runner))


def engine_licence(wildcards):
    """The licence of an engine."""
    return pins.licence(engine_of(wildcards)["tool"])
