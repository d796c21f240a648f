# Stage tools. In: envs/tools.yaml, PATH, the cache. Out: results/tools/{tool}.json, results/tools.csv.


rule find_tool:
    input:
        compiler=tool_compiler,
    output:
        "results/tools/{tool}.json",
    log:
        "results/logs/tools/{tool}.log",
    conda:
        "../../envs/python.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        state=tool_state,
        rust=tool_rust_option,
        code=code_digest("find_tool.py"),
    message:
        "Looking for {wildcards.tool}; building it takes minutes, see {log}"
    shell:
        "python scripts/find_tool.py"
        " --tool {wildcards.tool:q}"
        " {params.rust}"
        " --log {log:q}"
        " --out {output:q}"
        " >> {log:q} 2>&1"


rule list_tools:
    input:
        expand("results/tools/{tool}.json", tool=TOOLS),
    output:
        "results/tools.csv",
    log:
        "results/logs/tools.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("list_tools.py"),
    shell:
        "python scripts/list_tools.py"
        " {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule tools:
    input:
        "results/tools.csv",
    log:
        "results/logs/tools_table.log",
    conda:
        "../../envs/python.yaml"
    shell:
        "python scripts/show_table.py" " {input:q}" " 2> {log:q}"
