# Stage history. In: estimates, samples and fingerprint of a run. Out: a file a benchmark job in the dataset that outlives
# results, and results/history.json, which they are; of the whole dataset results/history.csv, results/history.md, results/history/.


include: "functions/history.smk"


rule remember:
    input:
        estimates=expand(paths.ESTIMATES, mode=MODES),
        samples=of_every_job(paths.SAMPLES),
        meta=of_every_job(paths.JOB),
        machine=paths.MACHINE,
    output:
        paths.REMEMBERED,
    log:
        "results/logs/history/remember.log",
    conda:
        "../../envs/conda/history.yaml"
    params:
        folder=history_folder(),
        code=told_code("scripts.history.remember"),
    message:
        "Adding the run to the history in {params.folder}"
    shell:
        "python -m scripts.history.remember"
        " --estimates {input.estimates:q}"
        " --samples {input.samples:q}"
        " --machine {input.machine:q}"
        " --folder {params.folder:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


# What it reads is no input: the dataset holds other runs than this one, of other machines too.
rule history:
    output:
        table=paths.HISTORY,
        text=paths.HISTORY_TEXT,
        figures=directory(paths.HISTORY_FIGURES),
    log:
        "results/logs/history/tell.log",
    conda:
        "../../envs/conda/history.yaml"
    params:
        folder=history_folder(),
        files=history_files(),
        margin=config["margin"],
        code=told_code("scripts.history.tell"),
    message:
        "Telling the history in {params.folder}"
    shell:
        "python -m scripts.history.tell"
        " --folder {params.folder:q}"
        " --margin {params.margin}"
        " --table {output.table:q}"
        " --text {output.text:q}"
        " --figures {output.figures:q}"
        " 2> >(tee {log:q} >&2)"
