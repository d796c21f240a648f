# Stage compile. In: the optimised modules. Out: results/models/{model}/aot and, beside each artefact, its record;
# the module that does nothing in results/harness.


include: "functions/compile.smk"


wildcard_constraints:
    engine="|".join(re.escape(name) for name in config["engines"]),


rule compile_aot:
    input:
        engine_sources,
        module=paths.MODULE.replace("{example}", examples.COMMAND),
        tool=engine_tools,
    output:
        artifact=paths.AOT,
        refusal=f"{paths.AOT}.refusal.json",
        record=f"{paths.AOT}.json",
    log:
        "results/logs/{model}/compile/{build}-{engine}.{suffix}.log",
    conda:
        "../../envs/conda/compile.yaml"
    threads: workflow.cores
    params:
        model="{model}",
        build="{build}",
        runner=lookup(dpath="engines/{engine}/runner", within=config),
        options=compile_options,
        host=HOST,
        code=compile_code,
    message:
        "Compiling {params.build} ahead of time with {wildcards.engine}"
    shell:
        "python -m scripts.compile.compile_aot"
        " {input.module:q}"
        " --model {params.model:q}"
        " --build {params.build:q}"
        " --engine {wildcards.engine:q}"
        " --runner {params.runner:q}"
        " --tool {input.tool:q}"
        " --options {params.options:q}"
        " --threads {threads}"
        " --out {output.artifact:q}"
        " > {log:q} 2>&1"


use rule compile_aot as compile_noop with:
    input:
        engine_sources,
        module=paths.NOOP_MODULE,
        tool=engine_tools,
    output:
        artifact=paths.NOOP_AOT,
        refusal=f"{paths.NOOP_AOT}.refusal.json",
        record=f"{paths.NOOP_AOT}.json",
    log:
        "results/logs/harness/{engine}.{suffix}.log",
    params:
        model="none",
        build="noop",
        runner=lookup(dpath="engines/{engine}/runner", within=config),
        options=compile_options,
        host=HOST,
        code=compile_code,
