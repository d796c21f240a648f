# The self-check: does the method raise false alarms, does it find a true slow-down?
# In: the baseline, the harness's programs. Out: results/selfcheck.md, results/selfcheck.json.

BASELINE = contenders.parse(config, config["compare"]["baseline"])


rule selfcheck:
    input:
        contenders.artifact(BASELINE),
        record=f"results/contenders/{BASELINE.id}.json",
        request="results/input.json",
        spawn="results/build/measure/spawn",
        noop="results/build/measure/noop",
        burn="results/build/measure/burn",
    output:
        text="results/selfcheck.md",
        figures="results/selfcheck.json",
    log:
        "results/logs/selfcheck.log",
    conda:
        "../../envs/python.yaml"
    # All cores: nothing else may run beside a measurement.
    threads: workflow.cores
    resources:
        bench=1,
    params:
        seed=config["seed"],
        confidence=config["confidence"],
        code=code_digest("selfcheck.py"),
    message:
        "Checking the method on real runs; log: {log}"
    shell:
        "python scripts/selfcheck.py"
        " --contender {input.record:q}"
        " --request {input.request:q}"
        " --spawn {input.spawn:q}"
        " --noop {input.noop:q}"
        " --burn {input.burn:q}"
        " --seed {params.seed}"
        " --confidence {params.confidence}"
        " --out {output.text:q}"
        " --json {output.figures:q}"
        " 2> >(tee {log:q} >&2)"
