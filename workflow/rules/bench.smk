# Stage bench. In: executables, what they read, and the oracle's verdicts.
# Out: results/models/{model}/samples/{mode}/{benchmark}.csv and, beside it, how the job went; results/harness/peak.json.


include: "functions/bench.smk"


rule measure_peak:
    input:
        paths.PEAK,
    output:
        paths.PEAK_RATES,
    log:
        "results/logs/harness/peak.log",
    conda:
        "../../envs/conda/bench.yaml"
    # All cores: nothing else may run beside a measurement.
    threads: workflow.cores
    resources:
        **ALONE,
    params:
        code=code_digest("scripts.bench.measure_peak"),
    message:
        "Measuring what a core can do at the most"
    shell:
        "python -m scripts.bench.measure_peak"
        " {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


# One rule a benchmark, called by its name, so that `--forcerun cold_start` repeats just that one.
for name in BENCHMARKS:

    rule:
        name:
            name
        input:
            of_job(timed_files, name),
            of_job(timed_sizes, name) if name == "size" else [],
            tools=of_job(tool_records, name),
            gates=of_job(timed_gates, name),
            model=paths.MODEL,
            request=paths.REQUEST,
            spawn=paths.SPAWN,
            noop=paths.NOOP,
        output:
            samples=paths.SAMPLES.replace("{benchmark}", name),
            meta=paths.JOB.replace("{benchmark}", name),
        log:
            f"results/logs/{{model}}/{{mode}}/{name}.log",
        conda:
            "../../envs/conda/bench.yaml"
        # All cores: nothing else may run beside a measurement.
        threads: workflow.cores
        resources:
            **ALONE,
        params:
            settings=bench_settings(name),
            contenders=of_job(described, name),
            packages=of_job(package_versions, name),
            code=bench_code(name),
        message:
            "Measuring {rule} of {wildcards.model}, {wildcards.mode}; log: {log}"
        shell:
            "python -m scripts.bench.measure"
            " --settings {params.settings:q}"
            " --contenders {params.contenders:q}"
            " --tools {input.tools:q}"
            " --gates {input.gates:q}"
            " --model {input.model:q}"
            " --request {input.request:q}"
            " --spawn {input.spawn:q}"
            " --out {output.samples:q}"
            " --meta {output.meta:q}"
            " 2> >(tee {log:q} >&2)"
