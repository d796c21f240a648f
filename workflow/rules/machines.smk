# Stage machines. In, for each of several types of nodes: what the rules of all other stages make there, below a folder
# of its own. Out: results/machines.md.


include: "functions/machines.smk"


for machine in SEVERAL:
    machine_module, of_machine_ = f"machine_{machine}", f"on_{machine}_"

    module:
        name: machine_module
        snakefile:
            str(ROOT / "workflow/Snakefile")
        config:
            of_machine(machine)
        prefix:
            below(machine)

    use rule * from machine_module exclude fetch_model, count_arithmetic, prepare_graph, pack_model, calibrate, quantise_model, build_wasm, build_wasm_packed, build_wasm_deployed, snapshot, optimise as of_machine_*


rule take:
    input:
        paths.MADE,
    output:
        f"{paths.MACHINES}{paths.MADE}",
    log:
        "results/logs/{model}/machines/{machine}/{made}.log",
    wildcard_constraints:
        machine="|".join(map(re.escape, SEVERAL)) or "(?!)",
        made=MADE_ONCE,
    localrule: True
    conda:
        "../../envs/conda/machines.yaml"
    params:
        code=code_digest("scripts.machines.take"),
    message:
        "Taking {input} to {wildcards.machine}"
    shell:
        "python -m scripts.machines.take"
        " {input:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule across_machines:
    input:
        of_every_machine([*of_every_model(paths.MODEL), *of_every_job(paths.SAMPLES)]),
        machines=of_every_machine([paths.MACHINE]),
    output:
        paths.ACROSS,
    log:
        "results/logs/machines.log",
    conda:
        "../../envs/conda/machines.yaml"
    params:
        # Snakemake takes inputs for the same in any order; the first is what the others are held against.
        machines=SEVERAL,
        code=told_code("scripts.machines.write"),
    message:
        "Writing {output}"
    shell:
        "python -m scripts.machines.write"
        " {input.machines:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"
