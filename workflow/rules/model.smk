# Stage model. In: the manifest's entry and labels, a mirror, the network.
# Out: results/model (the graph, prepared and packed forms of it), results/references, results/input.json.


rule fetch_model:
    input:
        labels=manifest.load(config["model"]).labels,
    output:
        graph="results/model/model.pb",
        labels="results/model/labels.txt",
        record="results/model/model.json",
    log:
        "results/logs/model.log",
    conda:
        "../../envs/python.yaml"
    params:
        model=config["model"],
        entry=str(manifest.load(config["model"])),
        weights=config["weights"],
        mirror=model_mirror,
        seed=config["seed"],
        cache=str(tools.cache_dir() / "models"),
        code=code_digest("fetch_model.py"),
    message:
        "Getting the model {params.model}, weights: {params.weights}"
    shell:
        "python scripts/fetch_model.py"
        " --model {params.model:q}"
        " --weights {params.weights:q}"
        " {params.mirror}"
        " --cache {params.cache:q}"
        " --seed {params.seed}"
        " --out {output.graph:q}"
        " --labels-out {output.labels:q}"
        " --json-out {output.record:q}"
        " 2> >(tee {log:q} >&2)"


rule prepare_graph:
    input:
        graph="results/model/model.pb",
        model="results/model/model.json",
    output:
        "results/model/folded.pb",
    log:
        "results/logs/model/folded.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("prepare_graph.py"),
    message:
        "Folding batch norm into the convolutions"
    shell:
        "python scripts/prepare_graph.py"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule pack_model:
    input:
        graph="results/model/folded.pb",
        model="results/model/model.json",
    output:
        "results/model/packed-{panel}.bin",
    log:
        "results/logs/model/packed-{panel}.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("pack_model.py"),
    message:
        "Packing the model for kernels of {wildcards.panel} channels"
    shell:
        "python scripts/pack_model.py"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --panel {wildcards.panel}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule convert_reference:
    input:
        graph="results/model/model.pb",
        model="results/model/model.json",
    output:
        "results/references/{reference}",
    log:
        "results/logs/references/{reference}.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("convert_reference.py"),
    message:
        "Converting the graph for {wildcards.reference}"
    shell:
        "python scripts/convert_reference.py"
        " --model {input.model:q}"
        " --runtime {wildcards.reference:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule make_input:
    input:
        image=input_image,
    output:
        "results/input.json",
    log:
        "results/logs/input.log",
    conda:
        "../../envs/python.yaml"
    params:
        image=option("--image", config["image"]),
        code=code_digest("make_input.py"),
    shell:
        "python scripts/make_input.py"
        " {params.image}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule model:
    input:
        "results/model/model.pb",
        "results/input.json",
