# Stage deployment. In: the actions, native executables, the oracle's answers, vegeta.
# Out: results/models/{model}/deployment, the samples of a benchmark each and, beside them, how the job went;
# results/deployment.csv; apart from that, malformed requests to every host: fuzz.json. The chapter on it is stage report's.


include: "functions/deployment.smk"


rule measure_ceiling:
    input:
        vegeta=paths.TOOL.format(tool=LOAD_TOOL),
        cases=paths.CASES,
        answers=paths.ANSWERS,
    output:
        paths.CEILING,
    log:
        "results/logs/{model}/deployment/ceiling.log",
    conda:
        "../../envs/conda/deployment.yaml"
    # All cores: nothing else may run beside a measurement.
    threads: workflow.cores
    resources:
        **ALONE,
    params:
        late_ms=config["deployment"]["late_ms"],
        code=code_digest(
            "scripts.deployment.measure_ceiling", "scripts.deployment.noop"
        ),
    message:
        "Measuring what the generator of the load can do"
    shell:
        "python -m scripts.deployment.measure_ceiling"
        " --vegeta {input.vegeta:q}"
        " --late-ms {params.late_ms}"
        " --cases {input.cases:q}"
        " --answers {input.answers:q}"
        " --out {output:q}"
        " 2> >(tee {log:q} >&2)"


# One rule a benchmark, so that `--forcerun load_density` repeats just that one.
for name in LOADED:

    rule:
        name:
            f"load_{name}"
        input:
            hosts_of(host_files),
            wasmtime=hosts_of(serve_tool),
            vegeta=paths.TOOL.format(tool=LOAD_TOOL),
            ceiling=paths.CEILING,
            cases=paths.CASES,
            answers=paths.ANSWERS,
            model=paths.MODEL,
        output:
            samples=paths.LOADED.replace("{loaded}", name),
            meta=paths.LOADED_JOB.replace("{loaded}", name),
        log:
            f"results/logs/{{model}}/deployment/{name}.log",
        conda:
            "../../envs/conda/deployment.yaml"
        threads: workflow.cores
        resources:
            **ALONE,
        params:
            benchmark=name,
            settings=as_json(config["deployment"]["benchmarks"][name]),
            hosts=hosts_of(as_json),
            workers=config["deployment"]["workers"],
            queue=config["deployment"]["queue"],
            serve=as_json(config["deployment"]["serve"]),
            wasmtime=wasmtime_option,
            late_ms=config["deployment"]["late_ms"],
            seed=config["seed"],
            packages=versions("starlette", "uvicorn", "wasmtime"),
            code=host_code(name),
        message:
            "Measuring the deployment of {wildcards.model}, {params.benchmark}; log: {log}"
        shell:
            "python -m scripts.deployment.measure"
            " --benchmark {params.benchmark:q}"
            " --settings {params.settings:q}"
            " --hosts {params.hosts:q}"
            " --workers {params.workers}"
            " --queue {params.queue}"
            " --serve {params.serve:q}"
            " {params.wasmtime}"
            " --late-ms {params.late_ms}"
            " --seed {params.seed}"
            " --vegeta {input.vegeta:q}"
            " --ceiling {input.ceiling:q}"
            " --cases {input.cases:q}"
            " --answers {input.answers:q}"
            " --model {input.model:q}"
            " --out {output.samples:q}"
            " --meta {output.meta:q}"
            " 2> >(tee {log:q} >&2)"


rule estimate_deployment:
    input:
        samples=need_hosts,
        meta=of_every_load(paths.LOADED_JOB),
    output:
        paths.DEPLOYMENT,
    log:
        "results/logs/estimate/deployment.log",
    conda:
        "../../envs/conda/deployment.yaml"
    params:
        confidence=config["confidence"],
        margin=config["margin"],
        code=code_digest("scripts.deployment.estimate", *map(deployed.module, LOADED)),
    message:
        "Estimating what the deployment does under load"
    shell:
        "python -m scripts.deployment.estimate"
        " --samples {input.samples:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule deployment:
    input:
        paths.DEPLOYMENT,
        expand(paths.CHAPTER, chapter="deployment"),
        expand(paths.CHAPTER_HTML, chapter="deployment"),


rule fuzz_hosts:
    input:
        action_hosts_of(host_files),
        cases=paths.CASES,
        answers=paths.ANSWERS,
    output:
        paths.FUZZED,
    log:
        "results/logs/{model}/deployment/fuzz.log",
    conda:
        "../../envs/conda/deployment.yaml"
    # It keeps the machine busy: nobody measures meanwhile.
    threads: workflow.cores
    resources:
        **ALONE,
    params:
        hosts=action_hosts_of(as_json),
        requests=config["deployment"]["fuzz"]["requests"],
        seconds=config["deployment"]["fuzz"]["seconds"],
        slow=config["deployment"]["fuzz"]["slow"],
        seed=config["seed"],
        packages=versions("starlette", "uvicorn", "wasmtime", "pillow"),
        code=code_digest(
            "scripts.deployment.fuzz", "scripts.action.serve", "scripts.action.worker"
        ),
    message:
        "Sending malformed requests to the hosts of {wildcards.model}; log: {log}"
    shell:
        "python -m scripts.deployment.fuzz"
        " --hosts {params.hosts:q}"
        " --cases {input.cases:q}"
        " --answers {input.answers:q}"
        " --seed {params.seed}"
        " --requests {params.requests}"
        " --seconds {params.seconds}"
        " --slow {params.slow}"
        " --out {output:q}"
        " 2> >(tee {log:q} >&2)"


rule fuzz:
    input:
        of_every_model(paths.FUZZED),
