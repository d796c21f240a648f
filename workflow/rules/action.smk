# Stage action. In: the optimised actions and services. Out: results/models/{model}/action, for the host of
# scripts/action, and service, for `wasmtime serve`; results/action.json, the record of the one that is served.


include: "functions/action.smk"


rule precompile:
    input:
        module=paths.MODULE.replace("{example}", examples.ACTION),
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
        host=HOST,
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


rule componentise:
    input:
        module=paths.MODULE.replace("{example}", examples.SERVICE),
        compiled=paths.COMPILED.replace("{example}", examples.SERVICE),
        maker=paths.COMPONENT_MAKER,
        wasmtime=paths.TOOL.format(tool=selection.SERVE_TOOL),
    output:
        component=paths.COMPONENT,
        code=paths.SERVED_COMPONENT,
    log:
        "results/logs/{model}/service/{build}.log",
    wildcard_constraints:
        build="|".join(WASM_BUILDS) or "(?!)",
    conda:
        "../../envs/conda/action.yaml"
    threads: workflow.cores
    params:
        options=as_json(config["deployment"]["serve"]["options"]),
        host=HOST,
        code=code_digest("scripts.action.componentise", runners.module("wasmtime")),
    message:
        "Making a component of {wildcards.build}, and compiling it"
    shell:
        "python -m scripts.action.componentise"
        " {input.module:q}"
        " --compiled {input.compiled:q}"
        " --maker {input.maker:q}"
        " --wasmtime {input.wasmtime:q}"
        " --options {params.options:q}"
        " --threads {threads}"
        " --component {output.component:q}"
        " --out {output.code:q}"
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
