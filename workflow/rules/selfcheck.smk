# The self-check: does the method raise false alarms, does it find a true slow-down?
# In: the baseline, a contender of an engine, the harness's programs.
# Out: results/selfcheck.md and .json; of the watch, results/selfcheck-watch.md and .json.


include: "functions/selfcheck.smk"


rule selfcheck:
    input:
        executable=BASELINE.path,
        request=paths.REQUEST,
        spawn=paths.SPAWN,
        noop=paths.NOOP,
        burn=paths.BURN,
    output:
        text=paths.SELFCHECK,
        figures=paths.SELFCHECK_FIGURES,
    log:
        "results/logs/selfcheck.log",
    conda:
        "../../envs/conda/selfcheck.yaml"
    # All cores: nothing else may run beside a measurement.
    threads: workflow.cores
    resources:
        **ALONE,
    params:
        contender=BASELINE.id,
        seed=config["seed"],
        confidence=config["confidence"],
        margin=config["margin"],
        code=code_digest(
            "scripts.selfcheck.check_method", benchmarks.module("cold_start")
        ),
    message:
        "Checking the method on real runs; log: {log}"
    shell:
        "python -m scripts.selfcheck.check_method"
        " --contender {params.contender:q}"
        " --request {input.request:q}"
        " --spawn {input.spawn:q}"
        " --noop {input.noop:q}"
        " --burn {input.burn:q}"
        " --seed {params.seed}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output.text:q}"
        " --json {output.figures:q}"
        " -- {input.executable:q}"
        " 2> >(tee {log:q} >&2)"


rule selfcheck_watch:
    input:
        of_watched(run_files),
        tools=of_watched(tool_records),
        request=paths.REQUEST,
        spawn=paths.SPAWN,
        burn=paths.BURN,
    output:
        text=paths.WATCH_CHECK,
        figures=paths.WATCH_CHECK_FIGURES,
    log:
        "results/logs/selfcheck-watch.log",
    conda:
        "../../envs/conda/selfcheck.yaml"
    threads: workflow.cores
    resources:
        **ALONE,
    params:
        contender=watched_contender,
        seed=config["seed"],
        confidence=config["confidence"],
        threshold=config["watch"]["threshold"],
        code=of_watched(watch_check_code),
    message:
        "Checking the watch on real runs; log: {log}"
    shell:
        "python -m scripts.selfcheck.check_watch"
        " --contender {params.contender:q}"
        " --tools {input.tools:q}"
        " --request {input.request:q}"
        " --spawn {input.spawn:q}"
        " --burn {input.burn:q}"
        " --seed {params.seed}"
        " --confidence {params.confidence}"
        " --threshold {params.threshold}"
        " --out {output.text:q}"
        " --json {output.figures:q}"
        " 2> >(tee {log:q} >&2)"
