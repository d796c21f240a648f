# Stage bench. In: executables, their records and the oracle's verdicts.
# Out: results/samples/{mode}/{benchmark}.csv, results/jit.csv, results/aot.csv, results/levers.csv.


rule plan:
    input:
        records=timed_records,
        gates=timed_gates,
        model="results/model/model.json",
    output:
        "results/plan/{mode}/{benchmark}.json",
    log:
        "results/logs/plan/{mode}/{benchmark}.log",
    conda:
        "../../envs/python.yaml"
    params:
        settings=plan_settings,
        code=code_digest("plan.py"),
    shell:
        "python scripts/plan.py"
        " --settings {params.settings:q}"
        " --model {input.model:q}"
        " --contenders {input.records:q}"
        " --gates {input.gates:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


# One rule a benchmark, called by its name, so that `--forcerun cold_start` repeats just that one.
for name in BENCHMARKS:

    rule:
        name:
            name
        input:
            timed_artifacts(name),
            plan=f"results/plan/{{mode}}/{name}.json",
            request="results/input.json",
            spawn="results/build/measure/spawn",
            noop="results/build/measure/noop",
        output:
            samples=f"results/samples/{{mode}}/{name}.csv",
            meta=f"results/samples/{{mode}}/{name}.json",
        log:
            f"results/logs/bench/{{mode}}/{name}.log",
        conda:
            "../../envs/python.yaml"
        # All cores: nothing else may run beside a measurement.
        threads: workflow.cores
        resources:
            bench=1,
        params:
            code=code_digest("bench.py"),
        message:
            "Measuring {rule}, {wildcards.mode} contenders; log: {log}"
        shell:
            "python scripts/bench.py"
            " --plan {input.plan:q}"
            " --spawn {input.spawn:q}"
            " --out {output.samples:q}"
            " --meta {output.meta:q}"
            " 2> >(tee {log:q} >&2)"


rule estimate:
    input:
        samples=mode_files("results/samples/{mode}/{benchmark}.csv"),
        meta=mode_files("results/samples/{mode}/{benchmark}.json"),
    output:
        "results/{mode}.csv",
    log:
        "results/logs/estimate/{mode}.log",
    conda:
        "../../envs/python.yaml"
    params:
        baseline=config["compare"]["baseline"],
        confidence=config["confidence"],
        seed=config["seed"],
        code=code_digest("estimate.py"),
    message:
        "Estimating medians and ratios, {wildcards.mode}"
    shell:
        "python scripts/estimate.py"
        " --samples {input.samples:q}"
        " --meta {input.meta:q}"
        " --baseline {params.baseline:q}"
        " --confidence {params.confidence}"
        " --seed {params.seed}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule levers:
    input:
        expand(
            "results/samples/{mode}/{benchmark}.csv", mode=MODES, benchmark=BENCHMARKS
        ),
    output:
        "results/levers.csv",
    log:
        "results/logs/estimate/levers.log",
    conda:
        "../../envs/python.yaml"
    params:
        levers=as_json(config["levers"]),
        confidence=config["confidence"],
        code=code_digest("levers.py"),
    message:
        "Estimating what each lever buys"
    shell:
        "python scripts/levers.py"
        " --samples {input:q}"
        " --levers {params.levers:q}"
        " --confidence {params.confidence}"
        " --out {output:q}"
        " > {log:q} 2>&1"
