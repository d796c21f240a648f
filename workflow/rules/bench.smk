# Stage bench. In: executables, what they read, and the oracle's verdicts.
# Out: results/models/{model}/samples/{mode}/{benchmark}.csv and, beside it, how the job went, the same of the scaling in
# scaling/ and photographs/; results/harness/peak.json.


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
        host=HOST,
        code=code_digest("scripts.bench.measure_peak"),
    message:
        "Measuring what a core can do at the most"
    shell:
        "python -m scripts.bench.measure_peak"
        " {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


# One rule a benchmark and comparison.
for measuring in MEASURING:

    rule:
        name:
            measuring.name
        input:
            of_job(timed_files, measuring),
            of_job(timed_sizes, measuring) if measuring.benchmark == "size" else [],
            tools=of_job(timed_tools(measuring), measuring),
            gates=of_job(timed_gates(measuring.gate), measuring),
            model=paths.MODEL,
            request=measuring.request,
            spawn=paths.SPAWN,
            noop=paths.NOOP,
        output:
            samples=measuring.samples,
            meta=measuring.meta,
        log:
            measuring.log,
        conda:
            "../../envs/conda/bench.yaml"
        # All cores: nothing else may run beside a measurement.
        threads: workflow.cores
        resources:
            **ALONE,
        params:
            settings=bench_settings(measuring),
            contenders=of_job(described, measuring),
            packages=of_job(package_versions, measuring),
            host=HOST,
            code=bench_code(measuring),
        message:
            "Measuring {rule} of {wildcards}; log: {log}"
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
