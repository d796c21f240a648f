# What the rules of stage tools ask: the files a job needs, its parameters.
MEASURING_TOOLS = {
    tool for name in MEASURED for tool in benchmarks.benchmark(name).tools
}
TOOLS = [*checks.tools_needed(config), *sorted(MEASURING_TOOLS)]
SCALING_TOOLS = checks.tools_needed(SCALING) if SCALED_MODELS else []
# What the target `deployment` takes besides.
LOAD_TOOL = "vegeta"


def tool_state(wildcards):
    """What makes a tool's record out of date, as `location.state` has it."""
    return as_json(location.state(wildcards.tool, Path(PREFIX + paths.TOOL).parent))


def tool_compiler(wildcards):
    """The compiler's record, for the tools that may have to be built."""
    built = "crate" in pins.pins()[wildcards.tool]["install"]
    return [paths.TOOL.format(tool="rust")] if built else []


def tool_rust_option(wildcards, input):
    """The script's option that names the compiler's record."""
    return option("--rust", "".join(input.compiler))
