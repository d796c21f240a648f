# What the rules of stage compile ask: the files a job needs, its parameters.


def engine_tool(wildcards):
    """The record of an engine's program."""
    return paths.TOOL.format(tool=config["engines"][wildcards.engine]["tool"])


def engine_runner(wildcards):
    """The runner that knows how an engine compiles."""
    return config["engines"][wildcards.engine]["runner"]


def compile_options(wildcards):
    """The options of an engine's ahead-of-time compiler."""
    return as_json(config["engines"][wildcards.engine]["compile_options"])


def compile_code(wildcards):
    """What compiling does, and how the engine compiles."""
    return code_digest(
        "scripts.compile.compile_aot", runners.module(engine_runner(wildcards))
    )
