# Stage report. In: estimates, samples, oracle, tools, compile records.
# Out: machine.json, figures/{mode}/{figure}.svg, report.md, report.html.


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


rule figure:
    input:
        estimates="results/{mode}.csv",
        samples=figure_samples,
    output:
        report(
            "results/figures/{mode}/{figure}.svg",
            caption="../report/figure.rst",
            category="{mode}",
            labels={"figure": "{figure}"},
        ),
    log:
        "results/logs/figures/{mode}/{figure}.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("figures.py"),
    message:
        "Drawing {output}"
    shell:
        "python scripts/figures.py"
        " --figure {wildcards.figure:q}"
        " --estimates {input.estimates:q}"
        " --samples {input.samples:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule report_md:
    input:
        estimates=expand("results/{mode}.csv", mode=MODES),
        levers="results/levers.csv",
        figures=expand(
            "results/figures/{mode}/{figure}.svg", mode=MODES, figure=FIGURES
        ),
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
        " --levers {input.levers:q}"
        " --figures {input.figures:q}"
        " --machine {input.machine:q}"
        " --model {input.model:q}"
        " --oracle {input.oracle:q}"
        " --tools {input.tools:q}"
        " --compiled {input.compiled:q}"
        " --original {input.original:q}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule report_html:
    input:
        report="results/report.md",
        figures=rules.report_md.input.figures,
        template="workflow/report/report.html.j2",
    output:
        "results/report.html",
    log:
        "results/logs/report_html.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("report_html.py"),
    message:
        "Writing {output}"
    shell:
        "python scripts/report_html.py"
        " {input.report:q}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule report:
    input:
        rules.report_md.output,
        rules.report_html.output,
