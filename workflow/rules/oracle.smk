# Stage oracle. In: model, input, executables.
# Out: results/models/{model}/oracle and gates, a verdict and a gate a contender; results/oracle.csv.


include: "functions/oracle.smk"


wildcard_constraints:
    contender="|".join(checked_ids()),


rule reference_answers:
    input:
        model=paths.MODEL,
        graph=paths.GRAPH,
        labels=paths.LABELS,
        request=paths.REQUEST,
        images=config["oracle"]["images"],
    output:
        cases=paths.CASES,
        answers=paths.ANSWERS,
    log:
        "results/logs/{model}/oracle/reference.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        seed=config["seed"],
        packages=versions("pillow", "tensorflow-cpu"),
        code=code_digest("scripts.oracle.answer_cases"),
    message:
        "Asking TensorFlow for the reference answers"
    shell:
        "python -m scripts.oracle.answer_cases"
        " --model {input.model:q}"
        " --input {input.request:q}"
        " --seed {params.seed}"
        " --out {output.answers:q}"
        " --json-out {output.cases:q}"
        " -- {input.images:q}"
        " > {log:q} 2>&1"


rule integer_answers:
    input:
        graph=paths.FOLDED,
        model=paths.MODEL,
        labels=paths.LABELS,
        ranges=paths.RANGES,
        cases=paths.CASES,
        answers=paths.ANSWERS,
    output:
        cases=paths.INTEGER_CASES,
        answers=paths.INTEGER_ANSWERS,
    log:
        "results/logs/{model}/oracle/{numbers}.log",
    wildcard_constraints:
        numbers="|".join(numbers.TOPS),
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        code=code_digest("scripts.oracle.answer_integers"),
    message:
        "Computing the reference answers in integers: {wildcards.numbers}"
    shell:
        "python -m scripts.oracle.answer_integers"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --labels {input.labels:q}"
        " --ranges {input.ranges:q}"
        " --numbers {wildcards.numbers}"
        " --reference {input.answers:q}"
        " --cases {input.cases:q}"
        " --out {output.answers:q}"
        " --json-out {output.cases:q}"
        " > {log:q} 2>&1"


rule kernel_answers:
    input:
        graph=paths.REFERENCE.replace("{reference}", "{numbers}"),
        model=paths.MODEL,
        labels=paths.LABELS,
        cases=paths.CASES,
        answers=paths.ANSWERS,
    output:
        cases=paths.INTEGER_CASES,
        answers=paths.INTEGER_ANSWERS,
    log:
        "results/logs/{model}/oracle/{numbers}.log",
    wildcard_constraints:
        numbers=numbers.LITERT,
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        packages=versions("ai-edge-litert"),
        code=code_digest("scripts.oracle.answer_kernels"),
    message:
        "Asking LiteRT's reference kernels: {wildcards.numbers}"
    shell:
        "python -m scripts.oracle.answer_kernels"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --labels {input.labels:q}"
        " --reference {input.answers:q}"
        " --cases {input.cases:q}"
        " --out {output.answers:q}"
        " --json-out {output.cases:q}"
        " > {log:q} 2>&1"


rule accuracy:
    input:
        graph=paths.FOLDED,
        model=paths.MODEL,
        ranges=paths.RANGES,
        answers=paths.ANSWERS,
        litert=litert_graph,
        labelled=labelled_photographs(),
    output:
        paths.ACCURACY,
    log:
        "results/logs/{model}/accuracy/{numbers}.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        crops=config["accuracy"]["crops"],
        labelled=option("--labelled", config["accuracy"]["labelled"]),
        seed=config["seed"],
        litert=litert_option,
        packages=versions("ai-edge-litert", "pillow", "tensorflow-cpu"),
        code=code_digest("scripts.oracle.measure_accuracy"),
    message:
        "Counting what {wildcards.numbers} costs in accuracy, minutes; see {log}"
    shell:
        "python -m scripts.oracle.measure_accuracy"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --ranges {input.ranges:q}"
        " --numbers {wildcards.numbers}"
        " --reference {input.answers:q}"
        " --crops {params.crops}"
        " {params.litert}"
        " {params.labelled}"
        " --seed {params.seed}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule check_oracle:
    input:
        of_contender(run_files),
        tools=of_contender(tool_records),
        refusal=of_contender(refusals),
        cases=of_numbers(paths.CASES, paths.INTEGER_CASES),
        answers=of_numbers(paths.ANSWERS, paths.INTEGER_ANSWERS),
    output:
        verdict=paths.VERDICT,
        gate=paths.GATE,
    log:
        "results/logs/{model}/oracle/{contender}.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        tensor_tolerance=tensor_tolerance,
        confidence_tolerance=config["oracle"]["confidence_tolerance"],
        timeout=config["oracle"]["timeout"],
        contender=checked_contender,
        refusal=refusal_option,
        packages=of_contender(package_versions),
        code=of_contender(check_code),
    message:
        "Checking {wildcards.contender} against {input.cases}"
    shell:
        "python -m scripts.oracle.check"
        " --contender {params.contender:q}"
        " --tools {input.tools:q}"
        " {params.refusal}"
        " --reference {input.answers:q}"
        " --cases {input.cases:q}"
        " --tensor-tolerance {params.tensor_tolerance}"
        " --confidence-tolerance {params.confidence_tolerance}"
        " --timeout {params.timeout}"
        " --out {output.verdict:q}"
        " --gate {output.gate:q}"
        " > {log:q} 2>&1"


rule collect_oracle:
    input:
        models=of_every_model(paths.MODEL),
        verdicts=verdicts(),
    output:
        report(paths.ORACLE, category="tables", labels={"table": "oracle.csv"}),
    log:
        "results/logs/oracle.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        code=code_digest("scripts.oracle.collect"),
    shell:
        "python -m scripts.oracle.collect"
        " --models {input.models:q}"
        " --out {output:q}"
        " -- {input.verdicts:q}"
        " > {log:q} 2>&1"


rule oracle:
    input:
        paths.ORACLE,
