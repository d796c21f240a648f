# Stage model. In: the manifest's entry and labels, a mirror, the network.
# Out: results/models/{model} (the graph, its labels, prepared and packed forms of it), results/input.json.


include: "functions/model.smk"


wildcard_constraints:
    numbers="|".join([*numbers.TOPS, numbers.LITERT]),
    panel="|".join(str(panel) for panel in PANELS.values()),
    reference="|".join(runners.of_target("graph")),


rule fetch_model:
    input:
        labels=model_labels,
    output:
        graph=paths.GRAPH,
        labels=paths.LABELS,
        record=paths.MODEL,
    log:
        "results/logs/{model}/model.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        entry=model_entry,
        packages=versions("tensorflow-cpu"),
        weights=config["weights"],
        seed=config["seed"],
        code=code_digest("scripts.model.fetch"),
    message:
        "Getting the model {wildcards.model}, weights: {params.weights}"
    shell:
        "python -m scripts.model.fetch"
        " --model {wildcards.model:q}"
        " --weights {params.weights:q}"
        " --seed {params.seed}"
        " --out {output.graph:q}"
        " --labels-out {output.labels:q}"
        " --json-out {output.record:q}"
        " 2> >(tee {log:q} >&2)"


rule count_arithmetic:
    input:
        graph=paths.GRAPH,
        model=paths.MODEL,
    output:
        paths.ARITHMETIC,
    log:
        "results/logs/{model}/arithmetic.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        code=code_digest("scripts.model.count_arithmetic"),
    message:
        "Counting the multiply-adds of {wildcards.model}"
    shell:
        "python -m scripts.model.count_arithmetic"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule prepare_graph:
    input:
        graph=paths.GRAPH,
        model=paths.MODEL,
    output:
        paths.FOLDED,
    log:
        "results/logs/{model}/folded.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        code=code_digest("scripts.model.fold"),
    message:
        "Folding batch norm into the convolutions"
    shell:
        "python -m scripts.model.fold"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule pack_model:
    input:
        graph=paths.FOLDED,
        model=paths.MODEL,
    output:
        paths.PACKED,
    log:
        "results/logs/{model}/packed-{panel}.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        code=code_digest("scripts.model.pack"),
    message:
        "Packing the model for kernels of {wildcards.panel} channels"
    shell:
        "python -m scripts.model.pack"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --panel {wildcards.panel}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule calibrate:
    input:
        graph=paths.FOLDED,
        model=paths.MODEL,
        request=[] if config["calibration"]["images"] else paths.REQUEST,
        images=[given(path) for path in config["calibration"]["images"]],
    output:
        paths.RANGES,
    log:
        "results/logs/{model}/ranges.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        calibration=calibration_option,
        packages=versions("pillow", "tensorflow-cpu"),
        code=code_digest("scripts.model.calibrate"),
    message:
        "Finding the bounds of every layer's output"
    shell:
        "python -m scripts.model.calibrate"
        " --graph {input.graph:q}"
        " --model {input.model:q}"
        " {params.calibration}"
        " --out {output:q}"
        " -- {input.images:q}"
        " > {log:q} 2>&1"


rule quantise_model:
    input:
        graph=paths.FOLDED,
        model=paths.MODEL,
        ranges=paths.RANGES,
    output:
        paths.QUANTISED,
    log:
        "results/logs/{model}/packed-{numbers}-{panel}.log",
    wildcard_constraints:
        numbers="|".join(numbers.TOPS),
    conda:
        "../../envs/conda/model.yaml"
    params:
        code=code_digest("scripts.model.pack_integers"),
    message:
        "Quantising the model: {wildcards.numbers}, for kernels of {wildcards.panel} channels"
    shell:
        "python -m scripts.model.pack_integers"
        " {input.graph:q}"
        " --model {input.model:q}"
        " --ranges {input.ranges:q}"
        " --numbers {wildcards.numbers}"
        " --panel {wildcards.panel}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule convert_reference:
    input:
        graph=paths.GRAPH,
        model=paths.MODEL,
        request=calibration_request,
        images=calibration_images,
    output:
        paths.REFERENCE,
    log:
        "results/logs/{model}/{reference}.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        calibration=calibration_option,
        packages=versions("onnx", "pillow", "tensorflow-cpu", "tf2onnx"),
        code=code_digest("scripts.model.convert"),
    message:
        "Converting the graph for {wildcards.reference}"
    shell:
        "python -m scripts.model.convert"
        " --model {input.model:q}"
        " --runtime {wildcards.reference:q}"
        " {params.calibration}"
        " --out {output:q}"
        " -- {input.images:q}"
        " > {log:q} 2>&1"


rule make_input:
    input:
        image=given(config["image"]) if config["image"] else [],
    output:
        paths.REQUEST,
    log:
        "results/logs/input.log",
    conda:
        "../../envs/conda/model.yaml"
    params:
        image=option("--image", config["image"]),
        code=code_digest("scripts.model.encode_request"),
    shell:
        "python -m scripts.model.encode_request"
        " {params.image}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule model:
    input:
        of_every_model(paths.GRAPH),
        paths.REQUEST,
