# Stage oracle. In: model, input, executables. Out: results/oracle/{contender}.json, results/oracle.csv.


rule describe_contender:
    input:
        contender_engine,
    output:
        "results/contenders/{contender}.json",
    log:
        "results/logs/contenders/{contender}.log",
    conda:
        "../../envs/python.yaml"
    params:
        names=contender_arguments,
        tool=contender_tool_option,
        options=contender_options,
        code=code_digest("describe_contender.py"),
    shell:
        "python scripts/describe_contender.py"
        " {params.names:q}"
        " {params.tool}"
        " --out {output:q}"
        " -- {params.options:q}"
        " > {log:q} 2>&1"


rule reference_answers:
    input:
        model="results/model/model.json",
        graph="results/model/model.pb",
        labels="results/model/labels.txt",
        request="results/input.json",
        images=config["oracle"]["images"],
    output:
        cases="results/oracle/reference.json",
        answers="results/oracle/reference.npz",
    log:
        "results/logs/oracle/reference.log",
    conda:
        "../../envs/python.yaml"
    params:
        seed=config["seed"],
        code=code_digest("reference_answers.py"),
    message:
        "Asking TensorFlow for the reference answers"
    shell:
        "python scripts/reference_answers.py"
        " --model {input.model:q}"
        " --input {input.request:q}"
        " --seed {params.seed}"
        " --out {output.answers:q}"
        " --json-out {output.cases:q}"
        " -- {input.images:q}"
        " > {log:q} 2>&1"


rule check_oracle:
    input:
        artifact=contender_artifact,
        contender="results/contenders/{contender}.json",
        cases="results/oracle/reference.json",
        answers="results/oracle/reference.npz",
    output:
        "results/oracle/{contender}.json",
    log:
        "results/logs/oracle/{contender}.log",
    conda:
        "../../envs/python.yaml"
    params:
        tensor_tolerance=config["oracle"]["tensor_tolerance"],
        confidence_tolerance=config["oracle"]["confidence_tolerance"],
        timeout=config["oracle"]["timeout"],
        code=code_digest("check_oracle.py"),
    message:
        "Checking {wildcards.contender} against TensorFlow"
    shell:
        "python scripts/check_oracle.py"
        " --contender {input.contender:q}"
        " --reference {input.answers:q}"
        " --cases {input.cases:q}"
        " --tensor-tolerance {params.tensor_tolerance}"
        " --confidence-tolerance {params.confidence_tolerance}"
        " --timeout {params.timeout}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule collect_oracle:
    input:
        model="results/model/model.json",
        verdicts=expand(
            "results/oracle/{contender}.json", contender=[row.id for row in gated()]
        ),
    output:
        "results/oracle.csv",
    log:
        "results/logs/oracle/collect.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("collect_oracle.py"),
    shell:
        "python scripts/collect_oracle.py"
        " --model {input.model:q}"
        " --out {output:q}"
        " {input.verdicts:q}"
        " > {log:q} 2>&1"


rule oracle:
    input:
        "results/oracle.csv",
