# Stage action. In: the optimised actions. Out: results/models/{model}/action, for the host of scripts/action;
# results/action.json, the record of the one that is served.


include: "functions/action.smk"


rule precompile:
    input:
        module=paths.MODULE.replace("{example}", paths.ACTION),
    output:
        artifact=paths.PRECOMPILED,
        record=f"{paths.PRECOMPILED}.json",
    log:
        "results/logs/{model}/action/{build}.log",
    wildcard_constraints:
        build="|".join(WASM_BUILDS) or "(?!)",
    conda:
        "../../envs/conda/action.yaml"
    threads: workflow.cores
    params:
        host=cpu.key(),
        versions=versions("wasmtime"),
        code=code_digest("scripts.action.precompile"),
    message:
        "Compiling the action of {wildcards.build} for the host"
    shell:
        "python -m scripts.action.precompile"
        " {input.module:q}"
        " --threads {threads}"
        " --out {output.artifact:q}"
        " > {log:q} 2>&1"


rule serve:
    input:
        served_record,
    output:
        paths.SERVED,
    log:
        "results/logs/action.log",
    conda:
        "../../envs/conda/action.yaml"
    message:
        "Choosing the action to serve"
    shell:
        "cp {input:q} {output:q} > {log:q} 2>&1"
