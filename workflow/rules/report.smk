# Stage report. In: estimates, samples, oracle, tools, compile records.
# Out: machine.json, figures/{mode}/{figure}.svg, figures/answer.svg, report.md, report.html;
# the chapters deployment.md and scaling.md, each with its .html and figures/{chapter}/{figure}.svg.


include: "functions/report.smk"


wildcard_constraints:
    figure="|".join(["ratios", *BENCHMARKS]),


rule fingerprint:
    input:
        tools=expand(paths.TOOL, tool=TOOLS),
        artifacts=report_artifacts(),
        jobs=of_every_job(paths.JOB),
    output:
        paths.MACHINE,
    log:
        "results/logs/machine.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        config=as_json(config),
        code=code_digest("scripts.report.fingerprint"),
    shell:
        "python -m scripts.report.fingerprint"
        " --tools {input.tools:q}"
        " --artifacts {input.artifacts:q}"
        " --jobs {input.jobs:q}"
        " --config {params.config:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule figure:
    input:
        estimates=paths.ESTIMATES,
        samples=figure_samples,
    output:
        report(
            paths.FIGURE,
            caption="../report/figure.rst",
            category="{model}",
            labels={"mode": "{mode}", "figure": "{figure}"},
        ),
    log:
        "results/logs/{model}/figures/{mode}/{figure}.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        caption=figure_caption,
        code=told_code("scripts.report.draw"),
    message:
        "Drawing {output}"
    shell:
        "python -m scripts.report.draw"
        " --figure {wildcards.figure:q}"
        " --model {wildcards.model:q}"
        " --estimates {input.estimates:q}"
        " --samples {input.samples:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule answer:
    input:
        expand(paths.ESTIMATES, mode=MODES),
    output:
        report(
            paths.ANSWER,
            caption="../report/figure.rst",
            category="{model}",
            labels={"mode": "all", "figure": "answer"},
        ),
    log:
        "results/logs/{model}/figures/answer.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        caption=captions.caption("answer"),
        code=told_code("scripts.report.draw"),
    message:
        "Drawing {output}"
    shell:
        "python -m scripts.report.draw"
        " --figure answer"
        " --model {wildcards.model:q}"
        " --estimates {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule report_md:
    input:
        estimates=expand(paths.ESTIMATES, mode=MODES),
        levers=paths.LEVERS,
        twins=paths.TWINS,
        pairs=paths.PAIRS,
        figures=[
            *ANSWERS,
            *(name for mode in MODES for name in figures(mode)),
        ],
        machine=paths.MACHINE,
        models=of_every_model(paths.MODEL),
        arithmetic=of_every_model(paths.ARITHMETIC),
        agreement=agreement_records(),
        accuracy=[paths.ACCURACY] if LABELLED else [],
        peak=paths.PEAK_RATES,
        oracle=paths.ORACLE,
        tools=paths.TOOLS,
        engines=paths.ENGINES,
        compiled=compile_records(measured_contenders()),
        chapters=expand(paths.CHAPTER, chapter=config["chapters"]),
        original=own("workflow/report/original.yaml"),
        template=own("workflow/report/report.md.j2"),
    output:
        report(
            paths.REPORT,
            caption="../report/report.rst",
            category="report",
            labels={"form": "Markdown"},
        ),
    log:
        "results/logs/report.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        accuracy=accuracy_option,
        code=told_code("scripts.report.write_markdown"),
    message:
        "Writing {output}"
    shell:
        "python -m scripts.report.write_markdown"
        " --estimates {input.estimates:q}"
        " --levers {input.levers:q}"
        " --twins {input.twins:q}"
        " --pairs {input.pairs:q}"
        " --figures {input.figures:q}"
        " --machine {input.machine:q}"
        " --models {input.models:q}"
        " --arithmetic {input.arithmetic:q}"
        " --agreement {input.agreement:q}"
        " {params.accuracy}"
        " --peak {input.peak:q}"
        " --oracle {input.oracle:q}"
        " --tools {input.tools:q}"
        " --engines {input.engines:q}"
        " --compiled {input.compiled:q}"
        " --original {input.original:q}"
        " --chapters {input.chapters:q}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule report_html:
    input:
        report=paths.REPORT,
        estimates=rules.report_md.input.estimates,
        figures=rules.report_md.input.figures,
        template=own("workflow/report/report.html.j2"),
        program=own("workflow/report/page.js"),
    output:
        report(
            paths.REPORT_HTML,
            caption="../report/report.rst",
            category="report",
            labels={"form": "page"},
        ),
    log:
        "results/logs/report_html.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        model=MODELS[0],
        code=told_code("scripts.report.write_html"),
    message:
        "Writing {output}"
    shell:
        "python -m scripts.report.write_html"
        " {input.report:q}"
        " --estimates {input.estimates:q}"
        " --model {params.model:q}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule deployment_figure:
    input:
        paths.DEPLOYMENT,
    output:
        report(
            paths.LOADED_FIGURE,
            caption="../report/figure.rst",
            category="{model}",
            labels={"mode": "deployment", "figure": "{figure}"},
        ),
    log:
        "results/logs/{model}/figures/deployment/{figure}.log",
    wildcard_constraints:
        figure="|".join(LOADED_FIGURES),
    conda:
        "../../envs/conda/report.yaml"
    params:
        caption=deployment_caption,
        code=code_digest("scripts.deployment.draw"),
    message:
        "Drawing {output}"
    shell:
        "python -m scripts.deployment.draw"
        " --figure {wildcards.figure:q}"
        " --model {wildcards.model:q}"
        " --table {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule deployment_md:
    input:
        table=paths.DEPLOYMENT,
        jobs=of_every_load(paths.LOADED_JOB),
        models=of_every_model(paths.MODEL),
        figures=expand(
            paths.LOADED_FIGURE,
            model=MODELS,
            figure=LOADED_FIGURES,
        ),
        template=own("workflow/report/deployment.md.j2"),
    output:
        expand(paths.CHAPTER, chapter="deployment"),
    log:
        "results/logs/deployment.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        confidence=config["confidence"],
        code=code_digest(
            "scripts.deployment.write_chapter", *map(deployed.module, LOADED)
        ),
    message:
        "Writing {output}"
    shell:
        "python -m scripts.deployment.write_chapter"
        " --table {input.table:q}"
        " --jobs {input.jobs:q}"
        " --models {input.models:q}"
        " --figures {input.figures:q}"
        " --confidence {params.confidence}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule deployment_html:
    input:
        report=rules.deployment_md.output,
        figures=rules.deployment_md.input.figures,
        template=own("workflow/report/report.html.j2"),
        program=own("workflow/report/page.js"),
    output:
        report(
            expand(paths.CHAPTER_HTML, chapter="deployment"),
            caption="../report/report.rst",
            category="report",
            labels={"form": "the deployment's page"},
        ),
    log:
        "results/logs/deployment_html.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        code=code_digest("scripts.report.write_html"),
    message:
        "Writing {output}"
    shell:
        "python -m scripts.report.write_html"
        " {input.report:q}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule scaling_figure:
    input:
        points=paths.SCALING,
        lines=paths.SCALING_LINES,
    output:
        report(
            paths.SCALING_FIGURE,
            caption="../report/figure.rst",
            category="scaling",
            labels={"mode": "scaling", "figure": "{figure}"},
        ),
    log:
        "results/logs/figures/scaling/{figure}.log",
    wildcard_constraints:
        figure="|".join(SCALING_FIGURES),
    conda:
        "../../envs/conda/report.yaml"
    params:
        caption=scaling_caption,
        margin=config["margin"],
        code=code_digest("scripts.scaling.draw"),
    message:
        "Drawing {output}"
    shell:
        "python -m scripts.scaling.draw"
        " --figure {wildcards.figure:q}"
        " --points {input.points:q}"
        " --lines {input.lines:q}"
        " --margin {params.margin}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule scaling_md:
    input:
        points=paths.SCALING,
        lines=paths.SCALING_LINES,
        twins=paths.SCALING_TWINS,
        jobs=rules.estimate_scaling.input.meta,
        of_photographs=rules.estimate_scaling.input.meta_of_photographs,
        models=rules.estimate_scaling.input.models,
        arithmetic=rules.estimate_scaling.input.arithmetic,
        figures=expand(paths.SCALING_FIGURE, figure=SCALING_FIGURES),
        template=own("workflow/report/scaling.md.j2"),
    output:
        expand(paths.CHAPTER, chapter="scaling"),
    log:
        "results/logs/scaling.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        confidence=config["confidence"],
        margin=config["margin"],
        code=code_digest("scripts.scaling.write_chapter"),
    message:
        "Writing {output}"
    shell:
        "python -m scripts.scaling.write_chapter"
        " --points {input.points:q}"
        " --lines {input.lines:q}"
        " --twins {input.twins:q}"
        " --jobs {input.jobs:q}"
        " --of-photographs {input.of_photographs:q}"
        " --models {input.models:q}"
        " --arithmetic {input.arithmetic:q}"
        " --figures {input.figures:q}"
        " --confidence {params.confidence}"
        " --margin {params.margin}"
        " --template {input.template:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


use rule deployment_html as scaling_html with:
    input:
        report=rules.scaling_md.output,
        figures=rules.scaling_md.input.figures,
        template=own("workflow/report/report.html.j2"),
        program=own("workflow/report/page.js"),
    output:
        report(
            expand(paths.CHAPTER_HTML, chapter="scaling"),
            caption="../report/report.rst",
            category="report",
            labels={"form": "the scaling's page"},
        ),
    log:
        "results/logs/scaling_html.log",


rule report:
    input:
        reports,


rule exports:
    input:
        estimates=expand(paths.ESTIMATES, mode=MODES),
        samples=of_every_job(paths.SAMPLES),
        meta=of_every_job(paths.JOB),
    output:
        **paths.EXPORTS,
    log:
        "results/logs/exports.log",
    conda:
        "../../envs/conda/report.yaml"
    params:
        code=told_code("scripts.report.export"),
    message:
        "Writing the formats of other tools"
    shell:
        "python -m scripts.report.export"
        " --estimates {input.estimates:q}"
        " --samples {input.samples:q}"
        " --bencher {output.bencher:q}"
        " --smaller {output.smaller:q}"
        " --bigger {output.bigger:q}"
        " --hyperfine {output.hyperfine:q}"
        " > {log:q} 2>&1"
