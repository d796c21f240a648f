# Stage build. In: classifier/, results/model, the compiler.
# Out: results/build, results/snapshot, results/optimised.


rule build_native:
    input:
        CLASSIFIER_SOURCES,
        rust="results/tools/rust.json",
        model="results/model/model.json",
        graph=build_model,
        labels="results/model/labels.txt",
    output:
        classifier="results/build/{build}/mobilenet-oc-l",
        action="results/build/{build}/mobilenet-oc",
        record="results/build/{build}/build.json",
    log:
        "results/logs/build/{build}.log",
    wildcard_constraints:
        build="|".join(NATIVE_BUILDS) or "(?!)",
    conda:
        "../../envs/python.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        settings=build_settings,
        code=code_digest("build.py"),
    message:
        "Compiling build {wildcards.build}, minutes where its flags are new; see {log}"
    shell:
        "python scripts/build.py"
        " --settings {params.settings:q}"
        " --rust {input.rust:q}"
        " --model {input.model:q}"
        " --file {input.graph:q}"
        " --out-dir results/build/{wildcards.build:q}"
        " > {log:q} 2>&1"


rule build_wasm:
    input:
        CLASSIFIER_SOURCES,
        rust="results/tools/rust.json",
        model="results/model/model.json",
        graph=build_model,
        labels="results/model/labels.txt",
    output:
        classifier="results/build/{build}/mobilenet-oc-l.wasm",
        action="results/build/{build}/mobilenet-oc.wasm",
        record="results/build/{build}/build.json",
    log:
        "results/logs/build/{build}.log",
    wildcard_constraints:
        build="|".join(WASM_BUILDS) or "(?!)",
    conda:
        "../../envs/python.yaml"
    threads: max(1, workflow.cores // 2)
    params:
        settings=build_settings,
        code=code_digest("build.py"),
    message:
        "Compiling build {wildcards.build}, minutes where its flags are new; see {log}"
    shell:
        "python scripts/build.py"
        " --settings {params.settings:q}"
        " --rust {input.rust:q}"
        " --model {input.model:q}"
        " --file {input.graph:q}"
        " --out-dir results/build/{wildcards.build:q}"
        " > {log:q} 2>&1"


rule snapshot:
    input:
        module="results/build/{build}/{example}.wasm",
        wasmtime="results/tools/wasmtime.json",
    output:
        "results/snapshot/{build}/{example}.wasm",
    log:
        "results/logs/snapshot/{build}/{example}.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("snapshot.py"),
    message:
        "Making the model ready in {input.module}"
    shell:
        "python scripts/snapshot.py"
        " {input.module:q}"
        " --wasmtime {input.wasmtime:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule optimise:
    input:
        module=module_to_optimise,
        wasm_opt="results/tools/wasm-opt.json",
        wasm_strip="results/tools/wasm-strip.json",
    output:
        "results/optimised/{build}/{example}.wasm",
    log:
        "results/logs/optimise/{build}/{example}.log",
    conda:
        "../../envs/python.yaml"
    params:
        options=wasm_opt_options,
        code=code_digest("optimise.py"),
    message:
        "Optimising {input.module}"
    shell:
        "python scripts/optimise.py"
        " {input.module:q}"
        " --wasm-opt {input.wasm_opt:q}"
        " --wasm-strip {input.wasm_strip:q}"
        " --options {params.options:q}"
        " --out {output:q}"
        " > {log:q} 2>&1"


rule build_measure:
    input:
        MEASURE_SOURCES,
        "classifier/Cargo.lock",
        rust="results/tools/rust.json",
    output:
        spawn="results/build/measure/spawn",
        noop="results/build/measure/noop",
        burn="results/build/measure/burn",
    log:
        "results/logs/build/measure.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("build_measure.py"),
    message:
        "Compiling the harness's own small programs"
    shell:
        "python scripts/build_measure.py"
        " --rust {input.rust:q}"
        " --out-dir results/build/measure"
        " > {log:q} 2>&1"


rule build_noop_module:
    output:
        "results/build/noop.wasm",
    log:
        "results/logs/build/noop.log",
    conda:
        "../../envs/python.yaml"
    params:
        code=code_digest("build_noop_module.py"),
    shell:
        "python scripts/build_noop_module.py" " --out {output:q}" " > {log:q} 2>&1"
