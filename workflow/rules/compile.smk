# Stage compile. In: results/optimised. Out: results/aot/{build}/{engine}.{suffix} and, beside it, its record.


rule compile_aot:
    input:
        module=module_of,
        tool="results/tools/{engine}.json",
    output:
        artifact="results/aot/{build}/{engine}.{suffix}",
        record="results/aot/{build}/{engine}.{suffix}.json",
    log:
        "results/logs/compile/{build}-{engine}.{suffix}.log",
    conda:
        "../../envs/python.yaml"
    threads: workflow.cores
    params:
        options=compile_options,
        code=code_digest("compile_aot.py"),
    message:
        "Compiling {wildcards.build} ahead of time with {wildcards.engine}"
    shell:
        "python scripts/compile_aot.py"
        " {input.module:q}"
        " --build {wildcards.build:q}"
        " --engine {wildcards.engine:q}"
        " --tool {input.tool:q}"
        " --options {params.options:q}"
        " --out {output.artifact:q}"
        " > {log:q} 2>&1"
