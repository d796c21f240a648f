# Stage tools. In: envs/tools.yaml, PATH, the cache. Out: results/tools/{tool}.json, results/tools.csv.


include: "functions/tools.smk"


wildcard_constraints:
    tool="|".join([*TOOLS, *SCALING_TOOLS, LOAD_TOOL, selection.SERVE_TOOL]),


rule find_tool:
    input:
        compiler=tool_compiler,
    output:
        record=paths.TOOL,
        state=paths.TOOL_STATE,
    log:
        "results/logs/tools/{tool}.log",
    # First, and no more than half of the cores: an engine built beside a classifier leaves none idle.
    priority: 1
    conda:
        "../../envs/conda/tools.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        state=tool_state,
        rust=tool_rust_option,
        code=code_digest("scripts.tools.find"),
    message:
        "Looking for {wildcards.tool}; building it takes minutes, see {log}"
    shell:
        "python -m scripts.tools.find"
        " --tool {wildcards.tool:q}"
        " {params.rust}"
        " --jobs {threads}"
        " --log {log:q}"
        " --state {params.state:q}"
        " --state-out {output.state:q}"
        " --out {output.record:q}"
        " >> {log:q} 2>&1"


rule list_tools:
    input:
        expand(paths.TOOL, tool=TOOLS),
    output:
        report(paths.TOOLS, category="tables", labels={"table": "tools.csv"}),
    log:
        "results/logs/tools.log",
    conda:
        "../../envs/conda/tools.yaml"
    params:
        code=code_digest("scripts.tools.collect"),
    shell:
        "python -m scripts.tools.collect"
        " {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule tools:
    input:
        paths.TOOLS,
    log:
        "results/logs/tools_table.log",
    # What it prints is for whoever typed the command, on a cluster too.
    localrule: True
    conda:
        "../../envs/conda/tools.yaml"
    shell:
        "python -m scripts.tools.show" " {input:q}" " 2> {log:q}"
