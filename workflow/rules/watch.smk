# Stage watch. In: the samples of all jobs of base and candidate. Out: results/watch.csv, results/watch.md.


include: "functions/watch.smk"


rule watch:
    input:
        samples=of_every_job(paths.SAMPLES),
        meta=of_every_job(paths.JOB),
        tools=watched_tools,
    output:
        table=report(paths.WATCH, category="tables", labels={"table": "watch.csv"}),
        text=paths.WATCH_TEXT,
    log:
        "results/logs/watch.log",
    conda:
        "../../envs/conda/watch.yaml"
    params:
        engines=watched_engines(),
        confidence=config["confidence"],
        threshold=config["watch"]["threshold"],
        count_threshold=config["watch"]["count_threshold"],
        code=told_code("scripts.watch.compare_versions"),
    message:
        "Comparing the candidate with the base"
    shell:
        "python -m scripts.watch.compare_versions"
        " --samples {input.samples:q}"
        " --engines {params.engines:q}"
        " --tools {input.tools:q}"
        " --confidence {params.confidence}"
        " --threshold {params.threshold}"
        " --count-threshold {params.count_threshold}"
        " --out {output.table:q}"
        " --text {output.text:q}"
        " > {log:q} 2>&1"
