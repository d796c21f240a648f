# What the rules of stage compile ask: the files a job needs, its parameters.


def engine_tools(wildcards):
    """The records of an engine's program and of those that it needs."""
    return tools_with_needed([config["engines"][wildcards.engine]["tool"]])


def engine_sources(wildcards):
    """The project's own files that become part of an engine's artefacts."""
    runner = runners.runner(config["engines"][wildcards.engine]["runner"])
    return [own(path) for path in runner.sources]


def compile_options(wildcards):
    """The options of an engine's ahead-of-time compiler."""
    return as_json(config["engines"][wildcards.engine]["compile_options"])


def compile_code(wildcards):
    """What compiling does, and how the engine compiles."""
    runner = config["engines"][wildcards.engine]["runner"]
    return code_digest("scripts.compile.compile_aot", runners.module(runner))
