# What the rules of stage compile ask: the files a job needs, its parameters.


def engine_tool(wildcards):
    """The record of an engine's program."""
    return paths.TOOL.format(tool=config["engines"][wildcards.engine]["tool"])


def compile_options(wildcards):
    """The options of an engine's ahead-of-time compiler."""
    return as_json(config["engines"][wildcards.engine]["compile_options"])


def compile_code(wildcards):
    """What compiling does, and how the engine compiles."""
    runner = config["engines"][wildcards.engine]["runner"]
    return code_digest("scripts.compile.compile_aot", runners.module(runner))
