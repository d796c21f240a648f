# Stage build. In: classifier/, the model, the compiler.
# Out: results/models/{model}/build, snapshot and optimised; results/harness.


include: "functions/build.smk"


wildcard_constraints:
    build="|".join(config["builds"]),
    example=f"{examples.COMMAND}|{examples.ACTION}|{examples.SERVICE}",


rule build_native:
    input:
        CLASSIFIER_SOURCES,
        rust=paths.TOOL.format(tool="rust"),
        model=paths.MODEL,
        graph=build_model,
        labels=paths.LABELS,
    output:
        classifier=paths.EXECUTABLE,
        record=f"{paths.EXECUTABLE}.json",
    log:
        "results/logs/{model}/build/{build}.log",
    wildcard_constraints:
        build=one_of(NATIVE_BUILDS, is_packed=False),
    # The longest first, so that no core is idle while the last of them goes on.
    priority: 2
    conda:
        "../../envs/conda/build.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        settings=build_settings,
        host=build_host,
        code=code_digest("scripts.build.compile_classifier"),
    message:
        "Compiling build {wildcards.build}, minutes where its flags are new; see {log}"
    shell:
        "python -m scripts.build.compile_classifier"
        " --settings {params.settings:q}"
        " --rust {input.rust:q}"
        " --model {input.model:q}"
        " --file {input.graph:q}"
        " --jobs {threads}"
        " --out {output.classifier:q}"
        " --json-out {output.record:q}"
        " > {log:q} 2>&1"


use rule build_native as build_native_packed with:
    wildcard_constraints:
        build=one_of(NATIVE_BUILDS, is_packed=True),
    priority: 1


rule build_wasm:
    input:
        CLASSIFIER_SOURCES,
        rust=paths.TOOL.format(tool="rust"),
        model=paths.MODEL,
        graph=build_model,
        labels=paths.LABELS,
    output:
        classifier=paths.COMPILED,
        record=f"{paths.COMPILED}.json",
    log:
        "results/logs/{model}/build/{build}/{example}.log",
    wildcard_constraints:
        build=one_of(WASM_BUILDS, is_packed=False),
        example=examples.COMMAND,
    priority: 2
    conda:
        "../../envs/conda/build.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        settings=build_settings,
        code=code_digest("scripts.build.compile_classifier"),
    message:
        "Compiling build {wildcards.build}, minutes where its flags are new; see {log}"
    shell:
        "python -m scripts.build.compile_classifier"
        " --settings {params.settings:q}"
        " --rust {input.rust:q}"
        " --model {input.model:q}"
        " --file {input.graph:q}"
        " --jobs {threads}"
        " --out {output.classifier:q}"
        " --json-out {output.record:q}"
        " > {log:q} 2>&1"


use rule build_wasm as build_wasm_packed with:
    wildcard_constraints:
        build=one_of(WASM_BUILDS, is_packed=True),
        example=examples.COMMAND,
    priority: 1


# It waits for the command where that is compiled in the same target folder, and begins late for that.
use rule build_wasm as build_wasm_deployed with:
    wildcard_constraints:
        build="|".join(WASM_BUILDS) or "(?!)",
        example=f"{examples.ACTION}|{examples.SERVICE}",
    priority: 0
    message:
        "Compiling {wildcards.example} of build {wildcards.build}; see {log}"


rule snapshot:
    input:
        module=paths.COMPILED,
        wasmtime=paths.TOOL.format(tool="wasmtime"),
    output:
        paths.SNAPSHOT,
    log:
        "results/logs/{model}/snapshot/{build}/{example}.log",
    conda:
        "../../envs/conda/build.yaml"
    params:
        code=code_digest("scripts.build.snapshot", runners.module("wasmtime")),
    message:
        "Making the model ready in {input.module}"
    shell:
        "python -m scripts.build.snapshot"
        " {input.module:q}"
        " --wasmtime {input.wasmtime:q}"
        " --threads {threads}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule optimise:
    input:
        module=module_to_optimise,
        wasm_opt=paths.TOOL.format(tool="wasm-opt"),
        wasm_strip=paths.TOOL.format(tool="wasm-strip"),
    output:
        paths.MODULE,
    log:
        "results/logs/{model}/optimise/{build}/{example}.log",
    conda:
        "../../envs/conda/build.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        options=wasm_opt_options,
        code=code_digest("scripts.build.optimise"),
    message:
        "Optimising {input.module}"
    shell:
        "python -m scripts.build.optimise"
        " {input.module:q}"
        " --wasm-opt {input.wasm_opt:q}"
        " --wasm-strip {input.wasm_strip:q}"
        " --options {params.options:q}"
        " --threads {threads}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule build_measure:
    input:
        MEASURE_SOURCES,
        own("classifier/Cargo.lock"),
        rust=paths.TOOL.format(tool="rust"),
    output:
        spawn=paths.SPAWN,
        noop=paths.NOOP,
        burn=paths.BURN,
        peak=paths.PEAK,
    log:
        "results/logs/harness/programs.log",
    conda:
        "../../envs/conda/build.yaml"
    params:
        folder=output_folder,
        package="measure",
        code=code_digest("scripts.build.compile_harness"),
    message:
        "Compiling the harness's own small programs"
    shell:
        "python -m scripts.build.compile_harness"
        " --package {params.package:q}"
        " --rust {input.rust:q}"
        " --jobs {threads}"
        " --out-dir {params.folder:q}"
        " > {log:q} 2>&1"


use rule build_measure as build_component_maker with:
    input:
        COMPONENT_SOURCES,
        own("classifier/Cargo.lock"),
        rust=paths.TOOL.format(tool="rust"),
    output:
        paths.COMPONENT_MAKER,
    log:
        "results/logs/harness/component.log",
    params:
        folder=output_folder,
        package="component",
        code=code_digest("scripts.build.compile_harness"),
    message:
        "Compiling what makes components"


rule build_noop_module:
    output:
        paths.NOOP_MODULE,
    log:
        "results/logs/harness/module.log",
    conda:
        "../../envs/conda/build.yaml"
    params:
        code=code_digest("scripts.build.write_noop"),
    shell:
        "python -m scripts.build.write_noop" " --out {output:q}" " > {log:q} 2>&1"
