# Stage report. In: estimates, samples, oracle, tools, compile records. Out: machine.json, report.md.


rule fingerprint:
    input:
        tools=expand("results/tools/{tool}.json", tool=TOOLS),
        artifacts=report_artifacts(),
        jobs=expand(
            "results/samples/{mode}/{benchmark}.json", mode=MODES, benchmark=BENCHMARKS
        ),
    output:
        "results/machine.json",
    log:
        "results/logs/machine.log",
    conda:
        "../../envs/python.yaml"
    params:
        config=as_json(config),
        code=code_digest("machine.py"),
    shell:
        "python scripts/machine.py"
        " --tools {input.tools:q}"
        " --artifacts {input.artifacts:q}"
        " --jobs {input.jobs:q}"
        " --config {params.config:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule report:
    input:
        estimates=expand("results/{mode}.csv", mode=MODES),
        machine="results/machine.json",
        model="results/model/model.json",
        oracle="results/oracle.csv",
        tools="results/tools.csv",
        compiled=compile_records(),
        original="workflow/report/original.yaml",
        template="workflow/report/report.md.j2",
    output:
        "results/report.md",
    log:
        "results/logs/report.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("report.py"),
    message:
        "Writing {output}"
    shell:
        "python scripts/report.py"
        " --estimates {input.estimates:q}"
        " --machine {input.machine:q}"
        " --model {input.model:q}"
        " --oracle {input.oracle:q}"
        " --tools {input.tools:q}"
        " --compiled {input.compiled:q}"
        " --original {input.original:q}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"
