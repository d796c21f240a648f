# Stage scaling. In: the config's photograph; samples of the scaling's jobs, which stage bench measures.
# Out: results/photographs, the oracle's answers for them; results/scaling.csv, the points, scaling-lines.csv and scaling-twins.csv.
# The chapter on it is stage report's.


include: "functions/scaling.smk"


wildcard_constraints:
    megapixels="|".join(map(re.escape, comparison.megapixels(config))) or "(?!)",


rule make_photograph:
    input:
        paths.REQUEST,
    output:
        paths.PHOTOGRAPH,
    log:
        "results/logs/photographs/{megapixels}.log",
    conda:
        "../../envs/conda/scaling.yaml"
    params:
        packages=versions("pillow"),
        code=code_digest("scripts.scaling.photograph"),
    message:
        "Making the photograph of {wildcards.megapixels} megapixels"
    shell:
        "python -m scripts.scaling.photograph"
        " {input:q}"
        " --megapixels {wildcards.megapixels}"
        " --out {output:q}"
        " > {log:q} 2>&1"


use rule make_input as encode_photograph with:
    input:
        image=paths.PHOTOGRAPH,
    output:
        paths.PHOTOGRAPH_REQUEST,
    log:
        "results/logs/photographs/{megapixels}-request.log",
    params:
        image=photograph_option,
        code=code_digest("scripts.model.encode_request"),


use rule reference_answers as photograph_answers with:
    input:
        model=paths.MODEL,
        graph=paths.GRAPH,
        labels=paths.LABELS,
        request=paths.REQUEST,
        images=of_every_photograph(paths.PHOTOGRAPH),
    output:
        cases=paths.PHOTOGRAPH_CASES,
        answers=paths.PHOTOGRAPH_ANSWERS,
    log:
        "results/logs/{model}/photographs/oracle/reference.log",
    message:
        "Asking TensorFlow for the reference answers to photographs of many sizes"


use rule check_oracle as check_photographs with:
    input:
        of_contender(run_files),
        tools=of_contender(tool_records),
        refusal=of_contender(refusals),
        cases=paths.PHOTOGRAPH_CASES,
        answers=paths.PHOTOGRAPH_ANSWERS,
    output:
        verdict=paths.PHOTOGRAPH_VERDICT,
        gate=paths.PHOTOGRAPH_GATE,
    log:
        "results/logs/{model}/photographs/oracle/{contender}.log",


rule estimate_scaling:
    input:
        samples=need_models,
        meta=of_scaled_models(paths.SCALED, meta=True),
        of_photographs=of_every_photograph(paths.PHOTOGRAPHED),
        meta_of_photographs=of_every_photograph(paths.PHOTOGRAPHED, meta=True),
        photographs=of_every_photograph(paths.PHOTOGRAPH),
        models=expand(paths.MODEL, model=SCALED_MODELS),
        arithmetic=expand(paths.ARITHMETIC, model=SCALED_MODELS),
    output:
        points=paths.SCALING,
        lines=paths.SCALING_LINES,
        twins=paths.SCALING_TWINS,
    log:
        "results/logs/estimate/scaling.log",
    conda:
        "../../envs/conda/scaling.yaml"
    params:
        recipes=as_json(comparison.recipes(SCALING)),
        baseline=SCALING["compare"]["baseline"],
        confidence=config["confidence"],
        margin=config["margin"],
        code=code_digest("scripts.scaling.estimate"),
    message:
        "Laying lines through models and photographs of many sizes"
    shell:
        "python -m scripts.scaling.estimate"
        " --samples {input.samples:q}"
        " --of-photographs {input.of_photographs:q}"
        " --photographs {input.photographs:q}"
        " --models {input.models:q}"
        " --arithmetic {input.arithmetic:q}"
        " --recipes {params.recipes:q}"
        " --baseline {params.baseline:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --out {output.points:q}"
        " --lines {output.lines:q}"
        " --twins {output.twins:q}"
        " > {log:q} 2>&1"


rule scaling:
    input:
        paths.SCALING,
        expand(paths.CHAPTER, chapter="scaling"),
        expand(paths.CHAPTER_HTML, chapter="scaling"),
