# Stage stats. In: the samples of all models, counts of labelled photographs.
# Out: results/{mode}.csv, results/levers.csv, results/twins.csv, results/pairs.csv, results/accuracy.csv.


include: "functions/stats.smk"


rule estimate:
    input:
        samples=of_mode(paths.SAMPLES),
        meta=of_mode(paths.JOB),
    output:
        report(
            paths.ESTIMATES,
            caption="../report/estimates.rst",
            category="tables",
            labels={"table": "{mode}.csv"},
        ),
    log:
        "results/logs/estimate/{mode}.log",
    conda:
        "../../envs/conda/stats.yaml"
    params:
        baseline=config["compare"]["baseline"],
        confidence=config["confidence"],
        margin=config["margin"],
        code=told_code("scripts.stats.estimate"),
    message:
        "Estimating medians and ratios, {wildcards.mode}"
    shell:
        "python -m scripts.stats.estimate"
        " --samples {input.samples:q}"
        " --baseline {params.baseline:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule levers:
    input:
        samples=of_every_job(paths.SAMPLES),
        meta=of_every_job(paths.JOB),
    output:
        report(
            paths.LEVERS,
            caption="../report/levers.rst",
            category="tables",
            labels={"table": "levers.csv"},
        ),
    log:
        "results/logs/estimate/levers.log",
    conda:
        "../../envs/conda/stats.yaml"
    params:
        levers=as_json(config["levers"]),
        confidence=config["confidence"],
        margin=config["margin"],
        code=told_code("scripts.stats.compare_levers"),
    message:
        "Estimating what each lever buys"
    shell:
        "python -m scripts.stats.compare_levers"
        " --samples {input.samples:q}"
        " --levers {params.levers:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule twins:
    input:
        samples=of_every_job(paths.SAMPLES),
        meta=of_every_job(paths.JOB),
    output:
        report(paths.TWINS, category="tables", labels={"table": "twins.csv"}),
    log:
        "results/logs/estimate/twins.log",
    conda:
        "../../envs/conda/stats.yaml"
    params:
        baseline=config["compare"]["baseline"],
        confidence=config["confidence"],
        margin=config["margin"],
        code=told_code("scripts.stats.compare_twins"),
    message:
        "Comparing the baseline with itself"
    shell:
        "python -m scripts.stats.compare_twins"
        " --samples {input.samples:q}"
        " --baseline {params.baseline:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule pairs:
    input:
        samples=of_every_job(paths.SAMPLES),
        meta=of_every_job(paths.JOB),
    output:
        report(paths.PAIRS, category="tables", labels={"table": "pairs.csv"}),
    log:
        "results/logs/estimate/pairs.log",
    conda:
        "../../envs/conda/stats.yaml"
    params:
        confidence=config["confidence"],
        margin=config["margin"],
        code=told_code("scripts.stats.compare_pairs"),
    message:
        "Comparing every contender with every other"
    shell:
        "python -m scripts.stats.compare_pairs"
        " --samples {input.samples:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule estimate_accuracy:
    input:
        models=of_every_model(paths.MODEL),
        answers=of_every_model(paths.LABELLED_ANSWERS),
        counts=accuracy_counts(),
    output:
        report(paths.ACCURACY, category="tables", labels={"table": "accuracy.csv"}),
    log:
        "results/logs/estimate/accuracy.log",
    conda:
        "../../envs/conda/stats.yaml"
    params:
        confidence=config["confidence"],
        code=code_digest("scripts.stats.estimate_accuracy"),
    message:
        "Estimating of how many labelled photographs contenders are right"
    shell:
        "python -m scripts.stats.estimate_accuracy"
        " --models {input.models:q}"
        " --answers {input.answers:q}"
        " --confidence {params.confidence}"
        " --out {output:q}"
        " -- {input.counts:q}"
        " > {log:q} 2>&1"


rule accuracy:
    input:
        paths.ACCURACY,
