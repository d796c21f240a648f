# Stage oracle. In: model, input, executables.
# Out: results/models/{model}/oracle and gates, a verdict and a gate a contender; results/oracle.csv; in
# results/models/{model}/agreement and accuracy what integers and contenders get right, in counts.


include: "functions/oracle.smk"


wildcard_constraints:
    contender="|".join(checked_ids()),


rule reference_answers:
    input:
        model=paths.MODEL,
        graph=paths.GRAPH,
        labels=paths.LABELS,
        request=paths.REQUEST,
        images=[given(path) for path in config["oracle"]["images"]],
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


rule count_agreement:
    input:
        graph=paths.FOLDED,
        model=paths.MODEL,
        ranges=paths.RANGES,
        answers=paths.ANSWERS,
        litert=litert_graph,
    output:
        paths.AGREEMENT,
    log:
        "results/logs/{model}/agreement/{numbers}.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        crops=config["accuracy"]["crops"],
        seed=config["seed"],
        litert=litert_option,
        packages=versions("ai-edge-litert", "pillow", "tensorflow-cpu"),
        code=code_digest("scripts.oracle.count_agreement"),
    message:
        "Counting how often {wildcards.numbers} agrees with float32, minutes; see {log}"
    shell:
        "python -m scripts.oracle.count_agreement"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --ranges {input.ranges:q}"
        " --numbers {wildcards.numbers}"
        " --reference {input.answers:q}"
        " --crops {params.crops}"
        " {params.litert}"
        " --seed {params.seed}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule answer_labelled:
    input:
        model=paths.MODEL,
        graph=paths.GRAPH,
        labels=paths.LABELS,
        ranges=paths.RANGES if forms_in_integers() else [],
        labelled=need_labelled,
    output:
        paths.LABELLED_ANSWERS,
    log:
        "results/logs/{model}/accuracy/answers.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        table=labelled_table,
        ranges=ranges_option,
        seed=config["seed"],
        packages=versions("pillow", "tensorflow-cpu"),
        code=code_digest("scripts.oracle.answer_labelled"),
    message:
        "Asking TensorFlow for the classes of the labelled photographs"
    shell:
        "python -m scripts.oracle.answer_labelled"
        " {params.table:q}"
        " --model {input.model:q}"
        " {params.ranges}"
        " --seed {params.seed}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule measure_accuracy:
    input:
        of_contender(run_files),
        tools=of_contender(tool_records),
        gate=paths.GATE,
        answers=paths.LABELLED_ANSWERS,
        labelled=need_labelled,
    output:
        paths.COUNTS,
    log:
        "results/logs/{model}/accuracy/{contender}.log",
    conda:
        "../../envs/conda/oracle.yaml"
    params:
        contender=checked_contender,
        budget=config["accuracy"]["budget_seconds"],
        packages=of_contender(package_versions),
        code=of_contender(accuracy_code),
    message:
        "Counting of how many labelled photographs {wildcards.contender} is right; see {log}"
    shell:
        "python -m scripts.oracle.measure_accuracy"
        " {input.answers:q}"
        " --contender {params.contender:q}"
        " --tools {input.tools:q}"
        " --gate {input.gate:q}"
        " --budget {params.budget}"
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
        host=HOST,
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
