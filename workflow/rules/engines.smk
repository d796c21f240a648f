# Stage engines. In: the engines. Out: results/engines/{engine}.json, what each can do; results/engines.csv.


include: "functions/engines.smk"


rule probe_engine:
    input:
        probed_files,
        engine_sources,
        sources=own_files("scripts/engines/wat", "*.wat"),
        tool=engine_tools,
    output:
        paths.ENGINE,
    log:
        "results/logs/engines/{engine}.log",
    conda:
        "../../envs/conda/engines.yaml"
    params:
        engine=probed_engine,
        licence=engine_licence,
        host=HOST,
        code=probe_code,
    message:
        "Finding out what {wildcards.engine} can do"
    shell:
        "python -m scripts.engines.probe"
        " {input.sources:q}"
        " --engine {params.engine:q}"
        " --tool {input.tool:q}"
        " --licence {params.licence:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule list_engines:
    input:
        expand(paths.ENGINE, engine=ENGINES),
    output:
        report(paths.ENGINES, category="tables", labels={"table": "engines.csv"}),
    log:
        "results/logs/engines.log",
    conda:
        "../../envs/conda/engines.yaml"
    params:
        code=code_digest("scripts.engines.collect"),
    shell:
        "python -m scripts.engines.collect"
        " {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"
